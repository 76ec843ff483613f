"""Entries of the needs' sheets as requests for matching, and rows of the database as entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import BadCell
from ..needs.models import Need, NeedMode
from ..pool.records import Asked, Request
from ..states import NEED, NeedState
from .entries import Entry, Values
from .layout import NEEDS
from .tables import refuse

OWN = (
    "department", "background", "outcome_wanted", "stage", "funding_source", "after_fiscal_year",
)  # fmt: skip
NOT_REQUEST = {*OWN, "state", "is_wanted", "lottery_seed"}
MOST_MONTHS = 60


def read_requests(entries: Sequence[Entry]) -> list[Request]:
    """Requests of a file; rows without a code get one from their row number. Raises BadFile.

    Rows that say they are not wanted this time, or are closed, are checked and left out.
    """
    refuse([fault for entry in entries for fault in check_request(entry)])
    return [
        request_of(entry)
        for entry in entries
        if entry.values.get("is_wanted", True) and state_of(entry) is not NeedState.CLOSED
    ]


def request_of(entry: Entry) -> Request:
    values = {name: value for name, value in entry.values.items() if name not in NOT_REQUEST}
    values.setdefault("place_code", values["municipality_code"])
    return Request(
        code=entry.code or f"row-{entry.row}",
        skills=tuple(Asked(**asked_values(row)) for row in entry.leaves["skills"]),
        vendors=tuple(row["name"] for row in entry.leaves["vendors"]),
        **values,
    )


def asked_values(row: Values) -> Values:
    """A skill that does not say is a must."""
    return {"is_must": True} | row


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


def check_request(entry: Entry) -> Iterator[BadCell]:
    """Faults between the cells of one need."""
    values = entry.values

    def fault(field: str, message: str) -> BadCell:
        return BadCell(NEEDS.name, entry.row, NEEDS.header(field), message)

    if values["last_month"] < values["first_month"]:
        yield fault("last_month", "開始月より前になっています。")
    if values["last_month"] - values["first_month"] >= MOST_MONTHS:
        yield fault("last_month", "期間は5年以内にしてください。")
    if values["mode"] == NeedMode.ONLINE and values.get("on_site_share"):
        yield fault("on_site_share", "オンラインの募集では0にしてください。")
    if values.get("weekdays") == 0:
        yield fault("weekdays", "曜日を1つ以上書いてください。")
    if values.get("filled", 0) > values.get("seats", 1):
        yield fault("filled", "募集枠より多くなっています。")
    if state_of(entry) is None:
        yield fault("state", "下書き、確認待ち、公開中、保留のどれかを書いてください。")
    asked = [(row["skill"], row.get("is_must", True)) for row in entry.leaves["skills"]]
    if len(asked) != len(set(asked)):
        yield fault("skills", "同じ技能が二度書かれています。")


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
        {name: getattr(s, name) for name in Asked.__dataclass_fields__} for s in request.skills
    ]
    vendors = [{"name": name} for name in request.vendors]
    return Entry(need.code, 0, values, {"skills": skills, "vendors": vendors})
