"""When people were asked whether their availability is right, and said so.

Nobody was asked before: who has been in a pool for long is asked once after the upgrade.

Revision: 0032, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "availability_check",
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_availability_check")),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidate.id"],
            name=op.f("fk_availability_check_candidate_id_candidate"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "asked_at IS NOT NULL OR confirmed_at IS NOT NULL",
            name=op.f("ck_availability_check_says_something"),
        ),
    )


def downgrade() -> None:
    op.drop_table("availability_check")
