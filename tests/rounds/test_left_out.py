"""People without a confirmed availability are left out of a round, and both pages of it say how many."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from talentpool import clock, matching as m
from talentpool.candidates import confirming
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.exchange.exporting import export_candidates, export_needs, policy_of
from talentpool.exchange.matching import match_files
from talentpool.files.writing import render
from talentpool.permissions import SYSTEM, Role
from talentpool.rounds import preparing, validity
from talentpool.rounds.gathering import gather
from talentpool.rounds.models import DirectiveKind, Round, RoundInput
from talentpool.rounds.running import run_here
from talentpool.states import RoundState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import signed_in
from tests.factories import HYOGO, make_candidate, make_need, make_prefecture_pool

DAY = timedelta(days=1)


def silent(session: Session, now: datetime) -> Candidate:
    """Somebody who was asked forty days ago and has not answered."""
    person = make_candidate(session, skills={"bpr": 4}, now=now - 140 * DAY)
    session.flush()
    nine = (now - 40 * DAY).replace(hour=3)
    assert len(confirming.remind(session, nine)) == 1
    return person


def make_round(session: Session, now: datetime) -> Round:
    need = make_need(session, musts={"bpr": 2}, seats=2)
    return preparing.create_round(
        session, prefecture_code=HYOGO, title="回", need_ids=[need.id], policy=m.Policy(),
        time_limit=60, actor=SYSTEM, now=now,
    )  # fmt: skip


def test_a_round_runs_without_them_and_keeps_the_count(database: Database) -> None:
    now = clock.now()
    with database.writing() as session:
        absent = silent(session, now)
        there = make_candidate(session, skills={"bpr": 3})
        made = make_round(session, now)
        ident, codes = made.id, (absent.code, there.code)
    assert run_here(database, ident) is RoundState.OPTIMAL
    with database.writing() as session:
        round_ = session.get_one(Round, ident)
        assert round_.summary is not None
        assert (round_.summary["unconfirmed"], round_.summary["candidates"]) == (1, 1)
        stored = session.get_one(RoundInput, ident).document
        assert [row["id"] for row in stored["candidates"]] == [codes[1]]
        person = session.get_one(Candidate, absent.id)
        confirming.confirm_availability(session, person, actor=SYSTEM, now=clock.now())
    with database.reading() as session:  # the plan still holds, from the same inputs
        round_ = session.get_one(Round, ident)
        assert gather(session, round_).hash == round_.input_hash
        assert validity.list_obstacles(session, round_) == []


def test_somebody_who_is_fixed_is_never_passed_over(database: Database) -> None:
    now = clock.now()
    with database.writing() as session:
        absent = silent(session, now)
        make_candidate(session, skills={"bpr": 3})
        made = make_round(session, now)
        preparing.direct_pair(
            session, made, need_id=made.needs[0].need_id, candidate_id=absent.id,
            kind=DirectiveKind.PIN, reason="続き", actor=SYSTEM, now=now,
        )  # fmt: skip
        ident = made.id
    assert run_here(database, ident) is RoundState.FAILED
    with database.reading() as session:
        failure = session.get_one(Round, ident).failure
    assert failure is not None
    assert absent.code in failure


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_match_from_files_leaves_them_out_too(
    session: Session, tmp_path: Path, suffix: str
) -> None:
    now = clock.now()
    silent(session, now)
    make_candidate(session, skills={"bpr": 3})
    made = make_round(session, now)
    pool = make_prefecture_pool(session)
    people, needs = tmp_path / f"people.{suffix}", tmp_path / f"needs.{suffix}"
    people.write_bytes(
        render(people, export_candidates(session, people, pool, actor=SYSTEM, now=now).tables, None)
    )
    needs.write_bytes(
        render(needs, export_needs(session, needs, pool, round_=made, actor=SYSTEM).tables, None)
    )
    rules = tmp_path / "policy.json"
    rules.write_text(m.to_json(policy_of(session, made)), encoding="utf-8")
    found = match_files(people, needs, policy=rules).document
    assert found["input_hash"] == gather(session, made).hash


def test_the_pages_say_how_many(app: TalentpoolFlask) -> None:
    now = clock.now()
    with app.database.writing() as session:
        absent = silent(session, now)
        make_candidate(session, skills={"bpr": 3})
        ident = make_round(session, now).id
    browser = signed_in(app, Role.COORDINATOR)
    told = "稼働の確認がない登録者1名は、対象になりません。"
    assert told in browser.get("/rounds/new").text
    assert told in browser.get(f"/rounds/{ident}").text
    assert run_here(app.database, ident) is RoundState.OPTIMAL
    page = browser.get(f"/rounds/{ident}").text
    assert "（ほかに、稼働の確認がなく対象外の1名）" in page
    people = browser.get("/candidates?confirmed=left_out").text
    assert f"/candidates/{absent.id}" in people
    assert "回の対象外" in people
    assert "稼働の確認がない登録" in browser.get("/home").text
    path = f"/candidates/{absent.id}/confirm-availability"
    assert f'action="{path}"' in browser.get(f"/candidates/{absent.id}").text
    assert browser.post(path).status_code == 302
    assert told not in browser.get("/rounds/new").text
    assert f'action="{path}"' not in browser.get(f"/candidates/{absent.id}").text
