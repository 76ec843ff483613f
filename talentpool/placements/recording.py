"""Staff write down what a person answered by telephone or letter (代理記録): the same steps and checks as the person's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import User
from ..dates import local_date, show_date
from ..db import Session
from ..errors import Conflict, NotFound, Refused
from ..language import say
from ..permissions import Action, Actor, require
from ..states import HOLDING, PlacementState
from . import letters, papers
from .answering import accept_offer
from .ending import end_placement
from .locking import lock_placements
from .models import Placement
from .offering import advance
from .recorded import How, RecordedAnswer

ACCEPT, DECLINE = "accept", "decline"
LONGEST_PARTY, LONGEST_WORDS = 100, 1000  # characters


@dataclass(frozen=True, slots=True)
class Answer:
    """party: who spoke on the telephone, or signed the letter. words: what was said besides."""

    verb: str
    how: How
    answered_on: date
    party: str
    words: str = ""
    reason: str | None = None  # of a no
    comment: str = ""


def verbs_of(placement: Placement, asked: PlacementState | None = None) -> Sequence[str]:
    """What the person can answer, or could in the state that was `asked`: a yes that was given can be taken back."""
    state = asked or placement.state
    if state is PlacementState.OFFERED:
        is_open = placement.state is state
        is_proposed = is_open and placement.answer_until is None  # other conditions, which wait
        return (DECLINE,) if is_proposed else (ACCEPT, DECLINE)
    return (DECLINE,) if state in HOLDING else ()


def record_answer(
    session: Session,
    placement: Placement,
    answer: Answer,
    *,
    asked: PlacementState,
    actor: Actor,
    now: datetime,
) -> None:
    """`asked`: the state that the officer had before the eyes. Conflict that says who was first, or that it is late."""
    require(session, actor, Action.RECORD_ANSWER, placement)
    if answer.verb not in {ACCEPT, DECLINE}:
        raise NotFound
    lock_placements(session, [placement])
    if placement.state is PlacementState.OFFERED:
        letters.note_told_by_answer(session, placement, answer.answered_on, actor=actor, now=now)
    why = why_closed(session, placement, asked, now)
    if why:
        raise Conflict(why)
    _check(placement, answer, local_date(now))
    detail = {"how": str(answer.how), "answered_on": answer.answered_on.isoformat()}
    right = Action.RECORD_ANSWER
    papers.note_answer(session, placement, answer.verb, detail, actor=actor, now=now)
    if answer.verb == ACCEPT:
        accept_offer(session, placement, actor=actor, now=now, right=right, detail=detail)
    else:
        end_placement(
            session, placement, DECLINE, reason=answer.reason, comment=answer.comment, actor=actor,
            now=now, right=right, detail=detail,
        )  # fmt: skip
    session.add(
        RecordedAnswer(
            placement_id=placement.id, verb=answer.verb, how=answer.how, answered_on=answer.answered_on,
            party=answer.party.strip(), words=answer.words.strip() or None, recorded_by=actor.user_id,
            recorded_at=now,
        )
    )  # fmt: skip
    session.flush()
    if answer.verb == DECLINE:
        advance(session, placement.need, now=now)


def _check(placement: Placement, answer: Answer, today: date) -> None:
    if not answer.party.strip():
        raise Refused.at("party", say("入力してください。"))
    for name, value, longest in (
        ("party", answer.party, LONGEST_PARTY),
        ("words", answer.words, LONGEST_WORDS),
    ):
        if len(value) > longest:
            raise Refused.at(name, say("%(longest)s文字以内で書いてください。", longest=longest))
    first = local_date(placement.offered_at) if placement.offered_at else today
    if not first <= answer.answered_on <= today:
        raise Refused.at("answered_on", say("打診した日から今日までの日にしてください。"))


def why_closed(session: Session, placement: Placement, asked: PlacementState, now: datetime) -> str:
    """Why no answer can be written down any more: the deadline, the person's own answer, or a colleague's."""
    until = placement.offer_until
    is_late = until is not None and until < now
    if placement.state is asked and asked in HOLDING:
        return _over(until) if asked is PlacementState.OFFERED and is_late and until else ""
    if placement.state is PlacementState.LAPSED and placement.introduced_at is None and until:
        return _over(until)
    return _answered(session, placement, asked)


def _over(until: datetime) -> str:
    day = show_date(local_date(until))
    return say("回答期限（%(day)s）を過ぎているため、返事を記録できません。", day=day)


def _answered(session: Session, placement: Placement, asked: PlacementState) -> str:
    rows = {row.verb: row for row in list_answers(session, placement)}
    for verb, at in (
        (DECLINE, placement.ended_at),
        (ACCEPT, placement.introduced_at if asked is PlacementState.OFFERED else None),
    ):
        is_no = verb == DECLINE
        if at is None or (is_no and placement.state is not PlacementState.DECLINED_BY_CANDIDATE):
            continue
        day, said = show_date(local_date(at)), say("辞退") if is_no else say("引受け")
        row = rows.get(verb)
        if row is not None:
            return say(
                "%(officer)sさんが%(day)sに、本人の返事（%(said)s）をすでに記録しています。",
                officer=row.officer.display_name, day=day, said=said,
            )  # fmt: skip
        return say("本人が%(day)sに、自分で回答しています（%(said)s）。", day=day, said=said)
    return say("状態が変わったため、返事を記録できません。")


def list_answers(session: Session, placement: Placement) -> Sequence[RecordedAnswer]:
    query = sa.select(RecordedAnswer).where(RecordedAnswer.placement_id == placement.id)
    officer = joinedload(RecordedAnswer.officer).load_only(User.display_name)
    return session.scalars(
        query.options(officer).order_by(RecordedAnswer.recorded_at, RecordedAnswer.verb)
    ).all()
