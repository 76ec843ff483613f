"""Other conditions that people and towns have proposed: agreed on, declined, waiting for an answer, waiting for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from .. import audit
from ..db import Session
from ..errors import Problem
from ..permissions import Actor
from ..placements.conditions import Conditions
from ..placements.counters.answering import take_step
from ..placements.counters.models import CounterProposal
from ..placements.counters.proposing import propose_counter
from ..placements.models import Placement

WORDS = "家族の介護があるため、少なくしてもらえれば引き受けられます。"
LATER = "庁内の体制が整うのが翌月からになるため、開始をずらしたい。"
MORE = "対象の課が増えたため、月の半日コマを増やしたい。"
FEWER = "準備の一部を庁内で済ませたため、半日コマは少なくてよい。"
HOUR = timedelta(hours=1)


def propose_less(
    session: Session, placement: Placement, verb: str, person: Actor, town: Actor, now: datetime
) -> None:
    """The person proposes less, and the town says `verb` of it a few hours later."""
    row = _propose(session, placement, _less(placement.conditions), WORDS, person, now)
    if row is not None:
        take_step(session, row, verb, actor=town, now=now + 4 * HOUR)


def propose_later(session: Session, placement: Placement, town: Actor, now: datetime) -> None:
    """The town proposes a later start, or less work; the person has not answered."""
    present = placement.conditions
    wishes = _later(present) if present.last_month > present.first_month else _less(present)
    _propose(session, placement, wishes, LATER if len(present.months) > 1 else FEWER, town, now)


def propose_more(
    session: Session, placement: Placement, town: Actor, officer: Actor, now: datetime
) -> None:
    """The town proposes more than was decided; the paper waits for an approver."""
    row = _propose(session, placement, _more(placement.conditions), MORE, town, now)
    if row is not None:
        take_step(session, row, "draft", actor=officer, now=now + HOUR, comment="予算は確認済み。")


def _propose(
    session: Session,
    placement: Placement,
    wishes: Iterator[Conditions],
    words: str,
    actor: Actor,
    now: datetime,
) -> CounterProposal | None:
    """The first of `wishes` that rules and ledger allow."""
    for asked in wishes:
        try:
            with audit.attempt(session):
                return propose_counter(session, placement, asked, words, actor=actor, now=now)
        except Problem:
            continue
    return None


def _less(present: Conditions) -> Iterator[Conditions]:
    if present.half_days > 1:
        yield replace(present, half_days=present.half_days - 1)
    yield from _later(present)


def _later(present: Conditions) -> Iterator[Conditions]:
    if present.last_month > present.first_month:
        yield replace(present, first_month=present.first_month + 1)


def _more(present: Conditions) -> Iterator[Conditions]:
    yield replace(present, half_days=present.half_days + 1)
    yield replace(present, last_month=present.last_month + 1)
