"""A round's run as a job: told to stop, taken by somebody else, and what its words say of the result."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import g
from flask_babel import force_locale

from talentpool import jobs, matching as m
from talentpool.db import Database
from talentpool.errors import Conflict
from talentpool.permissions import SYSTEM
from talentpool.rounds import preparing, words
from talentpool.rounds.forms import WhatIfForm
from talentpool.rounds.models import Round
from talentpool.rounds.running import run_here
from talentpool.states import RoundState
from talentpool.web.unit import TalentpoolFlask
from tests.factories import HYOGO, NOW, make_candidate, make_need


def _order(database: Database) -> tuple[int, int]:
    """(round id, job id) of a round that waits for a worker."""
    with database.writing() as session:
        make_candidate(session, skills={"bpr": 3})
        need = make_need(session, musts={"bpr": 3})
        made = preparing.create_round(
            session, prefecture_code=HYOGO, title="回", need_ids=[need.id], policy=m.Policy(),
            time_limit=60, actor=SYSTEM, now=NOW,
        )  # fmt: skip
        return made.id, preparing.order_run(session, made, actor=SYSTEM, now=NOW).id


def _state(database: Database, round_id: int) -> tuple[RoundState, bool]:
    with database.reading() as session:
        round_ = session.get_one(Round, round_id)
        return round_.state, round_.finished_at is not None


def test_a_run_that_is_asked_to_stop_ends_as_cancelled(database: Database) -> None:
    round_id, job_id = _order(database)
    with database.writing() as session:
        jobs.request_cancel(session, preparing.JOB, round_id)
    assert jobs.run(database, job_id)
    assert _state(database, round_id) == (RoundState.CANCELLED, True)
    with database.reading() as session:
        assert session.get_one(jobs.Job, job_id).state is jobs.JobState.CANCELLED
        assert session.get_one(Round, round_id).pairs == []


def test_a_round_that_is_being_calculated_is_not_calculated_here(database: Database) -> None:
    round_id, job_id = _order(database)
    assert jobs.claim(database, job_id) is not None
    with pytest.raises(Conflict, match="ほかの場所で計算中"):
        run_here(database, round_id)


def test_a_job_whose_last_worker_died_is_given_up_with_its_round(database: Database) -> None:
    round_id, job_id = _order(database)
    with database.writing() as session:
        session.execute(sa.update(jobs.Job).values(tries=jobs.MOST_TRIES))
    assert jobs.run(database, job_id)
    assert _state(database, round_id) == (RoundState.FAILED, True)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (None, ""),
        (
            {"rules": {}, "busy": 0, "change": None},
            "一つの変更で埋められる人はいません。",
        ),
        (
            {"rules": {"skill": 2, "form": 7, "pay": 1}, "busy": 3,
             "change": {"kind": "travel", "subject": None}},
            "条件に合う3名は、ほかの募集に割り当てています。対象外の主な理由：任用形態（7名）、必須の技能（2名）。",
        ),
        (
            {"rules": {"form": 1}, "busy": 0,
             "change": {"kind": "form", "subject": "commission"}},
            "対象外の主な理由：任用形態（1名）。埋めるための最小の変更：",
        ),
    ],
)  # fmt: skip
def test_an_empty_seat_is_explained(
    app: TalentpoolFlask, database: Database, entry: dict[str, Any] | None, sentence: str
) -> None:
    with app.test_request_context("/"), database.reading() as session:
        g.session = session
        text = words.shortage(entry)
        assert text.startswith(sentence)
        if entry and entry["change"] and entry["change"]["subject"]:
            assert words._catalogue().label("form", "commission") in text


def test_a_reason_names_other_needs_by_their_code_where_their_titles_are_not_at_hand() -> None:
    assert "N-000001" in words.reason({"code": "taken", "needs": ["N-000001"], "more": 0})


FIGURES = {"filled": 5, "half_days": 90, "mean_fit": 7000, "worst_served": 50}
FEWER = {"filled": 4, "half_days": 99, "mean_fit": 7250, "worst_served": 25, "changed": 3}
EMPTY = {"filled": 0, "half_days": 0, "mean_fit": None, "worst_served": None, "changed": 5}


def _with_waived() -> Round:
    return Round(
        summary={"baselines": {"plan": FIGURES}}, result={"waived": {"size": FEWER, "fill": EMPTY}}
    )


def test_a_term_of_the_policy_is_shown_by_what_the_plan_has_more_of(app: TalentpoolFlask) -> None:
    with app.test_request_context("/"):
        assert words.waived(_with_waived()) == [
            words.Waived("1枠を埋める価値", 5, 90, None, None, 5),
            words.Waived("規模ごとの加点", 1, -9, -250, 25, 3),
        ]
        assert words.waived(Round()) == []


@pytest.mark.parametrize(
    ("language", "half_days", "pay", "waived"),
    [
        (
            "ja", "1か月に引き受ける半日コマ", "半日あたりの報酬",
            ["1枠を埋める価値", "規模ごとの加点"],
        ),
        (
            "en", "Half-days a month", "Pay per half-day",
            ["Worth of a filled seat", "Premiums by size of town"],
        ),
    ],
)  # fmt: skip
def test_terms_are_labelled_in_the_language_of_the_page(
    app: TalentpoolFlask, language: str, half_days: str, pay: str, waived: list[str]
) -> None:
    one = Round(what_if=m.WhatIf(half_days=-2).to_dict())
    other = Round(what_if=m.WhatIf(half_days=-2, pay=1500).to_dict())
    with app.test_request_context("/"), force_locale(language):
        assert words.differing(other) == [(half_days, "-2コマ"), (pay, "+1,500円")]
        assert words.unlike(one, other) == [(pay, "0円", "+1,500円")]
        assert words.differing(Round()) == words.unlike(Round(), Round()) == []
        labels = [str(field.label.text) for field, _unit in WhatIfForm().term_fields()]
        assert [labels[0], labels[-1]] == [half_days, pay]
        assert [row.label for row in words.waived(_with_waived())] == waived


def test_parts_are_shown_against_their_weight_and_parts_of_no_weight_are_left_out() -> None:
    policy = m.Policy().to_dict()
    policy["weights"] |= {"record": 0, "skills": 4000}
    parts = dict.fromkeys(m.PARTS, 0) | {"skills": 2000}
    shown = dict(words.relative_parts(policy, parts))
    assert shown["技能の一致"] == 5000
    assert "活動の実績" not in shown
    assert dict(words.weights(policy))["技能の一致"] == "40%"
