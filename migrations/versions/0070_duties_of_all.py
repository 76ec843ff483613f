"""Officers see to lost mails, questions, logs, reviews, credentials and assignments too; the duties that are there stay.

SQLite keeps the list of what a duty is about in the table itself: its rows are copied out and back.

Revision: 0070, after 0069
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
OLD = (
    "membership", "need", "placement", "round", "consultation", "postal_task", "counter_proposal",
    "plan_change", "month_addition",
)  # fmt: skip
NEW = ("mail_order", "question", "work_log", "review", "credential", "engagement")


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _make_again((*OLD, *NEW))
        return
    for name in NEW:
        column = f"{name}_id"
        op.add_column("duty", sa.Column(column, ID))
        op.create_foreign_key(
            op.f(f"fk_duty_{column}_{name}"), "duty", name, [column], ["id"], ondelete="CASCADE"
        )
        op.create_unique_constraint(op.f(f"uq_duty_{column}"), "duty", [column])
    op.drop_constraint(op.f("ck_duty_of_one_thing"), "duty")
    op.create_check_constraint(op.f("ck_duty_of_one_thing"), "duty", _one_of((*OLD, *NEW)))


def downgrade() -> None:
    gone = " OR ".join(f"{name}_id IS NOT NULL" for name in NEW)
    op.execute(f"DELETE FROM duty WHERE {gone}")
    if op.get_context().dialect.name == "sqlite":
        _make_again(OLD)
        return
    op.drop_constraint(op.f("ck_duty_of_one_thing"), "duty")
    for name in NEW:
        op.drop_column("duty", f"{name}_id")
    op.create_check_constraint(op.f("ck_duty_of_one_thing"), "duty", _one_of(OLD))


def _one_of(names: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END" for name in names) + " = 1"


def _key(
    column: str, target: str, key: str = "id", on: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_duty_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=name, ondelete=on)


def _make_again(names: tuple[str, ...]) -> None:
    of = ", ".join(f"{name}_id" for name in OLD)
    kept = f"id, prefecture_code, {of}, owner_id, follow_up, line, set_at, version"
    op.execute(f"CREATE TEMPORARY TABLE kept AS SELECT {kept} FROM duty")
    op.drop_table("duty")
    op.create_table(
        "duty",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        *(sa.Column(f"{name}_id", ID) for name in names),
        sa.Column("owner_id", ID),
        sa.Column("follow_up", sa.Date()),
        sa.Column("line", sa.LargeBinary()),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(_one_of(names), name=op.f("ck_duty_of_one_thing")),
        sa.CheckConstraint(
            "line IS NULL OR follow_up IS NOT NULL", name=op.f("ck_duty_line_of_a_day")
        ),
        *(_key(f"{name}_id", name, on="CASCADE") for name in names),
        _key("owner_id", "user_account"),
        _key("prefecture_code", "prefecture", "code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        *(sa.UniqueConstraint(f"{name}_id", name=op.f(f"uq_duty_{name}_id")) for name in names),
    )
    op.create_index(op.f("ix_duty_owner_id"), "duty", ["owner_id"])
    op.execute(f"INSERT INTO duty ({kept}) SELECT {kept} FROM kept ORDER BY id")
    op.execute("DROP TABLE kept")
