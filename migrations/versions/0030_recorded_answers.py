"""Answers to offers that staff wrote down for a person: by telephone or letter, who, when.

Revision: 0030, after 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "recorded_answer",
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("party", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("placement_id", "verb", name=op.f("pk_recorded_answer")),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_recorded_answer_placement_id_placement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["user_account.id"],
            name=op.f("fk_recorded_answer_recorded_by_user_account"),
        ),
        sa.CheckConstraint(
            "verb IN ('accept', 'decline')", name=op.f("ck_recorded_answer_yes_or_no")
        ),
        sa.CheckConstraint("how IN ('telephone', 'letter')", name=op.f("ck_recorded_answer_how")),
        sa.CheckConstraint("length(verb) <= 20", name=op.f("ck_recorded_answer_verb_length")),
    )


def downgrade() -> None:
    op.drop_table("recorded_answer")
