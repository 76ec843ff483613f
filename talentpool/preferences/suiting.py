"""Which open needs a person fits, by the rules and the fit of the rounds; reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

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
from ..pool.assemble import list_open_needs, list_requests
from ..pool.policy import first_policy, fitted
from ..pool.reading import read_profiles
from ..pool.records import Profile
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
    needs = [need for need in list_open_needs(session, prefecture_code) if need.id not in asked]
    return suiting_of(session, profile, needs, catalogue)


def find_profile(
    session: Session, person: Candidate, prefecture_code: str, now: datetime
) -> Profile | None:
    """As the next round would read it: none of whoever it leaves out."""
    found = read_profiles(
        session, prefecture_code, [person.id], registered_on=local_date(now), confirmed_at=now
    )
    return found.get(person.id)


def suiting_of(
    session: Session, profile: Profile, needs: Sequence[Need], catalogue: Catalogue
) -> list[Suiting]:
    if not needs:
        return []
    people, wanted = translate([profile], list_requests(session, needs), catalogue)
    policy, people = fitted(first_policy(has_ratings=profile.rating_count > 0), people)
    numbering, named = numbering_of(wanted), named_of(people)
    scored = score(
        encode(people, numbering), wanted, numbering, policy,
        barred=[named.get(need.id, ()) for need in wanted],
    )  # fmt: skip
    assert scored.parts is not None
    by_code = {need.code: need for need in needs}
    fits = np.repeat(np.arange(len(wanted)), np.diff(scored.ptr)).tolist()
    found = [
        Suiting(
            by_code[wanted[j].id], wanted[j], people[0], int(scored.fit[place]),
            dict(zip(PARTS, scored.parts[:, place].tolist(), strict=True)),
        )
        for place, j in enumerate(fits)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.fit, one.need.code))
