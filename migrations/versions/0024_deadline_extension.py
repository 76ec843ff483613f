"""Later days for an answer, and why.

Revision: 0024, after 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deadline_extension",
        sa.Column("id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("before", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("given_by", ID, nullable=True),
        sa.Column("given_at", TIME, nullable=False),
        sa.CheckConstraint("until > before", name=op.f("ck_deadline_extension_later")),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_deadline_extension_placement_id_placement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["given_by"],
            ["user_account.id"],
            name=op.f("fk_deadline_extension_given_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_extension")),
    )
    op.create_index(
        op.f("ix_deadline_extension_placement_id"), "deadline_extension", ["placement_id"]
    )


def downgrade() -> None:
    op.drop_table("deadline_extension")
