"""Profiles straight from columns: a fixed number of queries, and nothing personal is read or decrypted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import dates
from ..candidates.content import Company, Matter, Post, SkillClaim, Window
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
from ..db import Session
from ..states import MembershipState
from . import standing
from .records import Profile

Parts = defaultdict[int, list[Any]]


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
    active = [
        Membership.prefecture_code == prefecture_code,
        Membership.state == MembershipState.ACTIVE,
    ]
    if candidate_ids is not None:
        active.append(Membership.candidate_id.in_(list(candidate_ids)))
    if registered_on is not None:
        active.append(standing_on(registered_on).in_(map(str, REGISTERED)))
    if confirmed_at is not None:
        active.append(~is_left_out(confirmed_at))
    people = session.execute(_people(prefecture_code).where(*active)).all()
    parts = _Parts(session, sa.select(Membership.candidate_id).where(*active))
    ids = [person.id for person in people]
    taken = standing.list_taken(session, ids)
    lifted, turned_down = standing.list_settled(session, ids)
    return {
        person.id: _profile(
            person, parts,
            taken=tuple(taken.get(person.id, ())),
            lifted=tuple(lifted.get(person.id, ())),
            turned_down=tuple(turned_down.get(person.id, ())),
        )
        for person in people
    }  # fmt: skip


def _people(prefecture_code: str) -> sa.Select[*tuple[Any, ...]]:
    consents = is_in_force(Candidate.id, prefecture_code, SEARCH)
    return (
        sa.select(
            Candidate.id, Candidate.code, Candidate.kind, Candidate.home_code,
            Candidate.travel_limit, Candidate.overnight, Candidate.most_at_once,
            Candidate.pay_minimum, Candidate.pay_wish, Candidate.themes,
            Candidate.regions, Candidate.training_until, Membership.active_from,
            Membership.active_until, consents.label("consents"),
        )
        .join(Membership, Membership.candidate_id == Candidate.id)
        .order_by(Candidate.code)
    )  # fmt: skip


class _Parts:
    """The lists of all profiles, each by candidate id and in the order of its page."""

    def __init__(self, session: Session, ids: sa.Select[Any]) -> None:
        def rows(*columns: Any, order: tuple[Any, ...]) -> Parts:
            owner = columns[0]
            return _by_owner(session, sa.select(*columns).where(owner.in_(ids)).order_by(*order))

        codes = sa.union_all(
            sa.select(CandidateRole.candidate_id, sa.literal("role"), CandidateRole.role).where(
                CandidateRole.candidate_id.in_(ids)
            ),
            sa.select(CandidateForm.candidate_id, sa.literal("form"), CandidateForm.form).where(
                CandidateForm.candidate_id.in_(ids)
            ),
        )
        self.codes = _by_owner(session, codes)
        post, company, window = CandidatePost, CandidateCompany, CandidateWindow
        self.posts = rows(
            post.candidate_id, post.body, post.first_month, post.last_month,
            post.municipality_code, post.department, post.title, post.grade, post.is_public,
            order=(post.first_month, post.id),
        )  # fmt: skip
        self.companies = rows(
            company.candidate_id, company.name, company.position, company.has_shares,
            company.is_present, order=(company.id,),
        )  # fmt: skip
        self.matters = rows(
            CandidateMatter.candidate_id, CandidateMatter.vendor, CandidateMatter.month,
            CandidateMatter.subject, order=(CandidateMatter.id,),
        )  # fmt: skip
        self.skills = rows(
            CandidateSkill.candidate_id, CandidateSkill.skill, CandidateSkill.level, CandidateSkill.last_used,
            CandidateSkill.evidence, order=(CandidateSkill.skill,),
        )  # fmt: skip
        self.windows = rows(
            window.candidate_id, window.first_month, window.last_month, window.half_days,
            window.weekdays, sa.cast(window.mode, sa.String), window.is_available,
            order=(window.first_month, window.id),
        )  # fmt: skip

    def codes_of(self, owner: int, kind: str) -> tuple[str, ...]:
        return tuple(sorted(code for of, code in self.codes[owner] if of == kind))


def _by_owner(session: Session, query: sa.Executable) -> Parts:
    found: Parts = defaultdict(list)
    for owner, *values in session.execute(query):
        found[owner].append(values)
    return found


def _profile(person: sa.Row[Any], parts: _Parts, **standing_: Any) -> Profile:
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
        roles=parts.codes_of(person.id, "role"),
        forms=parts.codes_of(person.id, "form"),
        skills=tuple(SkillClaim(*values) for values in parts.skills[person.id]),
        posts=tuple(Post(*values) for values in parts.posts[person.id]),
        companies=tuple(Company(*values) for values in parts.companies[person.id]),
        matters=tuple(Matter(*values) for values in parts.matters[person.id]),
        windows=tuple(Window(*values) for values in parts.windows[person.id]),
        **standing_,
    )


def first_whole_month(day: date) -> int:
    """The first month of which every day is on or after `day`."""
    return dates.month_of(day) + (day.day > 1)


def last_whole_month(day: date) -> int:
    """The last month of which every day is on or before `day`."""
    return dates.month_of(day + timedelta(days=1)) - 1
