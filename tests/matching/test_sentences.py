"""What the engine says in words: every reason and every change, word for word in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from talentpool import matching as m

REASONS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"code": "placed", "rank": 2, "of": 7},
        "条件を満たす7名のうち適合度2位。県全体で最もよい組合せの一つです。",
        "Number 2 by fit of 7 who meet every condition; part of the best plan for the whole prefecture.",
    ),
    (
        {"code": "placed"},
        "条件を満たす1名のうち適合度1位。県全体で最もよい組合せの一つです。",
        "Number 1 by fit of 1 who meet every condition; part of the best plan for the whole prefecture.",
    ),
    (
        {"code": "taken", "needs": ["N1", "N2"], "more": 1},
        "「Counter」「N2」に割り当てたため。この人の適合度はそちらの方が0.0点高くなります。",
        "Serves Counter, N2. The fit is 0.0 points higher there.",
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
        "The seats went to people at least 12.3 points fitter.",
    ),
    (
        {"code": "outranked"},
        "適合度が0.0点以上高い人で枠が埋まったため。",
        "The seats went to people at least 0.0 points fitter.",
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
]  # fmt: skip


@pytest.mark.parametrize(("reason", "ja", "en"), REASONS, ids=[row[2] for row in REASONS])
def test_every_reason_has_its_sentence(reason: dict[str, Any], ja: str, en: str) -> None:
    names = {"N1": "Counter"}
    assert m.reason_text(reason, names) == m.reason_text(reason, names, lang="ja") == ja
    assert m.reason_text(reason, names, lang="en") == en


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
