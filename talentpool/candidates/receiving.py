"""Staff register somebody from paper or by telephone (代行登録): the person's own steps and rules, with the source of each field.

Such a person has no account, so nobody signs in for them. Until the person has confirmed what was registered, it is
handed in nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..accounts.service import lock_pool
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, NotFound, Refused
from ..language import listed, say
from ..permissions import Action, Actor, require
from ..states import MembershipState
from .content import Basics
from .models import Candidate, Membership
from .received import FieldSource, Reception, Source
from .service import new_candidate
from .steps import Step

Save = Callable[..., Sequence[str]]
UNREVIEWED = frozenset({MembershipState.DRAFT, MembershipState.RETURNED, MembershipState.APPLIED})


@dataclass(frozen=True, slots=True)
class Origin:
    """source: paper or telephone. came_on: when the paper arrived, or the call was."""

    source: Source
    came_on: date


def start_reception(session: Session, origin: Origin, *, actor: Actor, now: datetime) -> Candidate:
    """An empty profile, a draft membership of the officer's prefecture, and how the person came."""
    require(session, actor, Action.RECEIVE_PROFILE)
    _check_source(origin.source)
    if origin.came_on > local_date(now):
        raise Refused.at("came_on", say("今日までの日にしてください。"))
    prefecture_code = actor.prefecture_code or ""
    candidate = new_candidate(session, now=now)
    session.add(Membership(candidate_id=candidate.id, prefecture_code=prefecture_code))
    session.add(
        Reception(
            candidate_id=candidate.id, prefecture_code=prefecture_code, source=origin.source,
            came_on=origin.came_on, entered_by=actor.user_id, entered_at=now,
        )
    )  # fmt: skip
    detail = {"source": str(origin.source), "came_on": origin.came_on.isoformat()}
    deed = audit.Deed.CANDIDATE_RECEIVE
    audit.record(session, deed, candidate, actor=actor, now=now, detail=detail)
    session.flush()
    return candidate


def _check_source(source: Source) -> None:
    if source is Source.SELF:
        raise Refused.at("source", say("紙か電話かを選んでください。"))


def find_reception(session: Session, candidate: Candidate) -> Reception | None:
    """None for people who registered themselves or came from a file."""
    return session.get(Reception, candidate.id)


def get_reception(session: Session, candidate: Candidate) -> Reception:
    """As `find_reception`; NotFound where there is none."""
    reception = find_reception(session, candidate)
    if reception is None:
        raise NotFound
    return reception


def require_received(
    session: Session, candidate: Candidate, actor: Actor, action: Action = Action.RECEIVE_PROFILE
) -> Reception:
    """The reception of somebody for whom `actor` may act; Conflict once the person has an account."""
    require(session, actor, action, candidate)
    reception = get_reception(session, candidate)
    if candidate.user_id is not None:
        raise Conflict(say("この人にはアカウントがあるため、登録情報は本人が直します。"))
    return reception


def save_received(
    session: Session,
    candidate: Candidate,
    step: Step,
    save: Save,
    value: Any,
    source: Source,
    *,
    actor: Actor,
    now: datetime,
    is_other: bool = False,
) -> None:
    """Save a step by its own service `save`, and note where the fields that changed are from.

    is_other: the officer has said that nobody who looks like this person is the same one.
    """
    reception = require_received(session, candidate, actor)
    _check_source(source)
    if isinstance(value, Basics) and not is_other and not _is_known_as(candidate, value):
        _ask_back(session, candidate, value, actor)
    changed = save(session, candidate, value, actor=actor, now=now)
    if not changed:
        return
    note_sources(session, candidate, step, changed, source, actor=actor, now=now)
    if any(row.state in UNREVIEWED for row in candidate.memberships):
        forget_confirmation(reception)
    else:
        reception.changed_at = now
    session.flush()


def forget_confirmation(reception: Reception) -> None:
    """What the person confirmed is no longer what stands there."""
    reception.confirmed_at = reception.confirmed_how = reception.confirmed_by = None
    reception.called_on = reception.party = reception.words = reception.changed_at = None


def note_sources(
    session: Session,
    candidate: Candidate,
    step: Step,
    fields: Iterable[str],
    source: Source,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    for field in fields:
        key = (candidate.id, str(step), field)
        row = session.get(FieldSource, key)
        if row is None:
            row = FieldSource(candidate_id=candidate.id, step=str(step), field=field)
            session.add(row)
        row.source, row.by_id, row.at = source, actor.user_id, now


def list_sources(session: Session, candidate: Candidate) -> Mapping[Step, Sequence[FieldSource]]:
    """By step, the fields that did not come from the person's own hand; the last ones first."""
    query = sa.select(FieldSource).where(FieldSource.candidate_id == candidate.id)
    found: dict[Step, list[FieldSource]] = {}
    for row in session.scalars(query.order_by(FieldSource.at.desc(), FieldSource.field)):
        found.setdefault(Step(row.step), []).append(row)
    return found


def awaits_person() -> sa.ColumnElement[bool]:
    """For queries of memberships: staff registered the person, who has still to confirm it before it is handed in."""
    waits = sa.exists().where(
        Reception.candidate_id == Membership.candidate_id,
        Reception.prefecture_code == Membership.prefecture_code,
        Reception.confirmed_at.is_(None),
    )
    return waits & Membership.state.in_((MembershipState.DRAFT, MembershipState.RETURNED))


def require_confirmed(session: Session, candidate: Candidate) -> None:
    """Conflict for somebody whom staff registered and who has not confirmed what stands there."""
    reception = session.get(Reception, candidate.id)
    if reception is not None and reception.confirmed_at is None:
        raise Conflict(say("本人が登録内容をまだ確認していません。"))


def _is_known_as(candidate: Candidate, basics: Basics) -> bool:
    stored = (candidate.family_kana, candidate.given_kana, candidate.birth_date)
    return stored == (basics.family_kana, basics.given_kana, basics.birth_date)


def _ask_back(session: Session, candidate: Candidate, basics: Basics, actor: Actor) -> None:
    """Refused with the codes of everybody who may be the same person; two at once wait for each other."""
    lock_pool(session, actor.prefecture_code or "")
    twins = list_alike(session, basics, actor, other_than=candidate.id)
    if twins:
        codes = listed(twin.code for twin in twins)
        raise Refused.at(
            "is_other",
            say(
                "フリガナと生まれた年が同じ人がすでに登録されています：%(codes)s。別の人なら、印を付けて保存してください。",
                codes=codes,
            ),
        )


def list_alike(
    session: Session, basics: Basics, actor: Actor, *, other_than: int | None = None
) -> list[Candidate]:
    """The people of the officer's pool with the same furigana, and the same year of birth where both are known."""
    members = sa.select(Membership.candidate_id).where(
        Membership.prefecture_code == actor.prefecture_code
    )
    query = sa.select(Candidate).where(
        Candidate.family_kana == basics.family_kana,
        Candidate.given_kana == basics.given_kana,
        Candidate.id.in_(members),
        Candidate.id != (other_than or 0),
    )
    people = session.scalars(query.order_by(Candidate.id))
    return [person for person in people if _may_be_born(person.birth_date, basics.birth_date)]


def _may_be_born(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one[:4] == other[:4]
