"""The price of a kilometre, and what a town expects to pay in the years after a need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from .. import audit
from ..db import Session
from ..errors import Fault, raise_first
from ..language import say
from ..needs.costing import (
    MOST_KM,
    MOST_PER_KM,
    MOST_YEN,
    RunningCost,
    TravelRate,
    find_rate,
    find_running,
    years_after,
)
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary

MOST_NOTE = 200  # characters


def set_rate(
    session: Session,
    *,
    yen_per_km: int,
    usual_km: int,
    basis: str,
    actor: Actor,
    now: datetime,
) -> TravelRate:
    """For estimates from now on; a decision paper keeps what it was decided with."""
    require(session, actor, Action.MANAGE_FUNDING)
    faults = []
    if not 1 <= yen_per_km <= MOST_PER_KM:
        faults.append(("yen_per_km", say("1から%(most)sまでです。", most=f"{MOST_PER_KM:,}")))
    if not 0 <= usual_km <= MOST_KM:
        faults.append(("usual_km", say("0から%(most)sまでです。", most=f"{MOST_KM:,}")))
    if not basis.strip():
        faults.append(("basis", say("根拠を書いてください。")))
    raise_first(faults)
    row = find_rate(session, actor.prefecture_code or "")
    if row is None:
        row = TravelRate(prefecture_code=actor.prefecture_code)
        session.add(row)
    elif (row.yen_per_km, row.usual_km, row.basis) == (yen_per_km, usual_km, basis.strip()):
        return row
    row.yen_per_km, row.usual_km, row.basis = yen_per_km, usual_km, basis.strip()
    row.set_at, row.set_by = now, actor.user_id
    session.flush()
    detail = {"yen": yen_per_km, "km": usual_km}
    audit.record(session, audit.Deed.FUNDING_RATE, row, actor=actor, now=now, detail=detail)
    return row


@dataclass(frozen=True, slots=True)
class Expected:
    """Of one fiscal year."""

    year: int
    yen: int
    source: str | None = None  # code of funding_source
    note: str = ""


def list_expected(session: Session, need: Need) -> Sequence[Expected]:
    rows = find_running(session, need)
    return [Expected(row.year, row.yen, row.source, row.note) for row in rows.values()]


def plan_running(
    session: Session,
    need: Need,
    expected: Sequence[Expected],
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> None:
    """What the town expects to pay in the years after the first; years that are not named are left open."""
    require(session, actor, Action.PLAN_COST, need)
    raise_first(_faults(need, expected, catalogue))
    present = find_running(session, need)
    wanted = {row.year: row for row in expected}
    if sorted(list_expected(session, need), key=_year) == sorted(expected, key=_year):
        return
    for year, row in present.items():
        if year not in wanted:
            session.delete(row)
    for year, said in wanted.items():
        row = present.get(year) or RunningCost(need_id=need.id, year=year)
        row.yen, row.source, row.note = said.yen, said.source, said.note.strip()
        session.add(row)
    session.flush()
    detail = {"years": {str(year): row.yen for year, row in sorted(wanted.items())}}
    audit.record(session, audit.Deed.NEED_COST, need, actor=actor, now=now, detail=detail)


def _year(row: Expected) -> int:
    return row.year


def _faults(need: Need, expected: Sequence[Expected], catalogue: Catalogue) -> Iterator[Fault]:
    for row in expected:
        if row.year not in years_after(need):
            yield f"yen_{row.year}", say("この募集の翌年度から3年度の分だけを入力できます。")
        if not 0 <= row.yen <= MOST_YEN:
            yield f"yen_{row.year}", say("0から%(most)sまでです。", most=f"{MOST_YEN:,}")
        if row.source and not catalogue.is_valid(Vocabulary.FUNDING_SOURCE, row.source):
            yield f"source_{row.year}", say("一覧にない値が選ばれています。")
        if len(row.note) > MOST_NOTE:
            yield (
                f"note_{row.year}",
                say("%(longest)s文字以内で書いてください。", longest=MOST_NOTE),
            )
