"""興味あり / 今回は見送り: what a person says of an open need, until they are asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..candidates.hearing import Heard, check_heard
from ..candidates.merged import survivor_of
from ..candidates.models import Candidate, Membership
from ..candidates.service import find_own
from ..candidates.standing import REGISTERED, standing_on
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, Forbidden, NotFound, Refused
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, require, visible
from ..placements.models import Placement
from ..reference.reasons import LONGEST
from ..reference.service import load_catalogue
from ..states import MembershipState, NeedState
from .models import Answer, Interest, RecordedInterest

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
    return _put(session, person, need, said, actor=actor, now=now)


def record_interest(
    session: Session,
    person: Candidate,
    need: Need,
    said: Said,
    heard: Heard,
    *,
    actor: Actor,
    now: datetime,
) -> Interest:
    """What somebody without an account says on paper or by telephone; the person's own rules. The need must be locked."""
    require(session, actor, Action.RECORD_INTEREST, person)
    if why := why_closed(session, person):
        raise Conflict(why)
    if not _is_member(session, person, need.prefecture_code):
        raise Conflict(say("この人の登録は、有効でなくなっています。"))
    today = local_date(now)
    first = local_date(need.opened_at) if need.opened_at else today
    too_early = say("募集が公開された日から今日までの日にしてください。")
    check_heard(heard, first, today, too_early)
    return _put(session, person, need, said, heard, actor=actor, now=now)


def why_closed(session: Session, person: Candidate) -> str:
    """Why nobody writes for this person: the own account."""
    session.refresh(person, ["user_id"])
    if person.user_id is None:
        return ""
    return say("この人にはアカウントがあるため、返事は本人がします。")


def _put(
    session: Session,
    person: Candidate,
    need: Need,
    said: Said,
    heard: Heard | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> Interest:
    _check_open(session, person, need)
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
    _note(row, heard, actor, now)
    session.flush()
    detail = {
        "need": need.id, "answer": str(row.answer), "reason": row.reason, "bars": row.bars,
    }  # fmt: skip
    if heard is None:
        audit.record(session, audit.Deed.INTEREST_SAY, row, actor=actor, now=now, detail=detail)
        return row
    detail |= {"source": str(heard.source), "came_on": heard.came_on.isoformat()}
    audit.record(session, audit.Deed.INTEREST_RECORD, row, actor=actor, now=now, detail=detail)
    return row


def _check_open(session: Session, person: Candidate, need: Need) -> None:
    if need.state is not NeedState.OPEN:
        raise Conflict(say("この募集は公開中ではないため、返事は変えられません。"))
    if need.id in list_asked(session, person.id):
        raise Conflict(
            say("この募集の打診はもう届いています。「打診」の画面で返事をしてください。")
        )


def _note(row: Interest, heard: Heard | None, actor: Actor, now: datetime) -> None:
    """From what it is; of what the person says themself, nothing."""
    if heard is None:
        row.recorded = None
        return
    note = row.recorded or RecordedInterest()
    note.source, note.came_on, note.party = heard.source, heard.came_on, heard.party.strip()
    note.recorded_by, note.recorded_at = actor.user_id or 0, now
    row.recorded = note


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


def list_said(session: Session, actor: Actor, person: Candidate) -> dict[int, Interest]:
    """Need id → what the person has said, the last first."""
    query = (
        visible(actor, Interest)
        .where(survivor_of(Interest.candidate_id) == person.id)
        .options(joinedload(Interest.need))
        .order_by(*_standing_last())
    )
    stands = {row.need_id: row for row in session.scalars(query)}
    return {row.need_id: row for row in sorted(stands.values(), key=_recency, reverse=True)}


def _standing_last() -> tuple[Any, ...]:
    """Of several answers of one person to a need, as rounds read them: what was said under the own registration stands."""
    own = Interest.candidate_id == survivor_of(Interest.candidate_id)
    return own, Interest.answer, Interest.bars


def _recency(row: Interest) -> tuple[datetime, int]:
    return row.said_at, row.id


def lock_need(session: Session, need_id: int) -> Need:
    """NotFound where there is none."""
    need = session.get(Need, need_id, with_for_update=True)
    if need is None:
        raise NotFound
    return need


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person says of a need, under whatever registration it was said."""

    interest: Interest
    person: Candidate


def list_standing(session: Session, need_id: int, today: date) -> Sequence[Standing]:
    """One answer of everybody who is registered on the day, as rounds read it, the last said first."""
    query = (
        sa.select(Interest, Candidate)
        .join(Candidate, Candidate.id == survivor_of(Interest.candidate_id))
        .join(
            Membership,
            (Membership.candidate_id == Candidate.id)
            & (Membership.prefecture_code == Interest.prefecture_code),
        )
        .where(Interest.need_id == need_id, standing_on(today).in_(map(str, REGISTERED)))
        .order_by(*_standing_last())
    )
    stands = {person.id: Standing(row, person) for row, person in session.execute(query)}
    return sorted(stands.values(), key=lambda one: _recency(one.interest), reverse=True)


def list_of_need(session: Session, actor: Actor, need: Need, today: date) -> Sequence[Standing]:
    """For staff: who has said what."""
    seen = set(session.scalars(visible(actor, Interest).where(Interest.need_id == need.id)))
    return [one for one in list_standing(session, need.id, today) if one.interest in seen]
