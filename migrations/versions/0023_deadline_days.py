"""Business days of every deadline, with their history.

Revision: 0023, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WAITS = (
    "offer", "introduction", "counter", "counter_review", "profile", "need", "plan", "draft", "decision", "confirmation",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "deadline_days",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("wait", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", ID, nullable=True),
        sa.CheckConstraint(
            "days BETWEEN 1 AND 60", name=op.f("ck_deadline_days_some_business_days")
        ),
        sa.CheckConstraint(f"wait IN {WAITS}", name=op.f("ck_deadline_days_wait")),
        sa.ForeignKeyConstraint(
            ["prefecture_code"],
            ["prefecture.code"],
            name=op.f("fk_deadline_days_prefecture_code_prefecture"),
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["user_account.id"], name=op.f("fk_deadline_days_set_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_days")),
    )
    op.create_index(op.f("ix_deadline_days_prefecture_code"), "deadline_days", ["prefecture_code"])


def downgrade() -> None:
    op.drop_table("deadline_days")
