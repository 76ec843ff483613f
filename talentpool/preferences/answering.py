"""興味あり / 今回は見送り: what a person says of an open need, until it closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..candidates.models import Candidate, Membership
from ..candidates.service import find_own
from ..db import Session
from ..errors import Conflict, Forbidden, NotFound, Refused
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, require, visible
from ..placements.models import Placement
from ..reference.reasons import LONGEST
from ..reference.service import load_catalogue
from ..states import MembershipState, NeedState
from .models import Answer, Interest

REASONS = "candidate_decline_reason"  # the vocabulary of an offer's decline


@dataclass(frozen=True, slots=True)
class Said:
    """bars: the person does not want to be asked for this need; only of 今回は見送り."""

    answer: Answer | None
    reason: str | None = None
    words: str = ""
    bars: bool = False


def say_interest(
    session: Session, need: Need, said: Said, *, actor: Actor, now: datetime
) -> Interest:
    """Of the person who is signed in. The need must be locked, so that it does not close meanwhile."""
    require(session, actor, Action.SAY_INTEREST)
    person = find_own(session, actor)
    if person is None or not _is_member(session, person, need.prefecture_code):
        raise Forbidden(say("この操作を行う権限がありません。"))
    if need.state is not NeedState.OPEN:
        raise Conflict(say("この募集は公開中ではないため、返事は変えられません。"))
    if need.id in list_asked(session, person.id):
        raise Conflict(
            say("この募集の打診はもう届いています。「打診」の画面で返事をしてください。")
        )
    _check(session, said)
    assert said.answer is not None
    row = find_interest(session, person, need.id)
    if row is None:
        row = Interest(
            candidate_id=person.id, need_id=need.id, prefecture_code=need.prefecture_code,
            municipality_code=need.municipality_code,
        )  # fmt: skip
        session.add(row)
    is_no = said.answer is Answer.NOT_NOW
    row.answer, row.said_at = said.answer, now
    row.reason = said.reason if is_no else None
    row.words = said.words.strip()
    row.bars = is_no and said.bars
    session.flush()
    detail = {
        "need": need.id, "answer": str(row.answer), "reason": row.reason, "bars": row.bars,
    }  # fmt: skip
    audit.record(session, audit.Deed.INTEREST_SAY, row, actor=actor, now=now, detail=detail)
    return row


def _check(session: Session, said: Said) -> None:
    if said.answer is None:
        raise Refused.at("answer", say("どちらかを選んでください。"))
    if len(said.words) > LONGEST:
        raise Refused.at(
            "words", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        )
    if said.answer is Answer.INTERESTED:
        return
    catalogue = load_catalogue(session)
    if not said.reason or not catalogue.is_valid(REASONS, said.reason):
        raise Refused.at("reason", say("理由を選んでください。"))
    asks_words = catalogue.term(REASONS, said.reason).attributes.get("needs_comment")
    if asks_words and not said.words.strip():
        raise Refused.at("words", say("この理由のときは、補足を書いてください。"))


def _is_member(session: Session, person: Candidate, prefecture_code: str) -> bool:
    query = sa.select(Membership.id).where(
        Membership.candidate_id == person.id, Membership.prefecture_code == prefecture_code,
        Membership.state == MembershipState.ACTIVE,
    )  # fmt: skip
    return session.scalar(query) is not None


def list_asked(session: Session, candidate_id: int) -> set[int]:
    """Needs about which the person was asked: a proposal that is not put to them yet must not show by its absence."""
    query = sa.select(Placement.need_id).where(
        Placement.candidate_id == candidate_id, Placement.offered_at.is_not(None)
    )
    return set(session.scalars(query))


def find_interest(session: Session, person: Candidate, need_id: int) -> Interest | None:
    query = sa.select(Interest).where(
        Interest.candidate_id == person.id, Interest.need_id == need_id
    )
    return session.scalars(query).one_or_none()


def list_own(session: Session, actor: Actor) -> dict[int, Interest]:
    """Need id → what the person who is signed in has said, the last first."""
    query = visible(actor, Interest).options(joinedload(Interest.need))
    rows = session.scalars(query.order_by(Interest.said_at.desc(), Interest.id.desc()))
    return {row.need_id: row for row in rows}


def lock_need(session: Session, need_id: int) -> Need:
    """NotFound where there is none."""
    need = session.get(Need, need_id, with_for_update=True)
    if need is None:
        raise NotFound
    return need


def list_of_need(session: Session, actor: Actor, need_id: int) -> Sequence[Interest]:
    """For staff: who has said what, the last first."""
    query = visible(actor, Interest).where(Interest.need_id == need_id)
    query = query.options(joinedload(Interest.candidate))
    return session.scalars(query.order_by(Interest.said_at.desc(), Interest.id)).all()
