"""How somebody wants to be told by mail, and mails that wait for a daily one or for the end of quiet hours.

SQLite keeps the list of states in the table itself: its rows are copied out and back.

Revision: 0019, after 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
OLD_STATES = ("kept", "waiting", "sending", "sent", "failed", "unknown")
STATES = (*OLD_STATES, "digest", "unwanted")
CHECK = "ck_mail_order_mailstate"
FAILURE = "ck_mail_order_failure_length"
CARRIED = "ck_mail_order_carried_by_a_digest"
CARRIED_BY = "fk_mail_order_carried_by_id_mail_order"
LENGTHS = {
    "event": 80, "link": 200, "message_id": 80, "prefecture_code": 2, "template": 60,
}  # fmt: skip
INDEXES = {"due": ("state", "next_try_at"), "link": ("link",), "recipient_id": ("recipient_id",)}


def upgrade() -> None:
    _create_choices()
    if op.get_context().dialect.name == "sqlite":
        _make_again(STATES, is_new=True)
    else:
        _list_states(STATES)
        op.add_column("mail_order", sa.Column("held_until", TIME))
        op.add_column("mail_order", sa.Column("carried_by_id", ID))
        op.create_foreign_key(CARRIED_BY, "mail_order", "mail_order", ["carried_by_id"], ["id"])
        op.create_check_constraint(
            op.f(CARRIED), "mail_order", "carried_by_id IS NULL OR state = 'digest'"
        )
    op.create_index("ix_mail_order_carried_by_id", "mail_order", ["carried_by_id"])


def downgrade() -> None:
    _forget_digests()
    op.drop_index("ix_mail_order_carried_by_id", "mail_order")
    if op.get_context().dialect.name == "sqlite":
        _make_again(OLD_STATES, is_new=False)
    else:
        op.drop_constraint(op.f(CARRIED), "mail_order")
        op.drop_column("mail_order", "carried_by_id")
        op.drop_column("mail_order", "held_until")
        _list_states(OLD_STATES)
    op.drop_table("quiet_hours")
    op.drop_table("mail_choice")


def _create_choices() -> None:
    def of_account() -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
        key = sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], ondelete="CASCADE")
        return sa.Column("user_id", ID, nullable=False), key

    column, key = of_account()
    key.name = op.f("fk_mail_choice_user_id_user_account")
    op.create_table(
        "mail_choice",
        column,
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.CheckConstraint("how IN ('at_once', 'daily', 'none')", name=op.f("ck_mail_choice_how")),
        sa.CheckConstraint("length(family) <= 40", name=op.f("ck_mail_choice_family_length")),
        key,
        sa.PrimaryKeyConstraint("user_id", "family", name=op.f("pk_mail_choice")),
    )
    column, key = of_account()
    key.name = op.f("fk_quiet_hours_user_id_user_account")
    op.create_table(
        "quiet_hours",
        column,
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "begins BETWEEN 0 AND 1439 AND ends BETWEEN 0 AND 1439",
            name=op.f("ck_quiet_hours_within_a_day"),
        ),
        sa.CheckConstraint(
            "(ends - begins + 1440) % 1440 BETWEEN 1 AND 960",
            name=op.f("ck_quiet_hours_not_all_day"),
        ),
        key,
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_quiet_hours")),
    )


def _forget_digests() -> None:
    """What a daily mail has carried takes its fate; what waits for one is sent alone; who wanted none gets none."""
    of_the_mail = "(SELECT {} FROM mail_order AS daily WHERE daily.id = mail_order.carried_by_id)"
    state = of_the_mail.format(
        "CASE daily.state WHEN 'sending' THEN 'unknown' ELSE daily.state END"
    )
    op.execute(
        f"UPDATE mail_order SET state = {state}, sent_at = {of_the_mail.format('daily.sent_at')},"
        " next_try_at = NULL, carried_by_id = NULL WHERE carried_by_id IS NOT NULL"
    )
    op.execute("DELETE FROM mail_order WHERE template = 'digest.daily'")
    op.execute("UPDATE mail_order SET state = 'waiting' WHERE state = 'digest'")
    op.execute("UPDATE mail_order SET state = 'kept' WHERE state = 'unwanted'")


def _listed(states: tuple[str, ...]) -> str:
    return "state IN (" + ", ".join(f"'{state}'" for state in states) + ")"


def _list_states(states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f(CHECK), "mail_order")
    op.create_check_constraint(op.f(CHECK), "mail_order", _listed(states))


def _make_again(states: tuple[str, ...], *, is_new: bool) -> None:
    columns = [
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("message_id", "event")),
        sa.Column("recipient_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("template", "link", "values")),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ordered_at", TIME, nullable=False),
        *(sa.Column(name, TIME) for name in ("sent_at", "next_try_at", "claimed_at", "read_at")),
        sa.Column(  # 0016 takes the condition back with its column
            "failure", sa.Text(), sa.CheckConstraint("length(failure) <= 20", name=op.f(FAILURE))
        ),
    ]
    kept = ", ".join(f'"{column.name}"' for column in columns)
    new = (
        sa.Column("held_until", TIME),
        sa.Column("carried_by_id", ID),
        sa.ForeignKeyConstraint(["carried_by_id"], ["mail_order.id"], name=op.f(CARRIED_BY)),
        sa.CheckConstraint("carried_by_id IS NULL OR state = 'digest'", name=op.f(CARRIED)),
    )
    op.execute(f"CREATE TEMPORARY TABLE mails AS SELECT {kept} FROM mail_order")
    op.drop_table("mail_order")
    op.create_table(
        "mail_order",
        *columns,
        *(new if is_new else ()),
        sa.CheckConstraint(_listed(states), name=op.f(CHECK)),
        *(
            sa.CheckConstraint(f"length({name}) <= {most}", name=op.f(f"ck_mail_order_{name}_length"))
            for name, most in LENGTHS.items()
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["user_account.id"], name=op.f("fk_mail_order_recipient_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_order")),
        sa.UniqueConstraint("event", "recipient_id", name=op.f("uq_mail_order_event_recipient_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_order_message_id")),
    )  # fmt: skip
    for name, indexed in INDEXES.items():
        op.create_index(f"ix_mail_order_{name}", "mail_order", list(indexed))
    op.execute(f"INSERT INTO mail_order ({kept}) SELECT {kept} FROM mails ORDER BY id")
    op.execute("DROP TABLE mails")
