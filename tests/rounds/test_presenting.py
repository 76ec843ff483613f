"""What the pages of a round say about its result, in the language of the reader."""

from __future__ import annotations

from typing import Any

import pytest
from flask import g
from flask_babel import force_locale

from talentpool import matching as m
from talentpool.db import Database
from talentpool.needs.models import Need
from talentpool.rounds import figures
from talentpool.rounds.forms import WhatIfForm
from talentpool.rounds.models import Round
from talentpool.rounds.plan import Cast, Comparison
from talentpool.rounds.views.presenting import ComparisonPage, RoundPage
from talentpool.web.labels import term
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make


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
        text = RoundPage(Round()).shortage(entry)
        assert text.startswith(sentence)
        if entry and entry["change"] and entry["change"]["subject"]:
            assert term("commission", "form") in text


def test_a_reason_names_needs_by_their_codes_unless_their_titles_are_at_hand(
    app: TalentpoolFlask, database: Database
) -> None:
    reason = {"code": "taken", "needs": ["N-000001"], "more": 0}
    cast = Cast({}, {}, {"N-000001": Need(title="窓口改革", municipality_code=make.HIMEJI)}, {})
    with app.test_request_context("/"), database.reading() as session:
        g.session = session
        assert "N-000001" in RoundPage(Round()).reason(reason)
        assert "「姫路市 窓口改革」" in RoundPage(Round(), cast).reason(reason)


FIGURES = {"filled": 5, "half_days": 90, "mean_fit": 7000, "worst_served": 50}
FEWER = {"filled": 4, "half_days": 99, "mean_fit": 7250, "worst_served": 25, "changed": 3}
EMPTY = {"filled": 0, "half_days": 0, "mean_fit": None, "worst_served": None, "changed": 5}


def _with_waived() -> Round:
    return Round(
        summary={"baselines": {"plan": FIGURES}}, result={"waived": {"size": FEWER, "fill": EMPTY}}
    )


def test_a_term_of_the_policy_is_shown_by_what_the_plan_has_more_of() -> None:
    assert figures.list_waived(_with_waived()) == [
        figures.Waived(("1枠を埋める価値", "Worth of a filled place"), 5, 90, None, None, 5),
        figures.Waived(("規模ごとの加点", "Premiums by size of municipality"), 1, -9, -250, 25, 3),
    ]
    assert figures.list_waived(Round()) == []


@pytest.mark.parametrize(
    ("language", "half_days", "pay", "units"),
    [
        ("ja", "1か月に引き受ける半日コマ", "半日あたりの報酬", ("コマ", "円")),
        ("en", "Half-days a month", "Pay per half-day", (" half-days", " yen")),
    ],
)
def test_terms_are_labelled_in_the_language_of_the_page(
    app: TalentpoolFlask, language: str, half_days: str, pay: str, units: tuple[str, str]
) -> None:
    one = Round(what_if=m.WhatIf(half_days=-2).to_dict())
    other = Round(what_if=m.WhatIf(half_days=-2, pay=1500).to_dict())
    with app.test_request_context("/"), force_locale(language):
        of_half_days, yen = units
        assert RoundPage(other).tried == [(half_days, f"-2{of_half_days}"), (pay, f"+1,500{yen}")]
        assert _compared(one, other).unlike == [(pay, f"0{yen}", f"+1,500{yen}")]
        assert RoundPage(Round()).tried == _compared(Round(), Round()).unlike == []
        labels = [str(field.label.text) for field, _unit in WhatIfForm().term_fields()]
        assert [labels[0], labels[-1]] == [half_days, pay]


def _compared(before: Round, after: Round) -> ComparisonPage:
    return ComparisonPage(RoundPage(before), RoundPage(after), Comparison([], [], []))


def test_parts_are_shown_against_their_weight_and_parts_without_weight_are_left_out(
    app: TalentpoolFlask,
) -> None:
    policy = m.Policy().to_dict()
    policy["weights"] |= {"record": 0, "skills": 4000}
    parts = dict.fromkeys(m.PARTS, 0) | {"skills": 2000}
    page = RoundPage(Round(policy=policy))
    with app.test_request_context("/"):
        shown = {part.label[0]: (part.reached, part.most) for part in page.parts(parts, "C-000001")}
        assert shown["技能の一致"] == (2000, 4000)
        assert "活動の実績" not in shown
        assert dict(page.weights)["技能の一致"] == "40.0点"
        assert "活動の実績" not in dict(page.weights)
