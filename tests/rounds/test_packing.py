"""The bulky parts of a round are packed, and rounds that were stored as plain JSON read as before."""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa

from talentpool.candidates.models import Candidate
from talentpool.db import Database, canonical_json
from talentpool.rounds import plan
from talentpool.rounds.models import Round, RoundInput, RoundNeed
from talentpool.rounds.running import run_here
from talentpool.states import RoundState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser

from .filling import make_round


def _run(database: Database, app: TalentpoolFlask, coordinator: Browser) -> int:
    ident = make_round(coordinator, app)
    assert run_here(database, ident) is RoundState.OPTIMAL
    return ident


def _parts(database: Database, ident: int) -> dict[int, tuple[Any, Any]]:
    """Need → its ranking and who is left out, as plain values."""
    query = sa.select(RoundNeed.need_id, RoundNeed.ranking, RoundNeed.excluded)
    with database.reading() as session:
        return {
            need: (ranking, dict(excluded))
            for need, ranking, excluded in session.execute(query.where(RoundNeed.round_id == ident))
        }


def _store_as_before(database: Database, ident: int) -> None:
    """Put plain JSON in the place of what is packed, as versions before did."""
    parts = _parts(database, ident)
    with database.writing() as session:
        stored = session.get_one(RoundInput, ident).document
        for need, (ranking, excluded) in parts.items():
            session.execute(
                sa.text("UPDATE round_need SET ranking = :r, excluded = :e WHERE need_id = :n"),
                {"r": canonical_json(ranking), "e": canonical_json(excluded), "n": need},
            )
        session.execute(
            sa.text("UPDATE round_input SET document = :d"), {"d": canonical_json(stored)}
        )


def _shown(browser: Browser, page: str) -> str:
    """What the page says, without the tokens of its forms."""
    return re.sub(r' value="[^"]*"', "", browser.get(page).text.partition("<main")[2])


def test_rounds_from_before_read_and_show_the_same(
    database: Database, app: TalentpoolFlask, coordinator: Browser
) -> None:
    ident = _run(database, app, coordinator)
    parts = _parts(database, ident)
    assert any(excluded for _, excluded in parts.values())
    with database.reading() as session:
        person = session.scalars(sa.select(Candidate.id)).first()
        inputs = session.get_one(RoundInput, ident).document
        raw = session.execute(sa.text("SELECT ranking, excluded FROM round_need")).all()
        assert all(set(json.loads(row.ranking)) == {"packed"} for row in raw)
        assert all(set(json.loads(row.excluded)) == {"bits", "codes", "people"} for row in raw)
    pages = [f"/rounds/{ident}", f"/rounds/{ident}/candidates/{person}"]
    pages += [f"/rounds/{ident}/needs/{need}" for need in parts]
    shown = [_shown(coordinator, page) for page in pages]
    _store_as_before(database, ident)
    assert _parts(database, ident) == parts
    with database.reading() as session:
        assert session.get_one(RoundInput, ident).document == inputs
    assert [_shown(coordinator, page) for page in pages] == shown


def test_rules_are_counted_alike_however_they_are_stored(
    database: Database, app: TalentpoolFlask, coordinator: Browser
) -> None:
    ident = _run(database, app, coordinator)

    def counted() -> list[Any]:
        with database.reading() as session:
            return [plan.count_rules(row) for row in session.get_one(Round, ident).needs]

    packed = counted()
    assert any(packed)
    _store_as_before(database, ident)
    assert counted() == packed
