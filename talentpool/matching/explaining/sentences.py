"""Reasons in words, for screens and sheets: a sentence for each reason code, in Japanese and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..scoring.rules import RULES, Rule
from .changes import CHANGES


def points(basis_points: int) -> str:
    """Write basis points as points.

    Parameters
    ----------
    basis_points : int

    Returns
    -------
    str
        With one decimal and thousands separators.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.points(123_456)
    '1,234.6'
    """
    return f"{basis_points / 100:,.1f}"


def reason_text(
    reason: Mapping[str, Any], names: Mapping[str, str] | None = None, *, lang: str = "ja"
) -> str:
    """Say the reason of a ranked pair in a sentence.

    Parameters
    ----------
    reason : mapping
        `RankedPair.reason`.
    names : mapping of str to str, optional
        Need id → title.
    lang : {"ja", "en"}, optional

    Returns
    -------
    str

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.reason_text({"code": "outranked", "by": 772}, lang="en")
    'The places went to people at least 7.7 points fitter.'
    """
    write = _JAPANESE if lang == "ja" else _ENGLISH
    return write[reason["code"]](reason, names or {})


Write = Callable[[Mapping[str, Any], Mapping[str, str]], str]


def _titles(reason: Mapping[str, Any], names: Mapping[str, str], pinned: str) -> list[str]:
    """The other needs that the person serves; `pinned` is added to those to which the person is pinned."""
    fixed = reason.get("pinned", ())
    return [
        names.get(need, need) + (pinned if need in fixed else "")
        for need in reason.get("needs", ())
    ]


def _place_ja(reason: Mapping[str, Any]) -> str:
    if "rank" not in reason:
        return ""
    if reason["of"] == 1:
        return "条件を満たすのはこの人だけです。"
    return f"条件を満たす{reason['of']}名のうち適合度{reason['rank']}位。"


def _place_en(reason: Mapping[str, Any]) -> str:
    if "rank" not in reason:
        return ""
    if reason["of"] == 1:
        return "The only one who meets every condition."
    return f"Number {reason['rank']} by fit of {reason['of']} who meet every condition."


def _placed_ja(reason: Mapping[str, Any], _names: Mapping[str, str]) -> str:
    told = [_place_ja(reason)]
    if "lead" in reason:
        lead = reason["lead"]
        told.append(f"2位より{points(lead)}点高くなっています。" if lead else "2位の人と同点です。")
    if reason.get("elsewhere"):
        told.append(f"上位の{reason['elsewhere']}名は、ほかの募集に割り当てています。")
    if reason.get("idle"):
        told.append(f"上位の{reason['idle']}名は、どの募集にも割り当てていません。")
    return "".join(told)


def _placed_en(reason: Mapping[str, Any], _names: Mapping[str, str]) -> str:
    told = [_place_en(reason)]
    if "lead" in reason:
        lead = reason["lead"]
        told.append(f"{points(lead)} points ahead of the next." if lead else "Level with the next.")
    if reason.get("elsewhere"):
        told.append(f"Of those before, {reason['elsewhere']} serve other vacancies.")
    if reason.get("idle"):
        told.append(f"Of those before, {reason['idle']} serve none.")
    return " ".join(filter(None, told))


def _taken_ja(reason: Mapping[str, Any], names: Mapping[str, str]) -> str:
    more = reason.get("more", 0)
    there = "このうち最も高い募集" if len(reason.get("needs", ())) > 1 else "そちらの方"
    better = f"この人の適合度は{there}が{points(more)}点高くなります。" if more > 0 else ""
    return f"「{'」「'.join(_titles(reason, names, '（固定）'))}」に割り当てたため。{better}"


def _taken_en(reason: Mapping[str, Any], names: Mapping[str, str]) -> str:
    more = reason.get("more", 0)
    there = "at best there" if len(reason.get("needs", ())) > 1 else "there"
    better = f" The fit is {points(more)} points higher {there}." if more > 0 else ""
    return f"Serves {', '.join(_titles(reason, names, ' (pinned)'))}.{better}"


_JAPANESE: Mapping[str, Write] = {
    "placed": _placed_ja,
    "pinned": lambda reason, _: f"固定による割当です。{_place_ja(reason)}",
    "taken": _taken_ja,
    "forbidden": lambda _reason, _: "この組合せを除外したため。",
    "pinned_out": lambda _reason, _: "枠のすべてに、ほかの人を固定したため。",
    "outranked": lambda reason, _: (
        f"適合度が{points(reason.get('by', 0))}点以上高い人で枠が埋まったため。"
    ),
    "loses": lambda reason, _: (
        f"割り当てると県全体の合計点が{points(reason.get('at_least', 0))}点"
        f"{'' if reason.get('is_exact') else '以上'}下がるため。"
    ),
    "equal": lambda _reason, _: "同じ合計点の案が複数あり、変更の少なさと抽選で決めたため。",
    "no_better": lambda _reason, _: "割り当てても、県全体の合計点はいまの案より高くならないため。",
    "unproved": lambda _reason, _: "割り当てた案の方がよいかどうかは、確かめていません。",
}
_ENGLISH: Mapping[str, Write] = {
    "placed": _placed_en,
    "pinned": lambda reason, _: f"Pinned. {_place_en(reason)}".strip(),
    "taken": _taken_en,
    "forbidden": lambda _reason, _: "The match was excluded.",
    "pinned_out": lambda _reason, _: "Other people were fixed to all its places.",
    "outranked": lambda reason, _: (
        f"The places went to people at least {points(reason.get('by', 0))} points fitter."
    ),
    "loses": lambda reason, _: (
        f"The whole plan would lose {'' if reason.get('is_exact') else 'at least '}"
        f"{points(reason.get('at_least', 0))} points."
    ),
    "equal": lambda _reason, _: (
        "Several plans are worth the same; fewest changes and the lottery decided."
    ),
    "no_better": lambda _reason, _: "No plan that takes this person is worth more.",
    "unproved": lambda _reason, _: (
        "Whether a plan with this person is better has not been checked."
    ),
}


def rule_text(rule: str, *, lang: str = "ja") -> str:
    """Name a rule in two or three words.

    Parameters
    ----------
    rule : Rule or str
        The code of a rule.
    lang : {"ja", "en"}, optional

    Returns
    -------
    str

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.rule_text("pay"), m.rule_text("pay", lang="en")
    ('報酬', 'Pay')
    """
    text = RULES[Rule(rule)]
    return text.ja if lang == "ja" else text.en


def change_text(change: Mapping[str, Any], subject: str | None = None, *, lang: str = "ja") -> str:
    """Say the change that `empty_seats` proposes in words.

    Parameters
    ----------
    change : mapping
        `EmptySeats.change`.
    subject : str, optional
        Label of its skill, form or mode, instead of the code.
    lang : {"ja", "en"}, optional

    Returns
    -------
    str

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.change_text({"kind": "level", "subject": "cloud"}, "Cloud", lang="en")
    'One level less of a required skill (Cloud)'
    """
    _cost, ja, en = CHANGES[change["kind"]]
    text = ja if lang == "ja" else en
    label = subject or change["subject"]
    if not label:
        return text
    return f"{text}（{label}）" if lang == "ja" else f"{text} ({label})"
