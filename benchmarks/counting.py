"""How long a live count takes: `python -m benchmarks.counting URL`, on what `benchmarks.big_pool` has filled.

Also the cases that are suggested beside a need.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from talentpool import clock, dates
from talentpool.audit import Deed, record
from talentpool.candidates.models import Candidate
from talentpool.cases.finding import suggest_cases
from talentpool.db import Database
from talentpool.demo.people import HYOGO
from talentpool.needs.content import Sketch
from talentpool.needs.models import Need
from talentpool.needs.views.sketching import sketch_of
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.pool.kept import forget
from talentpool.pool.surveying import survey
from talentpool.reference.service import load_catalogue
from talentpool.states import NeedState

from .visiting import Taken, open_database, open_site, signed_in, timed

HIMEJI, OFFICER = "282014", "himeji@example.lg.jp"
ASKED = 50  # needs that are counted
TOWN = Actor(None, Role.MUNICIPALITY, HYOGO, HIMEJI)


def measure(database: Database) -> Iterator[tuple[str, Taken]]:
    """Of the service, and of the page that a browser asks for."""
    now = clock.now()
    forget()
    with database.reading() as session:
        catalogue = load_catalogue(session)
        is_open = Need.state == NeedState.OPEN
        needs = session.scalars(sa.select(Need).where(is_open).limit(ASKED)).all()
        sketches = [sketch_of(need) for need in needs]

    def ask(sketch: Sketch) -> None:
        with database.reading() as session:
            survey(session, sketch, HYOGO, catalogue=catalogue, actor=TOWN, now=now)

    def suggest(need: Need) -> None:
        with database.reading() as session:
            suggest_cases(
                session, TOWN, theme=need.theme, municipality_code=HIMEJI, catalogue=catalogue
            )

    yield "the first count, which reads everybody", timed(partial(ask, sketches[0]))
    yield "a count", _median(partial(ask, sketch) for sketch in sketches)
    with database.writing() as session:
        person = session.scalars(sa.select(Candidate).limit(1)).one()
        record(session, Deed.CANDIDATE_EDIT, person, actor=SYSTEM, now=now)
    yield "a count after somebody changed", timed(partial(ask, sketches[0]))
    client = signed_in(open_site(database), OFFICER)
    pages = [f"/needs/count?{urlencode(_fields(sketch), doseq=True)}" for sketch in sketches]
    client.get(pages[0])
    yield "GET /needs/count", _median(partial(client.get, page) for page in pages)
    yield "similar cases", _median(partial(suggest, need) for need in needs)


def _median(acts: Iterator[Callable[[], object]]) -> Taken:
    walls, processors = zip(*map(timed, acts), strict=True)
    return median(walls), median(processors)


def _fields(sketch: Sketch) -> dict[str, Any]:
    assert sketch.first_month is not None
    assert sketch.last_month is not None
    fields: dict[str, Any] = {
        "half_days": sketch.half_days, "mode": sketch.mode, "forms": sketch.forms,
        "first_month": dates.month_text(sketch.first_month),
        "last_month": dates.month_text(sketch.last_month),
        "weekdays": [0, 1, 2, 3, 4], "pay_amount": sketch.pay_amount, "pay_basis": sketch.pay_basis,
    }  # fmt: skip
    for place, asked in enumerate(sketch.skills):
        kind = "must" if asked.must else "want"
        of_it = {"skill": asked.skill, "kind": kind, "level": asked.level}
        fields |= {f"skills-{place}-{name}": value for name, value in of_it.items()}
    return fields


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counting", description=__doc__)
    parser.add_argument("url", help="of a database that benchmarks.big_pool has filled")
    with closing(open_database(parser.parse_args().url)) as database:
        for what, (wall, processor) in measure(database):
            print(f"{what}: {wall:.0f} ms by the clock, {processor:.0f} of the processor")


if __name__ == "__main__":
    main()
