"""Questions of people who are asked about a need, and the answers.

Revision: 0054, after 0053
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
STATES = ("answered", "asked", "dismissed", "withdrawn")


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", ID, nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("asked_by", ID),
        sa.Column("until", TIME, nullable=False),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("answered_at", TIME),
        sa.Column("answered_by", ID),
        sa.Column("end_reason", sa.Text()),
        sa.Column("end_comment", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'answered') = (answer IS NOT NULL)"
            " AND (answer IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_question_answered_with_words"),
        ),
        sa.CheckConstraint(
            "(state = 'dismissed') = (end_reason IS NOT NULL)",
            name=op.f("ck_question_dismissed_why"),
        ),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_question_questionstate")),
        sa.CheckConstraint("length(end_reason) <= 40", name=op.f("ck_question_end_reason_length")),
        sa.CheckConstraint(
            "length(end_comment) <= 1000", name=op.f("ck_question_end_comment_length")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
            name=op.f("fk_question_placement_id_candidate_id_municipality_code_placement"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [target], name=op.f(f"fk_question_{name}_{target.partition('.')[0]}")
            )
            for name, target in (
                ("need_id", "need.id"),
                ("prefecture_code", "prefecture.code"),
                ("municipality_code", "municipality.code"),
                ("candidate_id", "candidate.id"),
                ("asked_by", "user_account.id"),
                ("answered_by", "user_account.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    for name in ("need_id", "placement_id"):
        op.create_index(op.f(f"ix_question_{name}"), "question", [name])


def downgrade() -> None:
    op.drop_table("question")
