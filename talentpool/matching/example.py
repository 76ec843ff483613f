"""A small pool for the examples in the docstrings: four people, two needs with three seats."""

from __future__ import annotations

from .records import Candidate, Month, Need, SkillClaim, SkillRequirement, month_number

APRIL = month_number(2027, 4)
MONTHS = (APRIL, APRIL + 1)
BOTH = frozenset({"online", "onsite"})
FORMS = frozenset({"contract"})


def _person(ident: str, kind: str, minutes: int, skill: str, level: int, years: int) -> Candidate:
    return Candidate(
        id=ident,
        kind=kind,
        availability=dict.fromkeys(MONTHS, Month(half_days=8, weekdays=31, modes=BOTH)),
        skills={skill: SkillClaim(level, 2026, "confirmed")},
        forms=FORMS,
        travel={"toyooka": minutes},
        travel_limit=60,
        pay_minimum=8_000,
        pay_wish=12_000,
        member_from=APRIL,
        member_until=APRIL + 11,
        service_years=years,
    )


def _need(ident: str, number: int, mode: str, seats: int, skill: str, level: int) -> Need:
    return Need(
        id=ident,
        municipality="toyooka",
        region="tajima",
        size_class=number,
        place="toyooka",
        theme="systems",
        seats=seats,
        half_days=4,
        months=MONTHS,
        mode=mode,
        forms=FORMS,
        pay=10_000,
        skills=(SkillRequirement(skill, level, must=True),),
        posted=number,
    )


PEOPLE = [
    _person("aoki", "official", 20, "procurement", 4, 30),
    _person("baba", "official", 40, "procurement", 3, 10),
    _person("chiba", "specialist", 30, "cloud", 3, 0),
    _person("doi", "specialist", 90, "cloud", 4, 0),
]
NEEDS = [
    _need("migration", 0, "onsite", 2, "cloud", 2),
    _need("tender", 1, "online", 1, "procurement", 2),
]
