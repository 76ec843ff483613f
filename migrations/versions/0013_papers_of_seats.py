"""One decision paper a seat, with its alternates: numbered by the draft, frozen by the decision.

Papers that are there keep their numbers. What was drafted and had none gets the next ones, in the order of the
drafts. Who waits without a decision beside people who were approved comes on a paper of its own behind theirs.

Revision: 0013, after 0012
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)
LIVE = {"suggested", "proposed", "approved", "offered", "introduced", "agreed", "confirmed"}
DIRECTIVES = {"pin": "pins", "forbid": "forbids"}
NEED = (
    "code", "content_version", "title", "theme", "stage", "half_days", "seats", "mode", "on_site_share",
    "place_code", "pay_amount", "pay_basis", "funding_source", "department",
)  # fmt: skip
Row = Mapping[str, Any]


def upgrade() -> None:
    old = {row["placement_id"]: row for row in _rows("SELECT * FROM decision_paper ORDER BY id")}
    op.drop_table("decision_paper")
    _create_papers()
    op.execute(
        "ALTER TABLE placement ADD COLUMN paper_id"
        f" {'INTEGER' if _is_sqlite() else 'BIGINT'}"
        " CONSTRAINT fk_placement_paper_id_decision_paper REFERENCES decision_paper(id)"
        " CONSTRAINT ck_placement_drafted_on_a_paper"
        " CHECK (paper_id IS NULL OR (drafted_at IS NOT NULL AND seat IS NOT NULL))"
    )
    op.create_index(op.f("ix_placement_paper_id"), "placement", ["paper_id"])
    _carry_up(old)


def downgrade() -> None:
    kept = _carry_down()
    op.drop_index(op.f("ix_placement_paper_id"), "placement")
    op.execute("ALTER TABLE placement DROP COLUMN paper_id")
    _merge_lists()
    op.execute("UPDATE placement SET seat = NULL WHERE offered_at IS NULL")
    op.drop_table("decision_paper")
    _create_old_papers()
    if kept:
        op.bulk_insert(_table("decision_paper", kept[0]), kept)


def _create_papers() -> None:
    op.create_table(
        "decision_paper",
        sa.Column("id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("need_id", ID, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("numbered_at", TIME, nullable=False),
        sa.Column("drafted_by", ID, nullable=True),
        sa.Column("drafted_at", TIME, nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decision", sa.String(length=40), nullable=True),
        sa.Column("frozen_at", TIME, nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("outcomes", sa.Text(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('approved', 'refused')", name=op.f("ck_decision_paper_verdict")
        ),
        sa.CheckConstraint(
            "number > 0 AND seat > 0", name=op.f("ck_decision_paper_counted_from_one")
        ),
        sa.CheckConstraint("decided_by <> drafted_by", name=op.f("ck_decision_paper_two_officers")),
        sa.CheckConstraint(
            "(decision IS NULL) = (frozen_at IS NULL) AND (decision IS NULL) = (content IS NULL)",
            name=op.f("ck_decision_paper_frozen_by_the_decision"),
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_decision_paper_{column}_{table}"))
            for column, target, table in (
                ("prefecture_code", "prefecture.code", "prefecture"),
                ("municipality_code", "municipality.code", "municipality"),
                ("drafted_by", "user_account.id", "user_account"),
                ("decided_by", "user_account.id", "user_account"),
            )
        ),
        sa.ForeignKeyConstraint(
            ["need_id", "municipality_code"],
            ["need.id", "need.municipality_code"],
            name=op.f("fk_decision_paper_need_id_municipality_code_need"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_paper")),
        sa.UniqueConstraint(
            "prefecture_code",
            "fiscal_year",
            "number",
            name=op.f("uq_decision_paper_prefecture_code_fiscal_year_number"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_decision_paper_need_id"), "decision_paper", ["need_id"])
    waiting = sa.text("frozen_at IS NULL AND ended_at IS NULL")
    op.create_index(
        "uq_decision_paper_waiting",
        "decision_paper",
        ["need_id", "seat"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _create_old_papers() -> None:
    op.create_table(
        "decision_paper",
        sa.Column("id", ID, nullable=False),
        sa.Column("placement_id", ID, nullable=False),
        sa.Column("prefecture_code", sa.Text(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("frozen_at", TIME, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placement.id"],
            name=op.f("fk_decision_paper_placement_id_placement"),
        ),
        sa.ForeignKeyConstraint(
            ["prefecture_code"],
            ["prefecture.code"],
            name=op.f("fk_decision_paper_prefecture_code_prefecture"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_paper")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_decision_paper_placement_id")),
        sa.UniqueConstraint(
            "prefecture_code",
            "fiscal_year",
            "number",
            name=op.f("uq_decision_paper_prefecture_code_fiscal_year_number"),
        ),
    )


# --- Up


def _carry_up(old: Mapping[int, Row]) -> None:
    """A paper for every seat that somebody was drafted for, and their rows put on it."""
    drafted = _rows(
        "SELECT * FROM placement WHERE drafted_at IS NOT NULL ORDER BY need_id, rank, id"
    )
    if not drafted:
        return
    needs = {row["id"]: row for row in _rows("SELECT * FROM need")}
    by_need = defaultdict(list)
    for row in drafted:
        by_need[row["need_id"]].append(row)
    groups = [group for ident, rows in by_need.items() for group in _group(needs[ident], rows, old)]
    numbered = [group for group in groups if group["old"]]
    others = sorted(
        (group for group in groups if not group["old"]),
        key=lambda group: (min(_time(row["drafted_at"]) for row in group["rows"]), group["order"]),
    )
    last = defaultdict(int)
    for group in numbered:
        paper = group["old"]
        key = paper["prefecture_code"], paper["fiscal_year"]
        last[key] = max(last[key], paper["number"])
    facts = _Facts.read()
    made = [
        _make(group, ident, needs, last, facts)
        for ident, group in enumerate([*numbered, *others], 1)
    ]
    op.bulk_insert(_table("decision_paper", made[0]), made)
    if not _is_sqlite():
        op.execute(
            "SELECT setval(pg_get_serial_sequence('decision_paper', 'id'), "
            "(SELECT max(id) FROM decision_paper))"
        )
    for ident, group in enumerate([*numbered, *others], 1):
        for rank, row in enumerate(group["rows"], 1):
            _execute(
                "UPDATE placement SET paper_id = :paper, seat = :seat, rank = :rank WHERE id = :id",
                paper=ident, seat=group["seat"], rank=rank, id=row["id"],
            )  # fmt: skip


def _group(need: Row, rows: list[Row], old: Mapping[int, Row]) -> Iterable[dict[str, Any]]:
    """The drafted rows of a need, a group a paper: the seats deal those who never had one among themselves."""
    people: dict[int, int] = defaultdict(int)
    for row in rows:
        if row["seat"] is not None:
            people[row["seat"]] += 1
    seats: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        seat = row["seat"]
        if seat is None:
            seat = min(range(1, need["seats"] + 1), key=lambda seat: (people[seat], seat))
            people[seat] += 1
        seats[seat].append(row)
    for seat, members in sorted(seats.items()):
        papers = sorted(
            (row["id"] for row in members if row["id"] in old), key=lambda ident: old[ident]["id"]
        )
        main = [row for row in members if row["id"] not in papers[:-1]]
        for ident in papers[:-1]:  # confirmed and undone before
            (row,) = [row for row in members if row["id"] == ident]
            yield {"seat": seat, "rows": [row], "old": old[ident], "order": row["id"]}
        decided = [row for row in main if row["approved_by"] is not None]
        waiting = [row for row in main if row not in decided and row["state"] in LIVE]
        if decided and waiting:
            main = [row for row in main if row not in waiting]
            yield {"seat": seat, "rows": waiting, "old": None, "order": waiting[0]["id"]}
        yield {
            "seat": seat, "rows": main, "old": old[papers[-1]] if papers else None,
            "order": main[0]["id"],
        }  # fmt: skip


class _Facts:
    """What the papers of decisions that were made before say of needs and rounds."""

    def __init__(self) -> None:
        self.forms: dict[int, list[str]] = defaultdict(list)
        self.rounds: dict[int, Row] = {}
        self.codes: dict[int, str] = {}
        self.directives: dict[tuple[int, int], list[Row]] = defaultdict(list)
        self.lifts: dict[tuple[int, int], list[Row]] = defaultdict(list)

    @classmethod
    def read(cls) -> _Facts:
        facts = cls()
        for row in _rows("SELECT need_id, form FROM need_form ORDER BY need_id, form"):
            facts.forms[row["need_id"]].append(row["form"])
        facts.rounds = {row["id"]: row for row in _rows("SELECT * FROM round")}
        facts.codes = {row["id"]: row["code"] for row in _rows("SELECT id, code FROM candidate")}
        for row in _rows("SELECT * FROM round_directive ORDER BY candidate_id"):
            facts.directives[row["round_id"], row["need_id"]].append(row)
        for row in _rows("SELECT * FROM hold_lift ORDER BY rule"):
            facts.lifts[row["candidate_id"], row["need_id"]].append(row)
        return facts


def _make(
    group: Row,
    ident: int,
    needs: Mapping[int, Row],
    last: dict[tuple[str, int], int],
    facts: _Facts,
) -> dict[str, Any]:
    rows, paper = group["rows"], group["old"]
    need = needs[rows[0]["need_id"]]
    drafted_at = min(_time(row["drafted_at"]) for row in rows)
    if paper:
        year, number = paper["fiscal_year"], paper["number"]
    else:
        year = _fiscal_year(drafted_at)
        last[need["prefecture_code"], year] += 1
        number = last[need["prefecture_code"], year]
    approved = [row for row in rows if row["approved_by"] is not None]
    refused = [row for row in rows if row["state"] == "refused"]
    decided = approved or (refused if len(refused) == len(rows) else [])
    first = (approved or rows)[0]
    frozen_at = decided and (_time(first["approved_at"]) if approved else _time(first["ended_at"]))
    return {
        "id": ident,
        "prefecture_code": need["prefecture_code"],
        "municipality_code": need["municipality_code"],
        "need_id": need["id"],
        "seat": group["seat"],
        "fiscal_year": year,
        "number": number,
        "numbered_at": drafted_at,
        "drafted_by": first["drafted_by"],
        "drafted_at": _time(first["drafted_at"]),
        "decided_by": first["approved_by"],
        "decision": ("approved" if approved else "refused") if decided else None,
        "frozen_at": frozen_at or None,
        "content": _text(_content(group["seat"], need, decided, first, frozen_at, paper, facts)) if decided else None,
        "outcomes": _text(_outcomes(rows, paper)),
        "ended_at": None if any(row["state"] in LIVE for row in rows) else max(_time(row["ended_at"]) for row in rows),
        "version": 1,
    }  # fmt: skip


def _content(
    seat: int,
    need: Row,
    rows: list[Row],
    first: Row,
    frozen_at: datetime,
    paper: Row | None,
    facts: _Facts,
) -> dict[str, Any]:
    """As far as the rows tell it; a paper that was frozen at a confirmation says the need as it did then."""
    before = json.loads(paper["content"]) if paper else {}
    said = before.get("need", {})
    return {
        "carried": True,  # made again from the rows: not what the approver had before them
        "seat": seat,
        "need": {
            **{name: said.get(name, need[name]) for name in NEED},
            "municipality": need["municipality_code"],
            "first_month": _month(need["first_month"]),
            "last_month": _month(need["last_month"]),
            "forms": said.get("forms", facts.forms[need["id"]]),
        },
        "round": _round(facts.rounds.get(first["round_id"])),
        "directives": before.get("directives", _directives(first["round_id"], need, facts)),
        "people": [_person(row, facts) for row in rows],
        "drafted_by": first["drafted_by"],
        "drafted_at": _time(first["drafted_at"]).isoformat(),
        "draft_comment": first["draft_comment"],
        "decision": "approved" if first["approved_by"] is not None else "refused",
        "decided_by": first["approved_by"],
        "decided_at": frozen_at.isoformat(),
        "decision_comment": first["decision_comment"],
    }


def _person(row: Row, facts: _Facts) -> dict[str, Any]:
    return {
        "placement": row["id"],
        "candidate": facts.codes[row["candidate_id"]],
        "snapshot": row["snapshot_id"],
        "rank": row["rank"],
        "fit": row["fit"],
        "parts": json.loads(row["parts"]),
        "reason": json.loads(row["reason"]),
        "lifted_holds": [
            {
                "rule": lift["rule"], "reason": lift["reason"], "by": lift["lifted_by"],
                "at": _time(lift["lifted_at"]).isoformat(),
            }
            for lift in facts.lifts[row["candidate_id"], row["need_id"]]
        ],
    }  # fmt: skip


def _round(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    names = "id", "number", "state", "input_hash", "objective", "bound", "gap"
    finished = row["finished_at"]
    return {
        **{name: row[name] for name in names},
        "finished_at": _time(finished).isoformat() if finished else None,
        "weights": json.loads(row["policy"]).get("weights", {}),
    }


def _directives(round_id: int | None, need: Row, facts: _Facts) -> list[dict[str, Any]]:
    rows = facts.directives.get((round_id, need["id"]), []) if round_id is not None else []
    if not rows:
        return []
    result = json.loads(facts.rounds[round_id]["result"] or "{}")
    return [
        {
            "kind": row["kind"], "candidate": facts.codes[row["candidate_id"]], "reason": row["reason"],
            "by": row["given_by"], "at": _time(row["given_at"]).isoformat(),
            "effect": next(
                (
                    entry
                    for entry in result.get(DIRECTIVES[row["kind"]], ())
                    if (entry["need"], entry["candidate"])
                    == (need["code"], facts.codes[row["candidate_id"]])
                ),
                None,
            ),
        }
        for row in rows
    ]  # fmt: skip


def _outcomes(rows: list[Row], paper: Row | None) -> list[dict[str, Any]]:
    """`before`: the content that was frozen at the confirmation, whole, so that the way down gives it back."""
    told: list[dict[str, Any]] = []
    if paper:
        (row,) = [row for row in rows if row["id"] == paper["placement_id"]]
        content = json.loads(paper["content"])
        told.append(
            {
                "what": "confirmed", "at": _time(paper["frozen_at"]).isoformat(), "placement": row["id"],
                "by": row["confirmed_by"], "half_days": content.get("half_days", {}),
                "before": {"id": paper["id"], "content": content},
            }
        )  # fmt: skip
        if row["state"] != "confirmed":
            told.append(_ended("undone", row))
    if rows and not any(row["state"] in LIVE for row in rows):
        told.append(_ended("ended", max(rows, key=lambda row: (_time(row["ended_at"]), row["id"]))))
    return told


def _ended(what: str, row: Row) -> dict[str, Any]:
    detail = {"state": row["state"]} if what == "ended" else {}
    return {
        "what": what, "at": _time(row["ended_at"]).isoformat(), "placement": row["id"], "by": None,
        "reason": row["end_reason"], **detail,
    }  # fmt: skip


# --- Down


def _carry_down() -> list[dict[str, Any]]:
    """One paper for each confirmation, as it was before; drafts and refusals had none."""
    kept = []
    papers = _rows("SELECT * FROM decision_paper ORDER BY id")
    greatest = max(
        (
            entry["before"]["id"]
            for paper in papers
            for entry in json.loads(paper["outcomes"])
            if "before" in entry
        ),
        default=0,
    )
    for paper in papers:
        for entry in json.loads(paper["outcomes"]):
            if entry["what"] != "confirmed":
                continue
            before = entry.get("before") or {"id": None, "content": _old_content(paper, entry)}
            if before["id"] is None:
                greatest += 1
            kept.append(
                {
                    "id": before["id"] or greatest,
                    "placement_id": entry["placement"],
                    "prefecture_code": paper["prefecture_code"],
                    "fiscal_year": paper["fiscal_year"],
                    "number": paper["number"],
                    "frozen_at": datetime.fromisoformat(entry["at"]),
                    "content": _text(before["content"]),
                }
            )
    return _with_own_numbers(kept)


def _merge_lists() -> None:
    """The lists of the seats become one list of the need: first all first choices, then all second ones."""
    places: dict[int, int] = defaultdict(int)
    for row in _rows(
        "SELECT id, need_id FROM placement WHERE drafted_at IS NOT NULL"
        " ORDER BY need_id, rank, seat, id"
    ):
        places[row["need_id"]] += 1
        _execute(
            "UPDATE placement SET rank = :rank WHERE id = :id", rank=places[row["need_id"]], id=row["id"]
        )  # fmt: skip


def _with_own_numbers(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A paper whose seat was confirmed twice had one number: the later confirmation gets the next."""
    taken: set[tuple[str, int, int]] = set()
    for row in kept:
        key = row["prefecture_code"], row["fiscal_year"]
        if (*key, row["number"]) in taken:
            row["number"] = 1 + max(
                other["number"] for other in kept if (other["prefecture_code"], other["fiscal_year"]) == key
            )  # fmt: skip
        taken.add((*key, row["number"]))
    return kept


