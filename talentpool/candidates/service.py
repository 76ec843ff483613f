"""Profiles: begun, found, listed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from .. import audit
from ..accounts.models import Pool, User
from ..db import Session
from ..errors import Conflict, Forbidden, NotFound, Refused
from ..permissions import Action, Actor, Role, get_visible, require, visible
from ..states import MembershipState
from ..text import search_key
from .models import Candidate, Membership, SkillClaim

PAGE = 20  # rows
ENDED = frozenset({MembershipState.NOT_ACCEPTED, MembershipState.LEFT})


def start_profile(
    session: Session, user: User, prefecture_code: str, *, actor: Actor, now: datetime
) -> Candidate:
    """An empty profile of `user` and a draft membership of one prefecture's pool."""
    require(session, actor, Action.EDIT_PROFILE)
    if user.role is not Role.CANDIDATE or actor.user_id not in {user.id, None}:
        raise Forbidden("登録者本人だけが登録を始められます。")
    if session.get(Pool, prefecture_code) is None:
        raise Refused(
            "この都道府県では登録を受け付けていません。",
            fields={"prefecture": "選び直してください。"},
        )
    if find_own(session, actor if actor.user_id else user.actor) is not None:
        raise Conflict("登録はすでに始まっています。")
    candidate = new_candidate(session, now=now, user_id=user.id)
    session.add(Membership(candidate_id=candidate.id, prefecture_code=prefecture_code))
    audit.record(
        session,
        "candidate.start",
        candidate,
        actor=actor,
        now=now,
        detail={"prefecture": prefecture_code},
    )
    return candidate


def new_candidate(session: Session, *, now: datetime, user_id: int | None = None) -> Candidate:
    """A candidate without a name yet, with the code that is shown instead of it."""
    candidate = Candidate(
        code=secrets.token_hex(6),  # until the id is known
        user_id=user_id,
        family_name="",
        given_name="",
        family_kana="",
        given_kana="",
        search_key="",
        created_at=now,
        updated_at=now,
    )
    session.add(candidate)
    session.flush()
    candidate.code = f"C-{candidate.id:06d}"
    session.flush()
    return candidate


def find_own(session: Session, actor: Actor) -> Candidate | None:
    """The profile of the person who is signed in."""
    if actor.role is not Role.CANDIDATE:
        return None
    return session.scalars(
        sa.select(Candidate).where(Candidate.user_id == actor.user_id)
    ).one_or_none()


def ensure_own(session: Session, actor: Actor, *, now: datetime) -> Candidate:
    """The profile of the person who is signed in, begun now if there is none."""
    candidate = find_own(session, actor)
    if candidate is None:
        user = session.get_one(User, actor.user_id)
        candidate = start_profile(session, user, actor.prefecture_code or "", actor=actor, now=now)
    return candidate


def get_own(session: Session, actor: Actor) -> Candidate:
    """As `find_own`; NotFound before the profile is started."""
    candidate = find_own(session, actor)
    if candidate is None:
        raise NotFound
    return candidate


def get_profile(session: Session, actor: Actor, ident: int) -> Candidate:
    """The candidate if `actor` may see it; else NotFound, as if there were none."""
    return get_visible(session, actor, Candidate, ident)


def get_membership(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Membership:
    return get_visible(session, actor, Membership, ident, lock=lock)


def find_membership(candidate: Candidate, prefecture_code: str | None) -> Membership | None:
    """The membership that a page is about: of that prefecture, or else the first that has not ended."""
    present = [row for row in candidate.memberships if row.state not in ENDED]
    for row in candidate.memberships:
        if row.prefecture_code == prefecture_code:
            return row
    return next(iter(present or candidate.memberships), None)


def require_editable(session: Session, candidate: Candidate, actor: Actor) -> None:
    """Forbidden for strangers; Conflict when every membership has ended."""
    require(session, actor, Action.EDIT_PROFILE, candidate)
    states = {row.state for row in candidate.memberships}
    if states and states <= ENDED:
        raise Conflict("登録が終了しているため、内容を変更できません。")


@dataclass(frozen=True, slots=True)
class CandidateFilter:
    """What a list is limited to; an empty value limits nothing."""

    words: str = ""  # part of a name, of its furigana, or a code
    kind: str = ""
    state: str = ""  # of the membership
    skill: str = ""
    least_level: int = 1


@dataclass(frozen=True, slots=True)
class CandidatePage:
    rows: Sequence[Candidate]
    total: int
    page: int
    pages: int


def list_candidates(
    session: Session, actor: Actor, wanted: CandidateFilter = CandidateFilter(), *, page: int = 1
) -> CandidatePage:
    """One page of the candidates that staff of a prefecture may see, in the order of their furigana."""
    require(session, actor, Action.VIEW_CANDIDATE)
    query = visible(actor, Candidate)
    for condition in _conditions(actor, wanted):
        query = query.where(condition)
    total = session.scalar(query.with_only_columns(sa.func.count(Candidate.id))) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = session.scalars(
        query.options(selectinload(Candidate.memberships), selectinload(Candidate.skills))
        .order_by(Candidate.family_kana, Candidate.given_kana, Candidate.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return CandidatePage(list(rows), total, page, pages)


def _conditions(actor: Actor, wanted: CandidateFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.words:
        folded = search_key(wanted.words)
        code = wanted.words.strip().upper()
        found.append(
            Candidate.search_key.contains(folded, autoescape=True) | (Candidate.code == code)
        )
    if wanted.kind:
        found.append(Candidate.kind == wanted.kind)
    if wanted.state:
        found.append(Candidate.id.in_(_in_state(actor, wanted.state)))
    if wanted.skill:
        able = sa.select(SkillClaim.candidate_id).where(
            SkillClaim.skill == wanted.skill, SkillClaim.level >= wanted.least_level
        )
        found.append(Candidate.id.in_(able))
    return found


def _in_state(actor: Actor, state: str) -> sa.Select[int]:
    if state not in set(MembershipState):
        return sa.select(Membership.candidate_id).where(sa.false())
    query = sa.select(Membership.candidate_id).where(Membership.state == MembershipState(state))
    if actor.prefecture_code is not None:
        query = query.where(Membership.prefecture_code == actor.prefecture_code)
    return query
