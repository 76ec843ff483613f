"""A filled database of any size: `python -m benchmarks.big_pool sqlite:////dev/shm/big.db` (or postgresql+psycopg://…).

5,000 people and 2,000 open needs of Hyogo, drawn from one seed and written by bulk inserts; a coordinator and an
officer of Himeji can sign in with PASSWORD. With --measure it then times the live count beside the form of a need.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask.testing import FlaskClient

from talentpool import dates, models, schema
from talentpool.accounts import passwords
from talentpool.accounts.service import create_user, open_pool
from talentpool.app import create_app
from talentpool.audit import Deed, record
from talentpool.candidates.models import (
    Candidate,
    CandidateForm,
    CandidatePost,
    CandidateRole,
    CandidateSkill,
    CandidateWindow,
    Consent,
    Membership,
)
from talentpool.config import Config
from talentpool.db import Base, Database, Session
from talentpool.ledger.models import LedgerMonth
from talentpool.needs.content import Sketch
from talentpool.needs.models import Need, NeedForm, NeedRole, NeedSkill
from talentpool.needs.views.sketching import sketch_of
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.pool.kept import forget
from talentpool.pool.surveying import survey
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.service import load_catalogue, load_reference
from talentpool.web.unit import TalentpoolFlask

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
PREFECTURE, HIMEJI = "28", "282014"
START, MONTHS = dates.month_number(2026, 12), 18
PASSWORD = "hyogo-demo-pool"  # noqa: S105 - of made-up accounts
PORTION = 5_000  # rows of one statement
ASKED = 50  # needs that are counted

CONFIG = Config(
    database_url="",
    secret_key="b" * 32,
    field_keys=(urlsafe_b64encode(b"b" * 32).decode(),),
    audit_key="b" * 32,
    environment="test",
)
Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {
    "by the clock": time.perf_counter,
    "of the processor": time.process_time,
}
Rows = dict[type[Base], list[dict[str, Any]]]


def fill(database: Database, people: int, needs: int, seed: int = 0) -> None:
    """Write a whole pool into an empty database."""
    assert models.__name__  # every table is known
    schema.upgrade(database)
    with database.writing() as session:
        load_reference(session)
    with database.writing() as session:
        pool = open_pool(session, PREFECTURE, actor=SYSTEM, now=NOW)
        session.flush()
        _make_accounts(session)
        draw = Draw(load_catalogue(session), seed)
        for kind, rows in draw.people(people).items():
            _insert(session, kind, rows)
        for kind, rows in draw.needs(needs).items():
            _insert(session, kind, rows)
        _follow_ids(session)
        record(session, Deed.POOL_OPEN, pool, actor=SYSTEM, now=NOW, detail={"people": people})


def _make_accounts(session: Session) -> None:
    for role, mail in (
        (Role.COORDINATOR, "coordinator@example.lg.jp"),
        (Role.MUNICIPALITY, "town@example.lg.jp"),
    ):
        town = {"municipality_code": HIMEJI} if role is Role.MUNICIPALITY else {}
        create_user(
            session, email=mail, role=role, actor=SYSTEM, now=NOW, prefecture_code=PREFECTURE,
            password_hash=passwords.of(session).hash(PASSWORD), is_foreign_domain_allowed=True,
            **town,
        )  # fmt: skip


def _insert(session: Session, kind: type[Base], rows: list[dict[str, Any]]) -> None:
    for first in range(0, len(rows), PORTION):
        session.execute(sa.insert(kind), rows[first : first + PORTION])


def _follow_ids(session: Session) -> None:
    """PostgreSQL counts on behind the ids that were given."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for kind in (Candidate, Membership, Need):
        table = kind.__tablename__
        session.execute(
            sa.text(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 - our own names
            )
        )


