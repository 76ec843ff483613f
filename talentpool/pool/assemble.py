"""Rows of the database as profiles and requests, and both as the engine's records; few queries at any size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from .. import dates, matching as m
from ..candidates.models import Candidate, Consent, Membership
from ..db import Session
from ..needs.models import Need
from ..reference.catalogue import Catalogue
from ..states import MembershipState, NeedState
from . import standing
from .records import Asked, Claim, Decision, Firm, Post, Profile, Request, Span
from .translate import translate

SEARCH = "search"  # purpose of the consent to be looked for and matched


@dataclass(frozen=True, slots=True)
class Assembled:
    """One run's input, and the way from its codes back to rows."""

    profiles: list[Profile]
    requests: list[Request]
    candidates: list[m.Candidate]
    needs: list[m.Need]
    candidate_ids: dict[str, int]
    need_ids: dict[str, int]


def assemble(
    session: Session,
    prefecture_code: str,
    need_ids: Iterable[int] | None,
    catalogue: Catalogue,
) -> Assembled:
    """The active people of a prefecture's pool and the given needs (none: all open ones)."""
    people = list_active(session, prefecture_code)
    needs = _list_needs(session, prefecture_code, need_ids)
    profiles = list_profiles(session, prefecture_code, people)
    requests = list_requests(session, needs)
    candidates, wanted = translate(profiles, requests, catalogue)
    return Assembled(
        profiles,
        requests,
        candidates,
        wanted,
        {person.code: person.id for person in people},
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
                    Candidate.companies, Candidate.decisions, Candidate.skills, Candidate.windows,
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
    related = (Need.roles, Need.forms, Need.kinds, Need.skills, Need.vendors)
    return list(session.scalars(query.options(*(selectinload(r) for r in related))))


def list_profiles(
    session: Session, prefecture_code: str, people: Sequence[Candidate]
) -> list[Profile]:
    ids = [person.id for person in people]
    agreed = set(
        session.scalars(
            sa.select(Consent.candidate_id).where(
                Consent.candidate_id.in_(ids),
                Consent.purpose == SEARCH,
                Consent.audience == prefecture_code,
                Consent.withdrawn_at.is_(None),
            )
        )
    )
    taken = standing.list_taken(session, ids)
    lifted = standing.list_lifted(session, ids)
    turned_down = standing.list_turned_down(session, ids)
    return [
        _profile(
            person, prefecture_code, person.id in agreed,
            taken=tuple(taken.get(person.id, ())),
            lifted=tuple(lifted.get(person.id, ())),
            turned_down=tuple(turned_down.get(person.id, ())),
        )
        for person in people
    ]  # fmt: skip


def _profile(
    person: Candidate, prefecture_code: str, consents: bool, **standing_: tuple[object, ...]
) -> Profile:
    membership = next(x for x in person.memberships if x.prefecture_code == prefecture_code)
    assert membership.active_from is not None
    assert membership.active_until is not None
    return Profile(
        code=person.code,
        kind=person.kind or "",
        member_from=first_whole_month(membership.active_from),
        member_until=last_whole_month(membership.active_until),
        consents=consents,
        home_code=person.home_code or "",
        travel_limit=person.travel_limit_minutes,
        overnight=person.overnight,
        most_at_once=person.most_at_once,
        pay_minimum=person.pay_minimum,
        pay_wish=person.pay_wish,
        themes=tuple(sorted(person.wished_themes)),
        regions=tuple(sorted(person.wished_regions)),
        training_until=(
            None if person.trained_until is None else last_whole_month(person.trained_until)
        ),
        roles=tuple(row.role for row in person.roles),
        forms=tuple(row.form for row in person.forms),
        skills=tuple(Claim(s.skill, s.level, s.last_used, s.evidence) for s in person.skills),
        posts=tuple(
            Post(p.body, p.first_month, p.last_month, p.municipality_code, p.department, p.title,
                 p.grade, p.is_public)
            for p in person.posts
        ),
        firms=tuple(
            Firm(c.name, c.position, c.has_shares, c.is_present) for c in person.companies
        ),
        decisions=tuple(Decision(d.vendor, d.month, d.subject) for d in person.decisions),
        spans=tuple(
            Span(w.first_month, w.last_month, w.half_days, w.weekdays, str(w.mode), w.is_available)
            for w in person.windows
        ),
        **standing_,  # type: ignore[arg-type]
    )  # fmt: skip


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
        skills=tuple(Asked(s.skill, s.level, s.weight, s.is_must, s.either) for s in need.skills),
        vendors=tuple(row.name for row in need.vendors),
        touches_procurement=need.touches_procurement,
        requires_training=need.requires_training,
        priority=need.priority,
        posted=0 if need.opened_at is None else int(need.opened_at.timestamp()),
    )


def first_whole_month(day: date) -> int:
    """The first month of which every day is on or after `day`."""
    return dates.month_of(day) + (day.day > 1)


def last_whole_month(day: date) -> int:
    """The last month of which every day is on or before `day`."""
    return dates.month_of(day + timedelta(days=1)) - 1