def _old_content(paper: Row, entry: Row) -> dict[str, Any]:
    content = json.loads(paper["content"])
    person = next(row for row in content["people"] if row["placement"] == entry["placement"])
    names = "placement", "candidate", "snapshot", "fit", "parts", "reason", "rank", "lifted_holds"
    return {
        **{name: person[name] for name in names},
        **{name: content[name] for name in ("need", "round", "directives", "seat", "drafted_by", "draft_comment", "decision_comment")},
        "municipality": paper["municipality_code"],
        "half_days": entry["half_days"],
        "approved_by": content["decided_by"],
        "confirmed_by": entry["by"],
    }  # fmt: skip


# --- Both


def _rows(query: str) -> list[Row]:
    return list(op.get_bind().execute(sa.text(query)).mappings())


def _execute(statement: str, **values: Any) -> None:
    op.get_bind().execute(sa.text(statement), values)


def _table(name: str, row: Row) -> sa.TableClause:
    times = {"numbered_at", "drafted_at", "frozen_at", "ended_at"}
    return sa.table(name, *(sa.column(key, TIME if key in times else None) for key in row))


def _is_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _fiscal_year(moment: datetime) -> int:
    """Of the day in Japan."""
    day = moment + timedelta(hours=9)
    return day.year - (day.month < 4)


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
