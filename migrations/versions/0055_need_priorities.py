"""Why a need has its priority. Levels that were set before have no reason, as none was recorded.

Revision: 0055, after 0054
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "need_priority",
        sa.Column("need_id", ID, nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint("length(basis) <= 500", name=op.f("ck_need_priority_basis_length")),
        sa.PrimaryKeyConstraint("need_id", name=op.f("pk_need_priority")),
        sa.ForeignKeyConstraint(
            ["need_id"],
            ["need.id"],
            name=op.f("fk_need_priority_need_id_need"),
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("need_priority")
