"""Which open needs a person fits, by the rules and the fit of the rounds; reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa

from .. import matching as m
from ..candidates.models import Candidate
from ..dates import local_date
from ..db import Session
from ..matching.policy import PARTS
from ..matching.scoring.encode import encode, numbering_of
from ..matching.scoring.score import score
from ..matching.scoring.sets import named_of
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..pool.policy import first_policy, fitted
from ..pool.reading import read_profiles
from ..pool.records import Profile, Request
from ..pool.requests import read_open
from ..pool.translate import translate
from ..reference.catalogue import Catalogue
from .answering import list_asked

SHOWN = 20  # needs, the best first


@dataclass(frozen=True, slots=True)
class Suiting:
    """A need that the person could serve. wanted: the same for the engine; parts: of the fit, in bp."""

    need: Need
    wanted: m.Need
    person: m.Candidate
    fit: int
    parts: Mapping[str, int]


def list_suiting(
    session: Session,
    person: Candidate,
    prefecture_code: str,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
    right: Action = Action.SAY_INTEREST,
) -> list[Suiting] | None:
    """The best first, without those for which the person was asked already; None for whom no round would take."""
    require(session, actor, right)
    profile = find_profile(session, person, prefecture_code, now)
    if profile is None:
        return None
    asked = list_asked(session, person.id)
    wanted = read_open(session, prefecture_code).items()
    left = {ident: request for ident, request in wanted if ident not in asked}
    return suiting_of(session, profile, left, catalogue)


def find_profile(
    session: Session, person: Candidate, prefecture_code: str, now: datetime
) -> Profile | None:
    """As the next round would read it: none of whoever it leaves out."""
    found = read_profiles(
        session, prefecture_code, [person.id], registered_on=local_date(now), confirmed_at=now
    )
    return found.get(person.id)


def suiting_of(
    session: Session, profile: Profile, requests: Mapping[int, Request], catalogue: Catalogue
) -> list[Suiting]:
    """Of these needs, by id; rows are read of those alone that fit."""
    if not requests:
        return []
    people, wanted = translate([profile], list(requests.values()), catalogue)
    policy, people = fitted(first_policy(has_ratings=profile.rating_count > 0), people)
    numbering, named = numbering_of(wanted), named_of(people)
    scored = score(
        encode(people, numbering), wanted, numbering, policy,
        barred=[named.get(need.id, ()) for need in wanted],
    )  # fmt: skip
    assert scored.parts is not None
    fits = np.repeat(np.arange(len(wanted)), np.diff(scored.ptr)).tolist()
    codes = {wanted[j].id for j in fits}
    ids = [ident for ident, request in requests.items() if request.code in codes]
    by_code = {need.code: need for need in session.scalars(sa.select(Need).where(Need.id.in_(ids)))}
    found = [
        Suiting(
            by_code[wanted[j].id], wanted[j], people[0], int(scored.fit[place]),
            dict(zip(PARTS, scored.parts[:, place].tolist(), strict=True)),
        )
        for place, j in enumerate(fits)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.fit, one.need.code))
