"""How many days a town has to sign a log.

Revision: 0046, after 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
OLD = (
    "offer", "introduction", "counter", "counter_review", "profile", "need", "plan", "draft", "decision", "confirmation",
)  # fmt: skip
NEW = (*OLD, "log")
CHECK = "ck_deadline_days_wait"
INDEX = "ix_deadline_days_prefecture_code"
COLUMNS = "id, prefecture_code, wait, days, set_at, set_by"


def upgrade() -> None:
    _list_waits(NEW)


def downgrade() -> None:
    op.execute("DELETE FROM deadline_days WHERE wait = 'log'")
    _list_waits(OLD)


def _list_waits(waits: tuple[str, ...]) -> None:
    if op.get_context().dialect.name != "sqlite":
        op.drop_constraint(op.f(CHECK), "deadline_days")
        op.create_check_constraint(op.f(CHECK), "deadline_days", f"wait IN {waits}")
        return
    op.drop_index(INDEX, "deadline_days")
    op.rename_table("deadline_days", "deadline_days_before")
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
        sa.CheckConstraint(f"wait IN {waits}", name=op.f(CHECK)),
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
    op.execute(f"INSERT INTO deadline_days ({COLUMNS}) SELECT {COLUMNS} FROM deadline_days_before")
    op.drop_table("deadline_days_before")
    op.create_index(op.f(INDEX), "deadline_days", ["prefecture_code"])
