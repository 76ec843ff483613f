"""What the engine says in words: every reason and every change, word for word in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from talentpool import matching as m

from ..people import make_market

REASONS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"code": "placed", "rank": 2, "of": 7, "elsewhere": 1, "idle": 0},
        "条件を満たす7名のうち適合度2位。上位の1名は、ほかの募集に割り当てています。",
        "Number 2 by fit of 7 who meet every condition. Of those before, 1 serve other vacancies.",
    ),
    (
        {"code": "placed", "rank": 4, "of": 7, "elsewhere": 1, "idle": 2},
        (
            "条件を満たす7名のうち適合度4位。上位の1名は、ほかの募集に割り当てています。"
            "上位の2名は、どの募集にも割り当てていません。"
        ),
        (
            "Number 4 by fit of 7 who meet every condition. Of those before, 1 serve other vacancies."
            " Of those before, 2 serve none."
        ),
    ),
    (
        {"code": "placed", "rank": 1, "of": 7, "lead": 123},
        "条件を満たす7名のうち適合度1位。2位より1.2点高くなっています。",
        "Number 1 by fit of 7 who meet every condition. 1.2 points ahead of the next.",
    ),
    (
        {"code": "placed", "rank": 1, "of": 2, "lead": 0},
        "条件を満たす2名のうち適合度1位。2位の人と同点です。",
        "Number 1 by fit of 2 who meet every condition. Level with the next.",
    ),
    (
        {"code": "placed", "rank": 1, "of": 1, "elsewhere": 0, "idle": 0},
        "条件を満たすのはこの人だけです。",
        "The only one who meets every condition.",
    ),
    (  # as rounds stored it before the places of the others were told
        {"code": "placed", "rank": 2, "of": 7},
        "条件を満たす7名のうち適合度2位。",
        "Number 2 by fit of 7 who meet every condition.",
    ),
    ({"code": "placed"}, "", ""),
    (
        {"code": "pinned", "rank": 6, "of": 22},
        "固定による割当です。条件を満たす22名のうち適合度6位。",
        "Pinned. Number 6 by fit of 22 who meet every condition.",
    ),
    ({"code": "pinned"}, "固定による割当です。", "Pinned."),
    ({"code": "forbidden"}, "この組合せを除外したため。", "The match was excluded."),
    (
        {"code": "pinned_out"},
        "枠のすべてに、ほかの人を固定したため。",
        "Other people were fixed to all its places.",
    ),
    (
        {"code": "taken", "needs": ["N1", "N2"], "more": 0, "pinned": ["N2"]},
        "「Counter」「N2（固定）」に割り当てたため。",
        "Serves Counter, N2 (pinned).",
    ),
    (
        {"code": "taken", "needs": ["N1", "N2"], "more": 1},
        "「Counter」「N2」に割り当てたため。この人の適合度はこのうち最も高い募集が0.0点高くなります。",
        "Serves Counter, N2. The fit is 0.0 points higher at best there.",
    ),
    (
        {"code": "taken", "needs": ["N1"], "more": 150},
        "「Counter」に割り当てたため。この人の適合度はそちらの方が1.5点高くなります。",
        "Serves Counter. The fit is 1.5 points higher there.",
    ),
    (
        {"code": "taken", "needs": ["N1"], "more": 0},
        "「Counter」に割り当てたため。",
        "Serves Counter.",
    ),
    ({"code": "taken", "needs": ["N1"]}, "「Counter」に割り当てたため。", "Serves Counter."),
    ({"code": "taken"}, "「」に割り当てたため。", "Serves ."),
    (
        {"code": "outranked", "by": 1234},
        "適合度が12.3点以上高い人で枠が埋まったため。",
        "The places went to people at least 12.3 points fitter.",
    ),
    (
        {"code": "outranked"},
        "適合度が0.0点以上高い人で枠が埋まったため。",
        "The places went to people at least 0.0 points fitter.",
    ),
    (
        {"code": "loses", "at_least": 123_450, "is_exact": True},
        "割り当てると県全体の合計点が1,234.5点下がるため。",
        "The whole plan would lose 1,234.5 points.",
    ),
    (
        {"code": "loses", "at_least": 500, "is_exact": False},
        "割り当てると県全体の合計点が5.0点以上下がるため。",
        "The whole plan would lose at least 5.0 points.",
    ),
    (
        {"code": "loses"},
        "割り当てると県全体の合計点が0.0点以上下がるため。",
        "The whole plan would lose at least 0.0 points.",
    ),
    (
        {"code": "equal"},
        "同じ合計点の案が複数あり、変更の少なさと抽選で決めたため。",
        "Several plans are worth the same; fewest changes and the lottery decided.",
    ),
    (
        {"code": "no_better"},
        "割り当てても、県全体の合計点はいまの案より高くならないため。",
        "No plan that takes this person is worth more.",
    ),
    (
        {"code": "unproved"},
        "割り当てた案の方がよいかどうかは、確かめていません。",
        "Whether a plan with this person is better has not been checked.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "ja", "en"), REASONS, ids=[row[2] or "nothing" for row in REASONS]
)
def test_every_reason_has_its_sentence(reason: dict[str, Any], ja: str, en: str) -> None:
    names = {"N1": "Counter"}
    assert m.reason_text(reason, names) == m.reason_text(reason, names, lang="ja") == ja
    assert m.reason_text(reason, names, lang="en") == en


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("seed", range(3))
def test_no_sentence_is_true_of_every_row(seed: int, lang: str) -> None:
    people, needs = make_market(seed, 40, 15)
    rows = [row for of in m.document(people, needs)["rankings"].values() for row in of]
    for placed in (True, False):
        told = [
            set(re.split("[。.] *(?![0-9])", m.reason_text(row["reason"], {}, lang=lang)))
            for row in rows
            if row["placed"] == placed
        ]
        assert len(told) > 5
        assert set.intersection(*told) <= {""}


def test_a_need_without_a_title_is_called_by_its_id() -> None:
    assert m.reason_text({"code": "taken", "needs": ["N1"]}) == "「N1」に割り当てたため。"


def test_a_rule_is_named_in_both_languages() -> None:
    for rule in m.Rule:
        assert m.rule_text(str(rule)) == m.rule_text(rule, lang="ja") == m.RULES[rule].ja
        assert m.rule_text(rule, lang="en") == m.RULES[rule].en


@pytest.mark.parametrize("kind", m.CHANGES)
def test_a_change_names_what_it_is_about(kind: str) -> None:
    _cost, ja, en = m.CHANGES[kind]
    plain = {"kind": kind, "subject": None}
    assert (m.change_text(plain), m.change_text(plain, lang="en")) == (ja, en)
    about = {"kind": kind, "subject": "s1"}
    assert m.change_text(about) == f"{ja}（s1）"
    assert m.change_text(about, "書類", lang="ja") == f"{ja}（書類）"
    assert m.change_text(about, "Papers", lang="en") == f"{en} (Papers)"
