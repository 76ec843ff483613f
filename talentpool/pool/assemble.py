"""Rows of the database as profiles and requests, and both as the engine's records; few queries at any size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import matching as m
from ..candidates.models import Candidate, Membership
from ..db import Session
from ..needs.content import SkillRequirement
from ..needs.models import Need
from ..reference.catalogue import Catalogue
from ..states import MembershipState, NeedState
from . import standing
from .reading import read_profiles
from .records import Profile, Request
from .translate import translate


@dataclass(frozen=True, slots=True)
class Assembled:
    """One run's input, and the way from its codes back to rows."""

    candidates: list[m.Candidate]
    needs: list[m.Need]
    candidate_ids: dict[str, int]
    need_ids: dict[str, int]


def assemble(
    session: Session,
    prefecture_code: str,
    need_ids: Iterable[int] | None,
    catalogue: Catalogue,
    *,
    moment: datetime | None = None,
) -> Assembled:
    """The active people of a prefecture's pool and the given needs (none: all open ones).

    Without those who had left the question about their availability open too long at `moment`.
    """
    people = read_profiles(session, prefecture_code, confirmed_at=moment)
    needs = _list_needs(session, prefecture_code, need_ids)
    candidates, wanted = translate(people.values(), list_requests(session, needs), catalogue)
    return Assembled(
        candidates,
        wanted,
        {profile.code: ident for ident, profile in people.items()},
        {need.code: need.id for need in needs},
    )


def list_active(
    session: Session, prefecture_code: str, candidate_ids: Iterable[int] | None = None
) -> list[Candidate]:
    """People with an active membership, with all that a profile holds."""
    query = (
        sa.select(Candidate)
        .join(Membership, Membership.candidate_id == Candidate.id)
        .where(
            Membership.prefecture_code == prefecture_code,
            Membership.state == MembershipState.ACTIVE,
        )
        .options(
            *(
                selectinload(relation)
                for relation in (
                    Candidate.memberships, Candidate.roles, Candidate.forms, Candidate.posts,
                    Candidate.companies, Candidate.matters, Candidate.skills, Candidate.windows,
                )
            )
        )
        .order_by(Candidate.code)
    )  # fmt: skip
    if candidate_ids is not None:
        query = query.where(Candidate.id.in_(list(candidate_ids)))
    return list(session.scalars(query))


def _list_needs(
    session: Session, prefecture_code: str, need_ids: Iterable[int] | None
) -> list[Need]:
    query = sa.select(Need).where(Need.prefecture_code == prefecture_code).order_by(Need.code)
    if need_ids is None:
        query = query.where(Need.state == NeedState.OPEN)
    else:
        query = query.where(Need.id.in_(list(need_ids)))
    related = (Need.forms, Need.kinds, Need.skills, Need.vendors, Need.members)
    query = query.options(joinedload(Need.roles), *(selectinload(r) for r in related))
    return list(session.scalars(query).unique())


def list_open_needs(session: Session, prefecture_code: str) -> list[Need]:
    """The open needs of a prefecture, with all that a request holds."""
    return _list_needs(session, prefecture_code, None)


def list_profiles(
    session: Session, prefecture_code: str, people: Sequence[Candidate]
) -> list[Profile]:
    """The profiles of these people, in their order."""
    found = read_profiles(session, prefecture_code, [person.id for person in people])
    return [found[person.id] for person in people]


def list_requests(session: Session, needs: Sequence[Need]) -> list[Request]:
    filled = standing.count_filled(session, [need.id for need in needs])
    return [request_of(need, filled=filled.get(need.id, 0)) for need in needs]


def request_of(need: Need, *, filled: int = 0) -> Request:
    """A need's row in the words of the sheets; also of a draft that is not published."""
    return Request(
        code=need.code,
        municipality_code=need.municipality_code,
        title=need.title,
        theme=need.theme,
        half_days=need.half_days,
        first_month=need.first_month,
        last_month=need.last_month,
        mode=str(need.mode),
        place_code=need.place_code,
        pay_basis=need.pay_basis,
        pay_amount=need.pay_amount,
        seats=need.seats,
        filled=filled,
        on_site_share=need.on_site_share,
        weekdays=need.weekdays,
        roles=tuple(row.role for row in need.roles),
        forms=tuple(row.form for row in need.forms),
        kinds=tuple(row.kind for row in need.kinds),
        skills=tuple(
            SkillRequirement(s.skill, s.level, s.weight, s.must, s.group, s.used_within)
            for s in need.skills
        ),
        vendors=tuple(row.name for row in need.vendors),
        touches_procurement=need.touches_procurement,
        requires_training=need.requires_training,
        priority=need.priority,
        posted=0 if need.opened_at is None else int(need.opened_at.timestamp()),
        members=tuple(row.municipality_code for row in need.members),
    )
