"""What gives a vacancy priority (優先度): the published policy. A round adds the same points for every level.

The levels of the reasons are added up and capped, so that no reason or heap of reasons outweighs the fit of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from ..db import Session
from ..errors import Fault, raise_first
from ..language import Words, say
from .content import MOST_PRIORITY
from .models import Need, NeedPriority, Outcome

MOST_BASIS = 500  # characters


class Reason(StrEnum):
    STATUTORY = "statutory"
    ONE_OFFICER = "one_officer"
    UNMET = "unmet"


@dataclass(frozen=True, slots=True)
class Rule:
    """levels: that the reason adds; text: when it holds."""

    words: Words
    text: Words
    levels: int


POLICY: Mapping[Reason, Rule] = {
    Reason.STATUTORY: Rule(
        ("法令などの期限がある", "Deadline set by law"),
        ("法令や国の計画で決まった日までに、終えなければならない仕事です。根拠に、その期限を書きます。",
         "The work has to be done by a day that a law or a national plan sets. The basis names it."),
        2,
    ),
    Reason.ONE_OFFICER: Rule(
        ("DXの担当者が1人以下の市町", "At most one officer for DX"),
        ("市町にDXの担当者が1人しかいないか、いません。根拠に、人数と確かめた方法を書きます。",
         "The municipality has one officer for DX, or none. The basis says how that was found."),
        1,
    ),
    Reason.UNMET: Rule(
        ("過去に埋まらなかった", "Unmet before"),
        ("同じ市町の同じテーマの募集が、枠の埋まらないまま終わったことがあります。",
         "A vacancy of the same municipality and theme was closed before with places unfilled."),
        1,
    ),
}  # fmt: skip


def levels_of(reasons: Iterable[Reason]) -> int:
    """Of all reasons together, capped."""
    return min(MOST_PRIORITY, sum(POLICY[reason].levels for reason in set(reasons)))


@dataclass(frozen=True, slots=True)
class Priority:
    """What an officer says of a vacancy."""

    reasons: tuple[Reason, ...] = ()
    basis: str = ""  # where it is said that they hold


USUAL = Priority()


def priority_of(need: Need) -> Priority:
    grounds = need.priority_grounds
    if grounds is None:
        return USUAL
    return Priority(tuple(one for one in Reason if one in grounds.reasons), grounds.basis)


def was_unmet(session: Session, need: Need) -> bool:
    """Whether a vacancy of the same town and theme was closed with places unfilled."""
    query = sa.select(Need.id).where(
        Need.id != need.id,
        Need.municipality_code == need.municipality_code,
        Need.theme == need.theme,
        Need.outcome.in_((Outcome.UNFILLED, Outcome.PARTLY_FILLED)),
    )
    return session.scalar(query.limit(1)) is not None


def check_priority(session: Session, need: Need, priority: Priority) -> None:
    raise_first(_faults(session, need, priority))


def _faults(session: Session, need: Need, priority: Priority) -> Iterator[Fault]:
    reasons = set(priority.reasons)
    if reasons - {Reason.UNMET} and not priority.basis.strip():
        yield "basis", say("優先する理由の根拠を書いてください。")
    if len(priority.basis) > MOST_BASIS:
        yield "basis", say("%(longest)s文字以内で書いてください。", longest=MOST_BASIS)
    if Reason.UNMET in reasons and not was_unmet(session, need):
        yield "reasons", say("同じテーマの募集が埋まらなかった記録は、この市町にはありません。")


def write_priority(need: Need, priority: Priority) -> None:
    """The level follows from the reasons; what has none is usual."""
    need.priority = levels_of(priority.reasons)
    need.priority_grounds = None
    if priority.reasons:
        reasons = [str(reason) for reason in Reason if reason in priority.reasons]
        need.priority_grounds = NeedPriority(reasons=reasons, basis=priority.basis.strip())


def violations(session: Session) -> Iterator[str]:
    """A level of priority that does not follow from its reasons."""
    query = sa.select(Need.id, Need.priority, NeedPriority.reasons).join(NeedPriority)
    for ident, level, reasons in session.execute(query):
        known = [reason for reason in Reason if reason in reasons]
        if len(known) != len(reasons) or levels_of(known) != level:
            yield f"need {ident}: its priority does not follow from its reasons"
