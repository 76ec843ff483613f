"""What two registrations have in common, in points; from `SHOWN` on they are shown to staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import sqlalchemy as sa

from ..candidates.merged import DistinctPair, is_merged
from ..candidates.models import Candidate, CandidatePost
from ..db import Session
from ..language import Words
from ..permissions import Action, Actor, require, visible
from ..text import search_key
from ..typed.contacts import telephone_key

SHOWN = 60
MOST = 50  # pairs on the page


class Mark(StrEnum):
    """What both have. `POINTS` says how much each counts."""

    KANA = "kana"
    NEAR_KANA = "near_kana"
    BIRTH_DATE = "birth_date"
    BIRTH_YEAR = "birth_year"
    BODY = "body"
    PHONE = "phone"
    MAIL = "mail"
    OTHER_YEAR = "other_year"


POINTS = {
    Mark.KANA: 50, Mark.NEAR_KANA: 30, Mark.BIRTH_DATE: 35, Mark.BIRTH_YEAR: 25, Mark.BODY: 20,
    Mark.PHONE: 20, Mark.MAIL: 20, Mark.OTHER_YEAR: -40,
}  # fmt: skip
LABELS: dict[Mark, Words] = {
    Mark.KANA: ("フリガナが同じ", "Same furigana"),
    Mark.NEAR_KANA: ("フリガナが1文字違い", "Furigana differ by one letter"),
    Mark.BIRTH_DATE: ("生年月日が同じ", "Same birth date"),
    Mark.BIRTH_YEAR: ("生まれた年が同じ", "Same birth year"),
    Mark.BODY: ("同じ勤め先がある", "A former office in common"),
    Mark.PHONE: ("電話番号が同じ", "Same telephone"),
    Mark.MAIL: ("メールアドレスが同じ", "Same mail address"),
    Mark.OTHER_YEAR: ("生まれた年が違う", "Different birth year"),
}


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells people apart, folded; empty where it is not known."""

    ident: int
    kana: str
    born: str
    bodies: frozenset[str]
    phone: str
    mail: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """Of two registrations, the older first."""

    first: int
    second: int
    marks: Sequence[Mark]

    @property
    def points(self) -> int:
        return max(0, min(100, sum(POINTS[mark] for mark in self.marks)))


def compare(one: Traits, other: Traits) -> Likeness:
    first, second = sorted((one.ident, other.ident))
    return Likeness(first, second, tuple(_marks(one, other)))


def _marks(one: Traits, other: Traits) -> Iterator[Mark]:
    if one.kana and one.kana == other.kana:
        yield Mark.KANA
    elif _is_near(one.kana, other.kana):
        yield Mark.NEAR_KANA
    if one.born and other.born:
        if one.born == other.born:
            yield Mark.BIRTH_DATE
        elif one.born[:4] == other.born[:4]:
            yield Mark.BIRTH_YEAR
        else:
            yield Mark.OTHER_YEAR
    if one.bodies & other.bodies:
        yield Mark.BODY
    if one.phone and one.phone == other.phone:
        yield Mark.PHONE
    if one.mail and one.mail == other.mail:
        yield Mark.MAIL


def _is_near(one: str, other: str) -> bool:
    """One letter is changed, missing or added."""
    short, long = sorted((one, other), key=len)
    if not short or len(long) - len(short) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    rest = short[at:] if len(short) < len(long) else short[at + 1 :]
    return long[at + 1 :] == rest


def list_alike(session: Session, actor: Actor) -> list[Likeness]:
    """Pairs of the pool that may be one person, the most alike first; none that was decided about."""
    require(session, actor, Action.MERGE_PEOPLE)
    traits = read_traits(session, actor)
    rows = session.execute(sa.select(DistinctPair.first_id, DistinctPair.second_id))
    decided = {(first, second) for first, second in rows}
    found = {}
    for one, other in _near_pairs(traits):
        likeness = compare(one, other)
        key = likeness.first, likeness.second
        if likeness.points >= SHOWN and key not in decided:
            found[key] = likeness
    return sorted(found.values(), key=lambda row: (-row.points, row.first, row.second))[:MOST]


def _near_pairs(traits: Sequence[Traits]) -> Iterator[tuple[Traits, Traits]]:
    """Pairs that share something rare, so that not everybody is compared with everybody."""
    blocks: dict[tuple[str, str], list[Traits]] = defaultdict(list)
    for one in traits:
        for name in ("kana", "born", "phone", "mail"):
            value = getattr(one, name)
            if value:
                blocks[name, value].append(one)
    for block in blocks.values():
        yield from combinations(block, 2)


def read_traits(session: Session, actor: Actor, only: Sequence[int] = ()) -> list[Traits]:
    """Of everybody whom `actor` sees and who was not merged into another."""
    query = visible(actor, Candidate).where(~is_merged(Candidate.id))
    if only:
        query = query.where(Candidate.id.in_(only))
    columns = (
        Candidate.id, Candidate.family_kana, Candidate.given_kana, Candidate.birth_date,
        Candidate.phone, Candidate.contact_email,
    )  # fmt: skip
    rows = session.execute(query.with_only_columns(*columns)).all()
    post = CandidatePost
    bodies: dict[int, set[str]] = defaultdict(set)
    for ident, body in session.execute(sa.select(post.candidate_id, post.body)):
        bodies[ident].add(search_key(body))
    return [
        Traits(
            row.id, search_key(row.family_kana + row.given_kana), row.birth_date or "",
            frozenset(bodies[row.id]), telephone_key(row.phone or ""),
            (row.contact_email or "").casefold(),
        )
        for row in rows
    ]  # fmt: skip