class Draw:
    """Rows of people and needs, the same for the same seed."""

    def __init__(self, catalogue: Catalogue, seed: int) -> None:
        self.random = random.Random(seed)
        self.towns = [town.code for town in catalogue.municipalities(PREFECTURE)]
        self.codes = {
            name: [term.code for term in catalogue.terms(name)]
            for name in ("skill", "role", "form", "theme", "stage", "candidate_kind")
        }

    def some(self, name: str, least: int, most: int) -> list[str]:
        return self.random.sample(self.codes[name], self.random.randint(least, most))

    def people(self, count: int) -> Rows:
        rows: Rows = {
            kind: []
            for kind in (
                Candidate, Membership, Consent, CandidateRole, CandidateForm, CandidateSkill,
                CandidatePost, CandidateWindow, LedgerMonth,
            )
        }  # fmt: skip
        for ident in range(1, count + 1):
            self._person(rows, ident)
        return rows

    def _person(self, rows: Rows, ident: int) -> None:
        r, of_it = self.random, {"candidate_id": ident}
        pay = r.choice([0, 5_000, 7_500, 10_000, 12_500, 15_000])
        rows[Candidate].append({
            "id": ident, "code": f"C-{ident:06d}", "kind": r.choice(self.codes["candidate_kind"]),
            "family_name": f"架空{ident}", "given_name": "花子", "family_kana": "カクウ",
            "given_kana": "ハナコ", "search_key": f"架空{ident}花子", "home_code": r.choice(self.towns),
            "travel_limit": r.choice([None, 60, 90, 120]), "overnight": r.random() < 0.2,
            "most_at_once": r.randint(1, 3), "pay_minimum": pay, "pay_wish": pay + 2_500,
            "themes": self.some("theme", 0, 3), "regions": [], "motives": [],
            "training_until": date(2028, 3, 31) if r.random() < 0.6 else None,
            "created_at": NOW, "updated_at": NOW, "version": 1,
        })  # fmt: skip
        rows[Membership].append({
            "id": ident, **of_it, "prefecture_code": PREFECTURE, "state": "active",
            "applied_at": NOW, "reviewed_at": NOW, "active_from": date(2026, 4, 1),
            "active_until": date(2028, 3, 31), "version": 1,
        })  # fmt: skip
        rows[Consent].append({
            **of_it, "purpose": "search", "audience": PREFECTURE, "text_version": "1", "given_at": NOW,
        })  # fmt: skip
        rows[CandidateRole].extend(of_it | {"role": role} for role in self.some("role", 1, 4))
        rows[CandidateForm].extend(of_it | {"form": form} for form in self.some("form", 1, 4))
        rows[CandidateSkill].extend(
            of_it | {"skill": skill, "level": r.randint(1, 4), "last_used": r.randint(2016, 2026)}
            for skill in self.some("skill", 3, 9)
        )
        rows[CandidatePost].extend(
            of_it | {
                "body": "市役所", "municipality_code": r.choice(self.towns),
                "first_month": START - first, "last_month": START - first + 48, "search_key": "市役所",
            }
            for first in r.sample(range(60, 400, 48), r.randint(0, 3))
        )  # fmt: skip
        rows[CandidateWindow].extend(
            of_it | {
                "first_month": START + 6 * part, "last_month": START + 6 * part + 5,
                "half_days": (half_days := r.randint(2, 12)), "weekdays": r.choice([31, 31, 21, 10, 127]),
                "mode": r.choice(["both", "both", "online", "onsite"]), "is_available": half_days > 0,
            }
            for part in range(r.randint(1, 3))
        )  # fmt: skip
        windows = [row for row in rows[CandidateWindow][-3:] if row["candidate_id"] == ident]
        rows[LedgerMonth].extend(
            of_it | {"month": month, "capacity": row["half_days"]}
            for row in windows
            for month in range(row["first_month"], row["last_month"] + 1)
        )

    def needs(self, count: int) -> Rows:
        rows: Rows = {kind: [] for kind in (Need, NeedForm, NeedRole, NeedSkill)}
        for ident in range(1, count + 1):
            self._need(rows, ident)
        return rows

    def _need(self, rows: Rows, ident: int) -> None:
        r, of_it, town = self.random, {"need_id": ident}, self.random.choice(self.towns)
        first = START + r.randint(1, 6)
        rows[Need].append({
            "id": ident, "code": f"N-{ident:06d}", "prefecture_code": PREFECTURE,
            "municipality_code": town, "place_code": town, "state": "open",
            "title": f"架空の募集 {ident}", "side": "municipal", "theme": r.choice(self.codes["theme"]),
            "stage": r.choice(self.codes["stage"]), "half_days": r.randint(1, 8), "first_month": first,
            "last_month": first + r.choice([0, 2, 5, 11]), "seats": r.choice([1, 1, 1, 2]),
            "mode": r.choice(["online", "hybrid", "onsite"]), "pay_amount": r.choice([20, 25, 30, 40]) * 1000,
            "pay_basis": "day", "requires_training": r.random() < 0.2, "search_key": f"架空の募集{ident}",
            "created_at": NOW, "updated_at": NOW, "submitted_at": NOW, "opened_at": NOW, "version": 1,
        })  # fmt: skip
        rows[NeedForm].extend(of_it | {"form": form} for form in self.some("form", 1, 3))
        rows[NeedRole].extend(of_it | {"role": role} for role in self.some("role", 0, 2))
        rows[NeedSkill].extend(
            of_it | {"skill": skill, "level": r.randint(1, 3), "must": place < 2, "position": place}
            for place, skill in enumerate(self.some("skill", 1, 5))
        )


