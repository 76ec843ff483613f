"""Consultations of towns, who sees to them, and the days of their deadline.

SQLite keeps the lists of waits and of what a duty is about in the tables themselves: their rows are copied out and back.

Revision: 0052, after 0051
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
PRIVATE = sa.LargeBinary()
INTERVIEW = ("outcome_wanted", "background", "tasks", "team", "decided")
OLD_WAITS = (
    "offer", "introduction", "counter", "counter_review", "profile", "need", "plan", "draft", "decision", "confirmation", "log",
)  # fmt: skip
WAITS = (*OLD_WAITS, "consultation")
OLD_OF = ("membership", "need", "placement", "round")
OF = (*OLD_OF, "consultation")


def upgrade() -> None:
    _create_consultation()
    _create_message()
    _create_referral()
    if op.get_context().dialect.name == "sqlite":
        _make_deadlines_again(WAITS)
        _make_duties_again(OF, OLD_OF)
        return
    _list_waits(WAITS)
    op.add_column("duty", sa.Column("consultation_id", ID))
    op.create_foreign_key(
        op.f("fk_duty_consultation_id_consultation"), "duty", "consultation", ["consultation_id"],
        ["id"], ondelete="CASCADE",
    )  # fmt: skip
    op.create_unique_constraint(op.f("uq_duty_consultation_id"), "duty", ["consultation_id"])
    _count_things(OF)


def downgrade() -> None:
    op.execute("DELETE FROM deadline_days WHERE wait = 'consultation'")
    op.execute("DELETE FROM duty WHERE consultation_id IS NOT NULL")
    if op.get_context().dialect.name == "sqlite":
        _make_deadlines_again(OLD_WAITS)
        _make_duties_again(OLD_OF, OLD_OF)
    else:
        _list_waits(OLD_WAITS)
        op.drop_constraint(op.f("ck_duty_of_one_thing"), "duty")
        op.drop_column("duty", "consultation_id")
        op.create_check_constraint(op.f("ck_duty_of_one_thing"), "duty", _one_of(OLD_OF))
    for table in ("consultation_referral", "consultation_message", "consultation"):
        op.drop_table(table)


def _create_consultation() -> None:
    op.create_table(
        "consultation",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("words", PRIVATE, nullable=False),
        sa.Column("theme", sa.Text()),
        sa.Column("urgency", sa.String(length=40)),
        sa.Column("sharing", sa.String(length=40), nullable=False),
        sa.Column("shared_key", sa.Text(), nullable=False),
        *(sa.Column(name, TIME, nullable=False) for name in ("created_at", "moved_at")),
        *(
            sa.Column(name, TIME)
            for name in ("sent_at", "answer_until", "answered_at", "closed_at")
        ),
        sa.Column("ending", sa.String(length=40)),
        *(sa.Column(name, PRIVATE, nullable=False) for name in INTERVIEW),
        sa.Column("draft_id", ID),
        sa.Column("need_id", ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (sent_at IS NULL)", name=op.f("ck_consultation_sent_or_draft")
        ),
        sa.CheckConstraint(
            "(state = 'sent') = (answer_until IS NOT NULL)",
            name=op.f("ck_consultation_deadline_while_it_waits"),
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL) AND (closed_at IS NULL) = (ending IS NULL)",
            name=op.f("ck_consultation_closed_with_an_ending"),
        ),
        sa.CheckConstraint(
            "shared_key = '' OR (state = 'closed' AND sharing <> 'none')",
            name=op.f("ck_consultation_found_only_where_shared"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'sent', 'asked', 'answered', 'referred', 'sorting', 'closed')",
            name=op.f("ck_consultation_consultationstate"),
        ),
        sa.CheckConstraint(
            "urgency IN ('not', 'half_year', 'three_months', 'month')",
            name=op.f("ck_consultation_urgency"),
        ),
        sa.CheckConstraint(
            "sharing IN ('named', 'unnamed', 'none')", name=op.f("ck_consultation_sharing")
        ),
        sa.CheckConstraint(
            "ending IN ('answered', 'referred', 'need', 'withdrawn')",
            name=op.f("ck_consultation_ending"),
        ),
        sa.CheckConstraint("length(theme) <= 40", name=op.f("ck_consultation_theme_length")),
        sa.CheckConstraint(
            "length(shared_key) <= 20000", name=op.f("ck_consultation_shared_key_length")
        ),
        _key("consultation", "prefecture_code", "prefecture", "code"),
        _key("consultation", "municipality_code", "municipality", "code"),
        _key("consultation", "author_id", "user_account"),
        _key("consultation", "draft_id", "need_draft", ondelete="SET NULL"),
        _key("consultation", "need_id", "need", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
        *(
            sa.UniqueConstraint(name, name=op.f(f"uq_consultation_{name}"))
            for name in ("draft_id", "need_id")
        ),
    )
    for name in ("prefecture_code", "municipality_code"):
        op.create_index(op.f(f"ix_consultation_{name}"), "consultation", [name])


def _create_message() -> None:
    op.create_table(
        "consultation_message",
        sa.Column("id", ID, nullable=False),
        sa.Column("consultation_id", ID, nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("is_of_town", sa.Boolean(), nullable=False),
        sa.Column("text", PRIVATE, nullable=False),
        sa.Column("author_id", ID),
        sa.Column("said_at", TIME, nullable=False),
        sa.CheckConstraint("length(verb) <= 20", name=op.f("ck_consultation_message_verb_length")),
        _key("consultation_message", "consultation_id", "consultation", ondelete="CASCADE"),
        _key("consultation_message", "author_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_message")),
    )
    op.create_index(
        op.f("ix_consultation_message_consultation_id"), "consultation_message", ["consultation_id"]
    )


def _create_referral() -> None:
    op.create_table(
        "consultation_referral",
        sa.Column("consultation_id", ID, nullable=False),
        sa.Column("referral_id", ID, nullable=False),
        _key("consultation_referral", "consultation_id", "consultation", ondelete="CASCADE"),
        _key("consultation_referral", "referral_id", "referral", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(
            "consultation_id", "referral_id", name=op.f("pk_consultation_referral")
        ),
    )


def _key(
    table: str, column: str, target: str, key: str = "id", ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.{key}"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete
    )


def _one_of(names: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {name}_id IS NULL THEN 0 ELSE 1 END" for name in names) + " = 1"


def _count_things(names: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_duty_of_one_thing"), "duty")
    op.create_check_constraint(op.f("ck_duty_of_one_thing"), "duty", _one_of(names))


def _list_waits(waits: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_deadline_days_wait"), "deadline_days")
    op.create_check_constraint(op.f("ck_deadline_days_wait"), "deadline_days", f"wait IN {waits}")


def _make_deadlines_again(waits: tuple[str, ...]) -> None:
    kept = "id, prefecture_code, wait, days, set_at, set_by"
    op.execute(f"CREATE TEMPORARY TABLE kept AS SELECT {kept} FROM deadline_days")
    op.drop_table("deadline_days")
    op.create_table(
        "deadline_days",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("wait", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", ID),
        sa.CheckConstraint(
            "days BETWEEN 1 AND 60", name=op.f("ck_deadline_days_some_business_days")
        ),
        sa.CheckConstraint(f"wait IN {waits}", name=op.f("ck_deadline_days_wait")),
        _key("deadline_days", "prefecture_code", "prefecture", "code"),
        _key("deadline_days", "set_by", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_days")),
    )
    op.create_index(op.f("ix_deadline_days_prefecture_code"), "deadline_days", ["prefecture_code"])
    op.execute(f"INSERT INTO deadline_days ({kept}) SELECT {kept} FROM kept ORDER BY id")
    op.execute("DROP TABLE kept")


def _make_duties_again(names: tuple[str, ...], carried: tuple[str, ...]) -> None:
    of = ", ".join(f"{name}_id" for name in carried)
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
        sa.Column("line", PRIVATE),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(_one_of(names), name=op.f("ck_duty_of_one_thing")),
        sa.CheckConstraint(
            "line IS NULL OR follow_up IS NOT NULL", name=op.f("ck_duty_line_of_a_day")
        ),
        *(_key("duty", f"{name}_id", name, ondelete="CASCADE") for name in names),
        _key("duty", "owner_id", "user_account"),
        _key("duty", "prefecture_code", "prefecture", "code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        *(sa.UniqueConstraint(f"{name}_id", name=op.f(f"uq_duty_{name}_id")) for name in names),
    )
    op.create_index(op.f("ix_duty_owner_id"), "duty", ["owner_id"])
    op.execute(f"INSERT INTO duty ({kept}) SELECT {kept} FROM kept ORDER BY id")
    op.execute("DROP TABLE kept")
