"""Proposing other conditions: rules and ledger are asked first, then the other side, or the prefecture where it is more than decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from ... import audit, matching as m
from ...dates import local_date, month_of
from ...db import Session
from ...deadlines.service import read_terms
from ...errors import Conflict, Fault, raise_first
from ...language import say
from ...pay import MOST_HALF_DAYS
from ...permissions import Action, Actor, require
from ...states import CounterState, PlacementState
from ...waits import Wait
from ..answering import check_in_time
from ..conditions import Conditions, find_excess
from ..deferring import set_answer_until
from ..guards import Rules
from ..locking import lock_placements
from ..models import Placement
from .finding import find_open, list_decided
from .holding import hold_both
from .models import CounterProposal, Side
from .notices import tell_asked, tell_reviewers

LONGEST = 500  # characters of the words
LONGEST_PERIOD = 36  # months
SIDES: Mapping[PlacementState, Side] = {  # who is asked, and may propose instead
    PlacementState.OFFERED: Side.PERSON,
    PlacementState.INTRODUCED: Side.TOWN,
}
_ACTIONS = {Side.PERSON: Action.ANSWER_OFFER, Side.TOWN: Action.ANSWER_INTRODUCTION}
_FIELDS = {  # where a broken rule is shown
    m.Rule.MODE: "mode", m.Rule.TRAVEL: "mode", m.Rule.MEMBERSHIP: "last_month",
    m.Rule.TRAINING: "last_month", m.Rule.ENGAGEMENTS: "last_month", m.Rule.FORM: "last_month",
}  # fmt: skip
NOT_ASKED = say("いま返事を待っている状態ではないため、条件を提案できません。")
IS_OPEN = say("すでに条件の提案があります。その返事を待つか、取り下げてください。")


def propose_counter(
    session: Session,
    placement: Placement,
    asked: Conditions,
    words: str,
    *,
    actor: Actor,
    now: datetime,
) -> CounterProposal:
    """The placement keeps its state, its deadline stops, and the half-days of both conditions are held."""
    side = _side_of(placement)
    require(session, actor, _ACTIONS[side], placement)
    lock_placements(session, [placement])
    if _side_of(placement) is not side:
        raise Conflict(NOT_ASKED)
    if find_open(session, placement) is not None:
        raise Conflict(IS_OPEN)
    check_in_time(placement, now)
    raise_first(_faults(placement, asked, words, month_of(local_date(now))))
    check_rules(session, placement, asked, actor, now)
    excess = find_excess(
        placement.need, placement.candidate, asked, list_decided(session, placement)
    )
    assert placement.answer_until is not None
    row = CounterProposal(
        placement_id=placement.id, placement=placement, prefecture_code=placement.prefecture_code,
        municipality_code=placement.municipality_code, candidate_id=placement.candidate_id,
        side=side, state=CounterState.REVIEW if excess else CounterState.ASKED,
        half_days=asked.half_days, first_month=asked.first_month, last_month=asked.last_month,
        mode=asked.mode, words=words.strip() or None,
        excess=[str(one) for one in excess], stopped_until=placement.answer_until,
        proposed_by=actor.user_id, proposed_at=now,
    )  # fmt: skip
    if not excess:
        row.asked_at, row.until = now, answer_due(session, row.prefecture_code, now)
    hold_both(session, placement, asked, now)
    set_answer_until(placement, None)
    session.add(row)
    session.flush()
    detail = {"to": str(row.state), "placement": placement.id}
    audit.record(session, audit.Deed.COUNTER_MAKE, row, actor=actor, now=now, detail=detail)
    tell = tell_reviewers if excess else tell_asked
    tell(session, row, actor=actor, now=now)
    return row


def answer_due(session: Session, prefecture_code: str, now: datetime) -> datetime:
    """When the other side has to answer that is asked now."""
    return read_terms(session, prefecture_code).due(Wait.COUNTER, now)


def check_rules(
    session: Session, placement: Placement, asked: Conditions, actor: Actor, now: datetime
) -> None:
    """Refused with every rule that the pair would break under `asked`, each at its field."""
    broken = Rules.read(session, [placement], now, actor.role).broken(placement, asked)
    raise_first((_FIELDS.get(rule, "half_days"), sentence) for rule, sentence in broken.items())


def _side_of(placement: Placement) -> Side:
    side = SIDES.get(placement.state)
    if side is None:
        raise Conflict(NOT_ASKED)
    return side


def _faults(
    placement: Placement, asked: Conditions, words: str, this_month: int
) -> Iterator[Fault]:
    present = placement.conditions
    if not 1 <= asked.half_days <= MOST_HALF_DAYS:
        yield "half_days", say("1から%(most)sまでの数を入力してください。", most=MOST_HALF_DAYS)
    if asked.last_month < asked.first_month:
        yield "last_month", say("始まりの月より後の月にしてください。")
    elif len(asked.months) > LONGEST_PERIOD:
        yield "last_month", say("%(most)sか月以内にしてください。", most=LONGEST_PERIOD)
    if asked.first_month < this_month and asked.first_month != present.first_month:
        yield "first_month", say("今月か、それより後の月にしてください。")
    if asked.last_month < this_month:
        yield "last_month", say("今月か、それより後の月にしてください。")
    if asked == present:
        yield "half_days", say("いまの条件と同じです。変えたい条件を入力してください。")
    if len(words.strip()) > LONGEST:
        yield "words", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
