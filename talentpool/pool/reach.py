"""For how many open needs a person could be a candidate, and for how many more after adding one thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .. import matching as m
from ..candidates.content import LEVELS, WORKDAYS, SkillClaim
from ..candidates.models import Candidate
from ..dates import local_date
from ..db import Session
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from .reading import read_profiles
from .records import Profile, Request
from .requests import read_open
from .translate import seats_left, translate

MORE_MONTHS, MORE_HALF_DAYS, MORE_MINUTES = 6, 2, 30
FOREVER = 12 * 9000  # a month after every need


class Kind(StrEnum):
    """What could be added to a profile."""

    SKILL = "skill"
    USED = "used"  # the year of its last use, where it is not said
    FORM = "form"
    TRAINING = "training"
    MODE = "mode"
    WEEKDAYS = "weekdays"
    MONTHS = "months"
    HALF_DAYS = "half_days"
    TRAVEL = "travel"
    AT_ONCE = "at_once"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True)
class Addition:
    """subject: a skill or form; level: of the skill; needs: how many more could have the person."""

    kind: Kind
    subject: str | None
    level: int | None
    needs: int


@dataclass(frozen=True, slots=True)
class Reach:
    """needs: that are open and have a free place; could: of them, those that could have the person now."""

    needs: int
    could: int
    additions: Sequence[Addition]  # that bring any, what brings most first


def reach(profile: Profile, requests: Sequence[Request], catalogue: Catalogue) -> Reach:
    """By the rules, with what the person has free: each addition alone, as the engine would see the profile then."""
    wanted = [request for request in requests if seats_left(request)]
    variants = [(None, None, None, profile), *_variants(profile, wanted)]
    people = [
        replace(variant, code=f"{number:04d}") for number, (*_, variant) in enumerate(variants)
    ]
    if not wanted:
        return Reach(0, 0, ())
    candidates, needs = translate(people, wanted, catalogue)
    open_to: dict[str, set[str]] = {person.code: set() for person in people}
    for need, out in m.excluded(candidates, needs).items():
        for code, reached in open_to.items():
            if code not in out:
                reached.add(need)
    now = open_to[people[0].code]
    found = [
        Addition(kind, subject, level, len(open_to[person.code] - now))
        for (kind, subject, level, _), person in zip(variants, people, strict=True)
        if kind is not None
    ]
    brings = [addition for addition in found if addition.needs]
    return Reach(len(wanted), len(now), sorted(_least_levels(brings), key=lambda one: -one.needs))


def _least_levels(found: Sequence[Addition]) -> Iterator[Addition]:
    """Of a skill only the levels that bring more than the one below."""
    best: dict[str | None, int] = {}
    for one in found:
        if one.kind is Kind.SKILL:
            if one.needs <= best.get(one.subject, 0):
                continue
            best[one.subject] = one.needs
        yield one


def _variants(
    profile: Profile, wanted: Sequence[Request]
) -> Iterator[tuple[Kind, str | None, int | None, Profile]]:
    held = {claim.skill: claim for claim in profile.skills}
    asked = [(request, s) for request in wanted for s in request.skills if s.must]
    latest = {
        skill: max((since for r, s in asked if s.skill == skill and (since := s.since(r.first_month))), default=None)
        for skill in {s.skill for _request, s in asked}
    }  # fmt: skip

    def instead(new: SkillClaim) -> Profile:
        kept = tuple(claim for claim in profile.skills if claim.skill != new.skill)
        return replace(profile, skills=(*kept, new))

    for skill, level in sorted({(s.skill, s.level) for _request, s in asked}):
        claim = held.get(skill)
        if (claim.level if claim else 0) < level <= LEVELS:
            new = SkillClaim(skill, level, last_used=latest[skill])
            yield Kind.SKILL, skill, level, instead(replace(claim, level=level) if claim else new)
    for skill, year in sorted(latest.items()):
        if skill in held and held[skill].last_used is None and year:
            yield Kind.USED, skill, None, instead(replace(held[skill], last_used=year))
    for form in sorted({form for request in wanted for form in request.forms} - {*profile.forms}):
        yield Kind.FORM, form, None, replace(profile, forms=(*profile.forms, form))
    yield Kind.TRAINING, None, None, replace(profile, training_until=FOREVER)
    windows = profile.windows
    for kind, altered in (
        (Kind.MODE, [replace(w, mode="both") for w in windows]),
        (Kind.WEEKDAYS, [replace(w, weekdays=w.weekdays | WORKDAYS) for w in windows]),
        (Kind.HALF_DAYS, [replace(w, half_days=w.half_days + MORE_HALF_DAYS) if w.is_available else w for w in windows]),
    ):  # fmt: skip
        yield kind, None, None, replace(profile, windows=tuple(altered))
    free = [window for window in windows if window.is_available]
    if free:
        last = max(free, key=lambda window: window.last_month)
        more = replace(
            last, first_month=last.last_month + 1, last_month=last.last_month + MORE_MONTHS
        )
        yield Kind.MONTHS, None, None, replace(profile, windows=(*windows, more))
    if profile.travel_limit is not None:
        farther = profile.travel_limit + MORE_MINUTES
        yield Kind.TRAVEL, None, None, replace(profile, travel_limit=farther)
    yield Kind.AT_ONCE, None, None, replace(profile, most_at_once=profile.most_at_once + 1)
    yield Kind.RENEWAL, None, None, replace(profile, member_until=FOREVER)


def reach_of(
    session: Session,
    person: Candidate,
    prefecture_code: str,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Reach | None:
    """None for whoever is not registered on that day."""
    require(session, actor, Action.EDIT_PROFILE, person)
    profiles = read_profiles(session, prefecture_code, [person.id], registered_on=local_date(now))
    if person.id not in profiles:
        return None
    own = replace(profiles[person.id], known=())  # what officers have recorded is not told this way
    return reach(own, list(read_open(session, prefecture_code).values()), catalogue)