def measure(
    database: Database, config: Config, needs: int, clock: Clock
) -> Iterator[tuple[str, float]]:
    """Milliseconds, by what they are of: the live count by the service, and as the page that a browser asks for."""
    forget()
    town = Actor(None, Role.MUNICIPALITY, PREFECTURE, HIMEJI)
    with database.reading() as session:
        catalogue = load_catalogue(session)
        found = session.scalars(sa.select(Need).where(Need.id <= needs).limit(ASKED)).all()
        sketches = [sketch_of(need) for need in found]

    def ask(sketch: Sketch) -> None:
        with database.reading() as session:
            survey(session, sketch, PREFECTURE, catalogue=catalogue, actor=town, now=NOW)

    yield "the first count, which reads everybody", _milliseconds(partial(ask, sketches[0]), clock)
    yield (
        "a count (median)",
        median(_milliseconds(partial(ask, sketch), clock) for sketch in sketches),
    )
    with database.writing() as session:
        person = session.get_one(Candidate, 1)
        person.travel_limit = 45
        record(session, Deed.CANDIDATE_EDIT, person, actor=SYSTEM, now=NOW)
    yield "a count after somebody changed", _milliseconds(partial(ask, sketches[0]), clock)
    client = _signed_in(create_app(config, database))
    pages = [f"/needs/count?{urlencode(_fields(sketch), doseq=True)}" for sketch in sketches]
    client.get(pages[0])
    yield (
        "GET /needs/count (median)",
        median(_milliseconds(partial(client.get, page), clock) for page in pages),
    )


def _fields(sketch: Sketch) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "half_days": sketch.half_days, "mode": sketch.mode, "forms": sketch.forms,
        "first_month": dates.month_text(sketch.first_month or START),
        "last_month": dates.month_text(sketch.last_month or START),
        "weekdays": [0, 1, 2, 3, 4], "pay_amount": sketch.pay_amount, "pay_basis": sketch.pay_basis,
    }  # fmt: skip
    for place, asked in enumerate(sketch.skills):
        kind = "must" if asked.must else "want"
        of_it = {"skill": asked.skill, "kind": kind, "level": asked.level}
        fields |= {f"skills-{place}-{name}": value for name, value in of_it.items()}
    return fields


def _signed_in(app: TalentpoolFlask) -> FlaskClient:
    client = app.test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/signin").text)
    assert found is not None
    typed = {"csrf_token": found[1], "email": "town@example.lg.jp", "password": PASSWORD}
    assert client.post("/signin", data=typed).status_code == 302
    return client


def _milliseconds(act: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    start = clock()
    act()
    return (clock() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.big_pool", description=__doc__)
    parser.add_argument("url", help="of an empty database")
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--needs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--measure", action="store_true", help="time the live count as well")
    asked = parser.parse_args()
    config = replace(CONFIG, database_url=asked.url)
    with closing(Database(config)) as database:
        seconds = (
            _milliseconds(partial(fill, database, asked.people, asked.needs, asked.seed)) / 1000
        )
        print(f"filled in {seconds:.1f} s")
        if asked.measure:
            for name, clock in CLOCKS.items():
                for what, taken in measure(database, config, asked.needs, clock):
                    print(f"{what}: {taken:.0f} ms {name}")


if __name__ == "__main__":
    main()
