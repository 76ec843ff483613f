"""What people say to the questions of the self-check.

Revision: 0067, after 0066
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "self_answer",
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN ('yes', 'partly', 'no')", name=op.f("ck_self_answer_answer")),
        sa.CheckConstraint("length(question) <= 40", name=op.f("ck_self_answer_question_length")),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidate.id"],
            name=op.f("fk_self_answer_candidate_id_candidate"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("candidate_id", "question", name=op.f("pk_self_answer")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("self_answer")
