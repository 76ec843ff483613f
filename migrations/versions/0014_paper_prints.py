"""The PDF of a decided paper. Papers that were decided before have none until somebody orders it.

Revision: 0014, after 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_print",
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("layout", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(source) <= 64", name=op.f("ck_paper_print_source_length")),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["decision_paper.id"],
            name=op.f("fk_paper_print_paper_id_decision_paper"),
        ),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_paper_print")),
    )


def downgrade() -> None:
    op.drop_table("paper_print")
