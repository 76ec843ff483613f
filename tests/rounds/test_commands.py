"""`talentpool round`: run here and now, show in a line or as the whole document."""

from __future__ import annotations

import hashlib
import json

import pytest

from talentpool import jobs, matching as m
from talentpool.config import Config
from talentpool.db import Database
from talentpool.permissions import SYSTEM
from talentpool.rounds.models import DirectiveKind, Round, RoundInput
from talentpool.rounds.preparing import JOB, create_round, direct_pair, order_run, prepare_what_if
from tests.commands import environ_of, run
from tests.factories import HYOGO, NOW, make_candidate, make_need


@pytest.fixture(autouse=True)
def environment(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ_of(config).items():
        monkeypatch.setenv(name, value)


def _round(database: Database, *, can_be_filled: bool = True, pinned: bool = False) -> int:
    with database.writing() as session:
        person = make_candidate(session, skills={"bpr": 3})
        need = make_need(session, musts={"bpr": 3 if can_be_filled else 4})
        made = create_round(
            session, prefecture_code=HYOGO, title="回", need_ids=[need.id], policy=m.Policy(),
            time_limit=60, actor=SYSTEM, now=NOW,
        )  # fmt: skip
        if pinned:
            direct_pair(
                session, made, need_id=need.id, candidate_id=person.id, kind=DirectiveKind.PIN,
                reason="希望", actor=SYSTEM, now=NOW,
            )  # fmt: skip
        return made.id


def test_a_round_is_run_and_shown(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    ident = _round(database)
    assert run("round", "show", str(ident)) == 0
    assert capsys.readouterr().out == f"round {ident}: 待機中\n"
    assert run("round", "run", str(ident)) == 0
    assert capsys.readouterr().out == f"round {ident}: optimal\n"
    assert run("round", "show", str(ident)) == 0
    first, *pairs = capsys.readouterr().out.splitlines()
    assert first.startswith(f"round {ident}: ")
    assert first.endswith(" bp")
    assert len(pairs) == 1
    assert run("round", "show", str(ident), "--json") == 0
    document = json.loads(capsys.readouterr().out)
    with database.reading() as session:
        assert document["input_hash"] == session.get_one(Round, ident).input_hash
        stored = m.to_json(session.get_one(RoundInput, ident).document)
        assert document["input_hash"] == hashlib.sha256(stored.encode()).hexdigest()
    assert len(document["placements"]) == 1
    assert "seconds" not in document
    assert set(document["rankings"]) == set(document["excluded"])


def test_a_round_nobody_fits_is_shown_without_pairs(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    ident = _round(database, can_be_filled=False)
    assert run("round", "run", str(ident)) == 0
    assert run("round", "show", str(ident)) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("0 bp")


def test_a_round_that_cannot_obey_its_pins_ends_with_one(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    ident = _round(database, can_be_filled=False, pinned=True)
    assert run("round", "run", str(ident)) == 1
    assert capsys.readouterr().out == f"round {ident}: failed\n"


def test_a_round_is_not_run_twice(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    ident = _round(database)
    assert run("round", "run", str(ident)) == 0
    assert run("round", "run", str(ident)) != 0
    assert run("round", "show", str(ident)) == 0


@pytest.mark.parametrize("verb", ["run", "show"])
def test_an_unknown_round_is_said(
    database: Database, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    assert run("round", verb, "4711") != 0
    assert "no such round" in capsys.readouterr().err


def test_a_what_if_is_shown_as_one(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    base = _round(database)
    with database.writing() as session:
        round_ = session.get_one(Round, base)
        ident = prepare_what_if(
            session, round_, title="試算", need_ids=[row.need_id for row in round_.needs],
            policy=m.Policy(), time_limit=60, what_if=m.WhatIf(half_days=2, pay=-1500),
            actor=SYSTEM, now=NOW,
        ).id  # fmt: skip
    line = (
        f"round {ident} is a what-if:"
        " Half-days a month +2; Travel, one way +0; Pay per half-day -1500\n"
    )
    assert run("round", "show", str(base)) == 0
    assert "what-if" not in capsys.readouterr().out
    assert run("round", "show", str(ident)) == 0
    assert capsys.readouterr().out.startswith(line)
    assert run("round", "run", str(ident)) == 0
    assert capsys.readouterr().out == f"round {ident}: explored\n"
    assert run("round", "show", str(ident)) == 0
    assert capsys.readouterr().out.startswith(line)
    assert run("round", "show", str(ident), "--json") == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["placements"]
    assert shown.err == line


def test_a_round_that_was_stopped_says_by_what_and_what_it_lacks(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    ident = _round(database)
    with database.writing() as session:
        job = order_run(session, session.get_one(Round, ident), actor=SYSTEM, now=NOW)
        jobs.request_cancel(session, JOB, ident)
        number = job.id
    assert jobs.run(database, number)
    assert run("round", "show", str(ident)) == 0
    first, second, *pairs = capsys.readouterr().out.splitlines()
    assert first.endswith(", stopped by hand")
    with database.reading() as session:
        gap = session.get_one(Round, ident).gap
    assert ("below the best" in first) == bool(gap)
    assert second.startswith("not calculated in full: ")
    assert len(pairs) == 1
