"""From what staff write down what somebody without an account says: a paper or a call, when, and of whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..errors import Refused
from ..language import say
from .received import Source

LONGEST_PARTY = 100  # characters


@dataclass(frozen=True, slots=True)
class Heard:
    """source: paper or telephone. came_on: when it came. party: who signed the paper, or called."""

    source: Source
    came_on: date
    party: str


def check_heard(heard: Heard, first: date, today: date, too_early: str) -> None:
    """`too_early`: what is said where it came before `first`, or is to come."""
    if heard.source is Source.SELF:
        raise Refused.at("source", say("紙か電話かを選んでください。"))
    if not first <= heard.came_on <= today:
        raise Refused.at("came_on", too_early)
    if not heard.party.strip():
        raise Refused.at("party", say("入力してください。"))
    if len(heard.party) > LONGEST_PARTY:
        raise Refused.at(
            "party", say("%(longest)s文字以内で書いてください。", longest=LONGEST_PARTY)
        )
