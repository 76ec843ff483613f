"""Entries of the needs' sheets as requests for matching, and rows of the database as entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import BadCell, BadFile
from ..needs.models import Need
from ..pool.records import Asked, Request
from .entries import Entry
from .tables import REFUSED

NOT_REQUEST = {
    "state", "department", "background", "outcome_wanted", "stage", "funding_source",
    "after_fiscal_year",
}  # fmt: skip


def request_of(entry: Entry, code: str) -> Request:
    values = {name: value for name, value in entry.values.items() if name not in NOT_REQUEST}
    values.setdefault("place_code", values["municipality_code"])
    return Request(
        code=code,
        skills=tuple(Asked(**row) for row in entry.leaves["skills"]),
        vendors=tuple(row["name"] for row in entry.leaves["vendors"]),
        **values,
    )


def read_requests(entries: Sequence[Entry]) -> list[Request]:
    """Requests of a file; rows without a code get one from their row number. Raises BadFile."""
    faults = [fault for entry in entries for fault in check_request(entry)]
    if faults:
        raise BadFile(REFUSED, faults)
    return [request_of(entry, entry.code or f"row-{entry.row}") for entry in entries]


def check_request(entry: Entry) -> list[BadCell]:
    """Faults between the cells of one need."""
    values, faults = entry.values, []
    if values["last_month"] < values["first_month"]:
        faults.append(BadCell("募集", entry.row, "終了月", "開始月より前になっています。"))
    asked = [(row["skill"], row["is_must"]) for row in entry.leaves["skills"]]
    if len(asked) != len(set(asked)):
        faults.append(BadCell("募集", entry.row, "技能要件", "同じ技能が二度書かれています。"))
    return faults


def entry_of(need: Need, request: Request) -> Entry:
    values: dict[str, Any] = {
        name: getattr(request, name)
        for name in Request.__dataclass_fields__
        if name not in {"code", "skills", "vendors"}
    }
    values |= {
        "state": str(need.state),
        "department": need.department,
        "background": need.background,
        "outcome_wanted": need.outcome_wanted,
        "stage": need.stage,
        "funding_source": need.funding_source,
        "after_fiscal_year": need.after_fiscal_year,
    }
    skills = [
        {"skill": s.skill, "level": s.level, "is_must": s.is_must, "weight": s.weight,
         "either": s.either}
        for s in request.skills
    ]  # fmt: skip
    return Entry(need.code, 0, values, {
        "skills": skills,
        "vendors": [{"name": name} for name in request.vendors],
    })  # fmt: skip
