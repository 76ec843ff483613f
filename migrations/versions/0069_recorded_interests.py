"""Answers to open needs that staff wrote down from paper or a call: from what, who, when.

Revision: 0069, after 0068
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "recorded_interest",
        sa.Column("interest_id", ID, nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("party", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source <> 'self'", name=op.f("ck_recorded_interest_brought_to_staff")),
        sa.CheckConstraint(
            "source IN ('paper', 'telephone', 'self')", name=op.f("ck_recorded_interest_source")
        ),
        sa.ForeignKeyConstraint(
            ["interest_id"],
            ["interest.id"],
            name=op.f("fk_recorded_interest_interest_id_interest"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["user_account.id"],
            name=op.f("fk_recorded_interest_recorded_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("interest_id", name=op.f("pk_recorded_interest")),
    )


def downgrade() -> None:
    op.drop_table("recorded_interest")
