"""Engagements that begin, pause and end, the logs of their months, and placements that are over.

An engagement takes person, town and need from its placement. It keeps its state: no step was there to take, and the
worker ends what is over.

Revision: 0018, after 0017
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
LIVE = ("suggested", "proposed", "approved", "offered", "introduced", "agreed", "confirmed")
ENDED = (
    "not_advanced", "refused", "declined_by_candidate", "declined_by_town", "lapsed", "withdrawn",
    "revoked", "superseded",
)  # fmt: skip
SEATED = ("offered", "introduced", "agreed", "confirmed")
STATES = ("preparing", "active", "suspended", "ended")


def upgrade() -> None:
    _let_placements_finish(is_up=True)
    old = _rows(
        "SELECT engagement.*, placement.candidate_id, placement.municipality_code, placement.need_id,"
        " placement.ended_at AS placement_ended_at, placement.state AS placement_state"
        " FROM engagement JOIN placement ON placement.id = engagement.placement_id"
    )
    op.drop_table("engagement")
    _create_engagements()
    _insert("engagement", [_carried(row) for row in old])
    _create_logs()


def downgrade() -> None:
    op.drop_table("work_day")
    op.drop_table("work_log")
    old = _rows("SELECT * FROM engagement")
    op.drop_table("engagement")
    _create_old_engagements()
    names = ("id", "placement_id", "prefecture_code", "first_month", "last_month", "created_at")
    _insert(
        "engagement",
        [
            {name: row[name] for name in names}
            | {"state": "ended" if row["outcome"] == "undone" else "preparing"}
            | {"version": row["version"]}
            for row in old
        ],
    )
    _take_back_finished()
    _let_placements_finish(is_up=False)


def _carried(row: Mapping[str, Any]) -> dict[str, Any]:
    """Until now an engagement ended only with the undoing of its confirmation."""
    carried = {
        name: value
        for name, value in row.items()
        if name not in {"placement_ended_at", "placement_state"}
    }
    is_ended = row["state"] == "ended"
    year, month = divmod(row["last_month"], 12)
    return carried | {
        "last_day": date(year, month + 1, monthrange(year, month + 1)[1]),
        "end_comment": "",
        "outcome": "undone" if is_ended else None,
        "ended_at": row["placement_ended_at"] if is_ended else None,
    }


# --- Placements


def _take_back_finished() -> None:
    """Confirmed again where seat and pair are still free, as before; called off where somebody has taken them."""
    op.execute(
        "UPDATE placement SET state = 'revoked', end_reason = 'other' WHERE state = 'finished' AND EXISTS ("
        " SELECT 1 FROM placement AS other WHERE other.id <> placement.id"
        " AND other.need_id = placement.need_id"
        f" AND (other.seat = placement.seat AND other.state IN {_listed((*SEATED, 'finished'))}"
        "  AND (other.state <> 'finished' OR other.id > placement.id)"
        f" OR other.candidate_id = placement.candidate_id AND other.state IN {_listed((*LIVE, 'finished'))}"
        "  AND (other.state <> 'finished' OR other.id > placement.id)))"
    )
    op.execute(
        "UPDATE ledger_month SET booked = booked - ("
        " SELECT SUM(commitment.half_days) FROM commitment JOIN placement ON placement.id = commitment.placement_id"
        " WHERE placement.state = 'revoked' AND commitment.candidate_id = ledger_month.candidate_id"
        " AND commitment.month = ledger_month.month)"
        " WHERE EXISTS (SELECT 1 FROM commitment JOIN placement ON placement.id = commitment.placement_id"
        " WHERE placement.state = 'revoked' AND commitment.candidate_id = ledger_month.candidate_id"
        " AND commitment.month = ledger_month.month)"
    )
    op.execute(
        "DELETE FROM commitment WHERE placement_id IN (SELECT id FROM placement WHERE state = 'revoked')"
    )
    _forget_outcomes()
    op.execute(
        "UPDATE placement SET state = 'confirmed', end_reason = NULL, ended_at = NULL, end_comment = ''"
        " WHERE state = 'finished'"
    )


def _forget_outcomes() -> None:
    """Papers say again what they could say: a work that is over was confirmed, one that was called off undone."""
    finished = {row["id"] for row in _rows("SELECT id FROM placement WHERE state = 'finished'")}
    for paper in _rows("SELECT id, outcomes, ended_at FROM decision_paper"):
        outcomes = json.loads(paper["outcomes"])
        if all(entry["what"] != "finished" for entry in outcomes):
            continue
        over = {entry["placement"] for entry in outcomes if entry["what"] == "finished"}
        kept = [
            _told_before(entry)
            for entry in outcomes
            if not (entry["what"] in {"finished", "ended"} and entry["placement"] in finished)
        ]
        ended_at = None if over & finished else paper["ended_at"]
        op.get_bind().execute(
            sa.text(
                "UPDATE decision_paper SET outcomes = :outcomes, ended_at = :ended_at WHERE id = :id"
            ),
            {"outcomes": json.dumps(kept), "ended_at": ended_at, "id": paper["id"]},
        )


def _told_before(entry: dict[str, Any]) -> dict[str, Any]:
    if entry["what"] == "finished":
        return entry | {"what": "undone"}
    return entry | {"state": "revoked"} if entry.get("state") == "finished" else entry


def _let_placements_finish(*, is_up: bool) -> None:
    more = ("finished",) if is_up else ()
    _set_check("placementstate", f"state IN {_listed((*LIVE, *ENDED, *more))}")
    _set_check(
        "every_end_has_a_reason",
        f"(state IN {_listed((*ENDED, *more))}) = (end_reason IS NOT NULL)",
    )
    _set_check(
        "confirmed_when",
        f"state NOT IN {_listed(('confirmed', *more))} OR confirmed_at IS NOT NULL"
        if is_up
        else "state <> 'confirmed' OR confirmed_at IS NOT NULL",
    )


def _listed(values: Sequence[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in sorted(values)) + ")"


def _set_check(name: str, condition: str) -> None:
    """Another condition for a CHECK of placements. SQLite can only be told by the text of the table."""
    name = f"ck_placement_{name}"
    if op.get_context().dialect.name != "sqlite":
        op.execute(f"ALTER TABLE placement DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE placement ADD CONSTRAINT {name} CHECK ({condition})")
        return
    connection = op.get_bind()
    text = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = 'placement'"))
    start = text.index(f"CONSTRAINT {name} CHECK (")
    body = text.index("(", start)
    depth, end = 0, body
    for end in range(body, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            break
    text = f"{text[:body]}({condition}){text[end + 1 :]}"
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE name = 'placement'"), {"sql": text}
    )
    number = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text(f"PRAGMA schema_version = {number + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = RESET"))


# --- Tables


def _create_engagements() -> None:
    op.create_table(
        "engagement",
        sa.Column("id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("end_decided_at", TIME, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("end_comment", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_engagement_placement_id")),
        sa.UniqueConstraint(
            "id", "candidate_id", "municipality_code",
            name=op.f("uq_engagement_id_candidate_id_municipality_code"),
        ),
        sa.ForeignKeyConstraint(
            ["placement_id", "candidate_id", "municipality_code"],
            ["placement.id", "placement.candidate_id", "placement.municipality_code"],
            name=op.f("fk_engagement_placement_id_candidate_id_municipality_co_da36"),
        ),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"],
            ["need.id", "need.municipality_code"],
            name=op.f("fk_engagement_need_id_municipality_code_need"),
        ),
        *_keys("engagement", prefecture_code="prefecture.code",
               municipality_code="municipality.code", candidate_id="candidate.id"),
        *_checks(
            "engagement",
            months_in_order="last_month >= first_month",
            ended_how="(state = 'ended') = (outcome IS NOT NULL) AND (outcome IS NULL) = (ended_at IS NULL)",
            early_with_a_reason="(end_reason IS NULL) = (end_decided_at IS NULL)"
            " AND (outcome IS NULL OR outcome <> 'early' OR end_reason IS NOT NULL)",
            engagementstate=f"state IN {_listed(STATES)}",
            outcome="outcome IN ('completed', 'early', 'not_begun', 'undone')",
            end_reason_length="length(end_reason) <= 40",
            end_comment_length="length(end_comment) <= 1000",
        ),
    )  # fmt: skip
    _index("engagement", "prefecture_code", "municipality_code", "need_id", "candidate_id")


def _create_logs() -> None:
    op.create_table(
        "work_log",
        sa.Column("id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("travel_yen", sa.Integer(), nullable=False),
        sa.Column("remark", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("signed_at", TIME, nullable=True),
        sa.Column("signed_by", ID, nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("return_comment", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_log")),
        sa.UniqueConstraint(
            "engagement_id", "month", name=op.f("uq_work_log_engagement_id_month")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id", "candidate_id", "municipality_code"],
            ["engagement.id", "engagement.candidate_id", "engagement.municipality_code"],
            name=op.f("fk_work_log_engagement_id_candidate_id_municipality_cod_111f"),
        ),
        *_keys("work_log", prefecture_code="prefecture.code",
               municipality_code="municipality.code", candidate_id="candidate.id",
               signed_by="user_account.id"),
        *_checks(
            "work_log",
            travel_costs_something="travel_yen >= 0",
            closed_by_a_signature="state <> 'closed' OR signed_at IS NOT NULL",
            sent_before_all_else="state = 'draft' OR sent_at IS NOT NULL",
            returned_with_a_reason="state <> 'returned' OR return_reason IS NOT NULL",
            worklogstate="state IN ('draft', 'sent', 'returned', 'closed')",
            text_length="length(text) <= 200",
            theme_length="length(theme) <= 40",
            return_reason_length="length(return_reason) <= 40",
            return_comment_length="length(return_comment) <= 1000",
        ),
    )  # fmt: skip
    _index("work_log", "prefecture_code", "municipality_code", "candidate_id")
    op.create_table(
        "work_day",
        sa.Column("log_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=True),
        sa.Column("place", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("log_id", "day", name=op.f("pk_work_day")),
        *_keys("work_day", log_id="work_log.id"),
        *_checks(
            "work_day",
            part="part IN ('morning', 'afternoon', 'day')",
            place="place IN ('on_site', 'online')",
        ),
    )


def _create_old_engagements() -> None:
    op.create_table(
        "engagement",
        sa.Column("id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_engagement_placement_id")),
        *_keys("engagement", placement_id="placement.id", prefecture_code="prefecture.code"),
        *_checks(
            "engagement",
            months_in_order="last_month >= first_month",
            engagementstate=f"state IN {_listed(STATES)}",
        ),
    )
    _index("engagement", "prefecture_code")


def _keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [target], name=op.f(f"fk_{table}_{column}_{target.partition('.')[0]}")
        )
        for column, target in targets.items()
    ]


def _checks(table: str, **conditions: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
        for name, condition in conditions.items()
    ]


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _rows(query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(sa.text(query)).mappings()]


def _insert(table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """The values as they were read; the sequence of PostgreSQL goes on behind them."""
    if not rows:
        return
    connection = op.get_bind()
    names = list(rows[0])
    columns, places = ", ".join(names), ", ".join(f":{name}" for name in names)
    connection.execute(
        sa.text(f"INSERT INTO {table} ({columns}) VALUES ({places})"),
        [{**row, **_days(row)} for row in rows],
    )
    if connection.dialect.name == "postgresql":
        last = max(row["id"] for row in rows)
        connection.execute(
            sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), :last)"),
            {"last": last},
        )


def _days(row: Mapping[str, Any]) -> dict[str, str]:
    """A day as SQLite stores it; PostgreSQL reads the same text."""
    return {name: value.isoformat() for name, value in row.items() if type(value) is date}
