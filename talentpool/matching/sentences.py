"""Reasons in words, for the screen and for sheets: one sentence a reason code, Japanese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .changes import CHANGES
from .rules import RULES, Rule


def points(basis_points: int) -> str:
    return f"{basis_points / 100:,.1f}"


def reason_text(
    reason: Mapping[str, Any], names: Mapping[str, str] | None = None, *, lang: str = "ja"
) -> str:
    """The sentence of a ranking's reason; `names`: need id → title."""
    titles = [(names or {}).get(need, need) for need in reason.get("needs", ())]
    code = reason["code"]
    if lang == "ja":
        texts = {
            "placed": f"条件を満たす{reason.get('of', 1)}名のうち適合度{reason.get('rank', 1)}位。"
            "県全体で最もよい組合せの一つです。",
            "taken": f"「{'」「'.join(titles)}」に割り当てたため。{_more_ja(reason)}",
            "outranked": f"適合度が{points(reason.get('by', 0))}点以上高い人で枠が埋まったため。",
            "loses": f"割り当てると県全体の合計点が{points(reason.get('at_least', 0))}点"
            f"{'' if reason.get('is_exact') else '以上'}下がるため。",
            "equal": "同じ合計点の案が複数あり、変更の少なさと抽選で決めたため。",
            "no_better": "割り当てても、県全体の合計点はいまの案より高くならないため。",
        }
    else:
        texts = {
            "placed": f"Number {reason.get('rank', 1)} by fit of {reason.get('of', 1)} who meet every"
            " condition; part of the best plan for the whole prefecture.",
            "taken": f"Serves {', '.join(titles)}.{_more_en(reason)}",
            "outranked": f"The seats went to people at least {points(reason.get('by', 0))} points"
            " fitter.",
            "loses": f"The whole plan would lose {'' if reason.get('is_exact') else 'at least '}"
            f"{points(reason.get('at_least', 0))} points.",
            "equal": "Several plans are worth the same; fewest changes and the lottery decided.",
            "no_better": "No plan that takes this person is worth more.",
        }
    return texts[code]


def _more_ja(reason: Mapping[str, Any]) -> str:
    more = reason.get("more", 0)
    return f"この人の適合度はそちらの方が{points(more)}点高くなります。" if more > 0 else ""


def _more_en(reason: Mapping[str, Any]) -> str:
    more = reason.get("more", 0)
    return f" The fit is {points(more)} points higher there." if more > 0 else ""


def rule_text(rule: str, *, lang: str = "ja") -> str:
    text = RULES[Rule(rule)]
    return text.ja if lang == "ja" else text.en


def change_text(change: Mapping[str, Any], subject: str | None = None, *, lang: str = "ja") -> str:
    """The smallest change in words; `subject`: label of its skill, form or mode."""
    _cost, ja, en = CHANGES[change["kind"]]
    text = ja if lang == "ja" else en
    label = subject or change["subject"]
    if not label:
        return text
    return f"{text}（{label}）" if lang == "ja" else f"{text} ({label})"
