"""Entries of the needs' sheets as requests for matching, and rows of the database as entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import BadCell, Fault
from ..needs.content import SkillRequirement
from ..needs.models import Need
from ..needs.rules import contradictions
from ..pool.records import Request
from ..states import NEED, NeedState
from .entries import Entry, Values, code_of
from .layout import NEEDS
from .tables import refuse

OWN = (
    "department", "background", "outcome_wanted", "tasks", "team", "stage", "involvement", "funding_source",
    "after_fiscal_year",
)  # fmt: skip
NOT_REQUEST = {*OWN, "state", "is_wanted", "lottery_seed"}


def read_requests(entries: Sequence[Entry]) -> list[Request]:
    """Requests of a file; rows without a code get one from their row number. Raises BadFile.

    Rows that say they are not wanted this time, or are closed, are checked and left out.
    """
    requests = [request_of(entry) for entry in entries]
    faults: list[BadCell] = []
    for entry, request in zip(entries, requests, strict=True):
        faults += NEEDS.bad_cells(entry.row, (*check_sheet(entry), *contradictions(request)))
    refuse(faults)
    return [
        request
        for entry, request in zip(entries, requests, strict=True)
        if entry.values.get("is_wanted", True) and state_of(entry) is not NeedState.CLOSED
    ]


def request_of(entry: Entry) -> Request:
    values = {name: value for name, value in entry.values.items() if name not in NOT_REQUEST}
    values.setdefault("place_code", values["municipality_code"])
    return Request(
        code=code_of(entry),
        skills=tuple(SkillRequirement(**requirement_values(row)) for row in entry.leaves["skills"]),
        vendors=tuple(row["name"] for row in entry.leaves["vendors"]),
        **values,
    )


def requirement_values(row: Values) -> Values:
    """A skill that does not say is a must."""
    return {"must": True} | row


def lottery_seed_of(entries: Sequence[Entry]) -> int | None:
    """The one seed that the rows agree on; None where no row has one. Raises BadFile."""
    seeds = [
        (entry.values["lottery_seed"], entry.row)
        for entry in entries
        if "lottery_seed" in entry.values
    ]
    refuse([
        BadCell(NEEDS.name, row, NEEDS.header("lottery_seed"), "ほかの行と違います。")
        for seed, row in seeds
        if seed != seeds[0][0]
    ])  # fmt: skip
    return seeds[0][0] if seeds else None


def state_of(entry: Entry) -> NeedState | None:
    """The state a row names by code or label, a draft where it names none; None for anything else."""
    typed = entry.values.get("state", str(NeedState.DRAFT))
    return next((s for s in NeedState if typed in {str(s), *NEED.labels[s]}), None)


def check_sheet(entry: Entry) -> Iterator[Fault]:
    """Faults of what only a file says of a need."""
    if entry.values.get("filled", 0) > entry.values.get("seats", 1):
        yield "filled", "募集枠より多くなっています。"
    if state_of(entry) is None:
        yield "state", "下書き、確認待ち、公開中、保留のどれかを書いてください。"


def entry_of(need: Need, request: Request, *, is_wanted: bool, lottery_seed: int) -> Entry:
    names = set(Request.__dataclass_fields__) - {"code", "skills", "vendors"}
    values = {name: getattr(request, name) for name in names}
    values |= {name: getattr(need, name) for name in OWN}
    values |= {
        "state": NEED.labels[need.state][0],
        "is_wanted": is_wanted,
        "lottery_seed": lottery_seed,
    }
    skills = [
        {name: getattr(s, name) for name in SkillRequirement.__dataclass_fields__}
        for s in request.skills
    ]
    vendors = [{"name": name} for name in request.vendors]
    return Entry(need.code, 0, values, {"skills": skills, "vendors": vendors})
