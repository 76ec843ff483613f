"""Profiles, and what needs buy, straight from columns: one query each, and nothing personal is read or decrypted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import dates
from ..candidates.content import EMPLOYED, Company, Matter, Post, SkillClaim, Window
from ..candidates.freshness import is_left_out
from ..candidates.models import (
    Candidate,
    CandidateCompany,
    CandidateForm,
    CandidateMatter,
    CandidatePost,
    CandidateRole,
    CandidateSkill,
    CandidateWindow,
    Membership,
)
from ..candidates.standing import REGISTERED, SEARCH, is_in_force, standing_on
from ..child_rows import gather
from ..costs import Work
from ..db import Session
from ..matching.records import WHOLE_PART, share_on_site
from ..needs.costing import share_in
from ..needs.models import JointMember, Need, NeedVendor
from ..pay import month_pay
from ..states import MembershipState
from . import standing
from .records import Ground, Known, Lifter, Procurement, Profile, Taken, in_order


def read_profiles(
    session: Session,
    prefecture_code: str,
    candidate_ids: Iterable[int] | None = None,
    *,
    registered_on: date | None = None,
    confirmed_at: datetime | None = None,
) -> dict[int, Profile]:
    """Candidate id → profile of everybody with an active membership, ordered by code.

    `registered_on`: without those whose registration is over on that day, or who have withdrawn the consent.
    `confirmed_at`: without those whom rounds of that moment leave out.
    """
    query = _people(prefecture_code).where(
        Membership.prefecture_code == prefecture_code,
        Membership.state == MembershipState.ACTIVE,
    )
    if candidate_ids is not None:
        query = query.where(Membership.candidate_id.in_(list(candidate_ids)))
    if registered_on is not None:
        query = query.where(standing_on(registered_on).in_(map(str, REGISTERED)))
    if confirmed_at is not None:
        query = query.where(~is_left_out(confirmed_at))
    return {person.id: _profile(person) for person in session.execute(query)}


def _people(prefecture_code: str) -> sa.Select[*tuple[Any, ...]]:
    consents = is_in_force(Candidate.id, prefecture_code, SEARCH)
    return (
        sa.select(
            Candidate.id, Candidate.code, Candidate.kind, Candidate.home_code,
            Candidate.travel_limit, Candidate.overnight, Candidate.most_at_once,
            Candidate.pay_minimum, Candidate.pay_wish, Candidate.themes,
            Candidate.regions, Candidate.training_until, Candidate.onsite_days,
            Candidate.income_ceiling, Membership.active_from,
            Membership.active_until, consents.label("consents"), *_lists(), *standing.settled_of(Candidate, prefecture_code),
        )
        .join(Membership, Membership.candidate_id == Candidate.id)
        .order_by(Candidate.code)
    )  # fmt: skip


def _lists() -> list[sa.Label[Any]]:
    """The lists of a profile, each one column; the first values of a row are what it is sorted by."""
    post, company, window = CandidatePost, CandidateCompany, CandidateWindow
    matter, skill = CandidateMatter, CandidateSkill
    return [
        _list("roles", CandidateRole.candidate_id, CandidateRole.role),
        _list("forms", CandidateForm.candidate_id, CandidateForm.form),
        _list(
            "posts", post.candidate_id, post.first_month, post.id, post.body, post.last_month,
            post.municipality_code, post.department, post.title, post.grade, post.is_public,
        ),
        _list(
            "companies", company.candidate_id, company.id, company.name, company.position,
            company.has_shares, company.is_present,
        ),
        _list("matters", matter.candidate_id, matter.id, matter.vendor, matter.month, matter.subject),
        _list(
            "skills", skill.candidate_id, skill.skill, skill.level, skill.last_used, skill.evidence
        ),
        _list(
            "windows", window.candidate_id, window.first_month, window.id, window.last_month,
            window.half_days, window.weekdays, sa.cast(window.mode, sa.String), window.is_available,
        ),
    ]  # fmt: skip


def _list(name: str, owner: Any, *columns: Any) -> sa.Label[Any]:
    rows = gather(*columns).where(owner == Candidate.id).correlate(Candidate)
    return rows.scalar_subquery().label(name)


def _profile(person: sa.Row[Any]) -> Profile:
    # what was said under this registration comes last, and stands
    said = {
        code: (answer, bool(bars))
        for _, code, answer, bars in sorted((own, *rest) for *rest, own in person.interests)
    }
    barred = {code for code, (_, bars) in said.items() if bars}
    return Profile(
        code=person.code,
        kind=person.kind or "",
        member_from=first_whole_month(person.active_from),
        member_until=last_whole_month(person.active_until),
        consents=bool(person.consents),
        home_code=person.home_code or "",
        travel_limit=person.travel_limit,
        overnight=person.overnight,
        most_at_once=person.most_at_once,
        pay_minimum=person.pay_minimum,
        pay_wish=person.pay_wish,
        themes=tuple(sorted(person.themes)),
        regions=tuple(sorted(person.regions)),
        training_until=(
            None if person.training_until is None else last_whole_month(person.training_until)
        ),
        roles=tuple(sorted(role for (role,) in person.roles)),
        forms=tuple(sorted(form for (form,) in person.forms)),
        skills=tuple(SkillClaim(*row) for row in sorted(person.skills)),
        posts=tuple(
            Post(body, first, last, town, department, title, grade, bool(is_public))
            for first, _, body, last, town, department, title, grade, is_public in sorted(
                person.posts
            )
        ),
        companies=tuple(
            Company(name, position, bool(has_shares), bool(is_present))
            for _, name, position, has_shares, is_present in sorted(person.companies)
        ),
        matters=tuple(Matter(*row) for _, *row in sorted(person.matters)),
        windows=tuple(
            Window(first, last, half_days, weekdays, mode, bool(is_available))
            for first, _, last, half_days, weekdays, mode, is_available in sorted(person.windows)
        ),
        taken=tuple(
            _taken(*row, is_paid=person.kind != EMPLOYED)
            for row in sorted(person.taken, key=lambda row: row[:3])
        ),
        onsite_days=person.onsite_days,
        income_ceiling=person.income_ceiling,
        known=in_order(_known(*row) for row in person.known),
        lifted=tuple((code, rule) for code, rule in sorted(person.lifted)),
        turned_down=tuple(sorted(barred | {code for (code,) in person.turned_down})),
        interested=_answered(said, "interested"),
        uninterested=_answered(said, "not_now"),
        preferred=tuple(
            sorted(
                (code, WHOLE_PART * (last - rank + 1) // last) for code, rank, last in person.ranks
            )
        ),
        rating_sum=sum(rating for (rating,) in person.ratings),
        rating_count=len(person.ratings),
    )


def _taken(
    month: int,
    code: str,
    half_days: int,
    amount: int,
    basis: str,
    mode: str,
    share: int,
    agreed: str | None,
    *,
    is_paid: bool,
) -> Taken:
    """No town pays whom the prefecture employs."""
    actual = agreed or mode
    on_site = share_on_site(actual, share_in(actual, mode, share))
    work = Work(amount, basis, half_days, [month], on_site)
    pay = month_pay(amount, basis, half_days) if is_paid else 0
    return Taken(month, half_days, code, work.visits, pay)


def _answered(said: Mapping[str, tuple[str, bool]], answer: str) -> tuple[str, ...]:
    """Codes of the needs that were given this answer; one that bars the need is no wish any more."""
    return tuple(
        sorted(code for code, (given, bars) in said.items() if given == answer and not bars)
    )


def _known(
    town: str | None, vendor: str | None, ground: str, lifter: str, first: int, last: int | None
) -> Known:
    return Known(town, vendor, Ground(ground), Lifter(lifter), first, last)


def read_procurements(session: Session, need_ids: Iterable[int]) -> dict[int, Procurement]:
    """Need id → what the conflict screening reads of it."""
    vendors = gather(NeedVendor.id, NeedVendor.name).where(NeedVendor.need_id == Need.id)
    members = gather(JointMember.municipality_code).where(JointMember.need_id == Need.id)
    query = sa.select(
        Need.id, Need.code, Need.municipality_code, Need.first_month, Need.last_month, Need.touches_procurement,
        vendors.correlate(Need).scalar_subquery().label("vendors"),
        members.correlate(Need).scalar_subquery().label("members"),
    ).where(Need.id.in_(set(need_ids)))  # fmt: skip
    return {
        need.id: Procurement(
            need.code,
            need.municipality_code,
            need.first_month,
            need.last_month,
            tuple(name for _, name in sorted(need.vendors)),
            need.touches_procurement,
            tuple(sorted(code for (code,) in need.members)),
        )
        for need in session.execute(query)
    }


def first_whole_month(day: date) -> int:
    """The first month of which every day is on or after `day`."""
    return dates.month_of(day) + (day.day > 1)


def last_whole_month(day: date) -> int:
    """The last month of which every day is on or before `day`."""
    return dates.month_of(day + timedelta(days=1)) - 1
