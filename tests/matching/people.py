"""Seeded records of people and needs that make sense together."""

from __future__ import annotations

from random import Random

from talentpool import matching as m

START = m.month_number(2027, 4)
SKILLS = [f"s{i}" for i in range(8)] + ["bridging"]
FORMS = ["f0", "f1", "f2"]
PLACES = ["p0", "p1", "p2", "p3"]
BOTH = frozenset({"online", "onsite"})


def make_person(r: Random, number: int) -> m.Candidate:
    first = START + r.randrange(3)
    free = r.choice([2, 4, 8, 16])
    modes = BOTH if r.random() < 0.6 else frozenset({"online"})
    return m.Candidate(
        id=f"C{number:03d}",
        kind=r.choice(["official", "specialist"]),
        availability={t: m.Month(free, 31, modes) for t in range(first, START + 12)},
        most_at_once=r.choice([1, 1, 2, 3]),
        skills={
            s: m.SkillClaim(
                r.randint(1, 4), r.choice([None, 2015, 2026]), r.choice(["self", "confirmed"])
            )
            for s in r.sample(SKILLS, 5)
        },
        roles=frozenset(r.sample(["pm", "sd"], 1)),
        forms=frozenset(r.sample(FORMS, 2)),
        travel={place: r.randrange(10, 200) for place in PLACES},
        travel_limit=r.choice([60, 120, None]),
        pay_minimum=r.choice([0, 5_000, 10_000]),
        pay_wish=15_000,
        member_from=START - 12,
        member_until=START + 24,
        service_years=r.randrange(40),
        themes=frozenset(r.sample(["a", "b"], 1)),
        regions=frozenset(r.sample(["x", "y"], 1)),
        load=r.randrange(50),
    )


def make_need(r: Random, number: int) -> m.Need:
    first = START + r.randrange(6)
    return m.Need(
        id=f"N{number:03d}",
        municipality=f"t{number % 3}",
        region=r.choice(["x", "y"]),
        size_class=number % 3,
        place=r.choice(PLACES),
        theme=r.choice(["a", "b"]),
        seats=r.choice([1, 1, 2]),
        half_days=r.choice([1, 2, 4, 8]),
        months=tuple(range(first, first + r.choice([1, 3, 6]))),
        mode=r.choice(["online", "hybrid", "onsite"]),
        roles=frozenset(r.sample(["pm", "sd"], 1)),
        forms=frozenset(r.sample(FORMS, 2)),
        pay=r.choice([8_000, 12_500, 20_000]),
        skills=(
            m.SkillRequirement(r.choice(SKILLS), 2, 5, must=True),
            m.SkillRequirement(r.choice(SKILLS), 3, 3),
        ),
        priority=number % 4,
        posted=number,
        preferred_kinds=frozenset({"official"}),
    )


def make_market(seed: int, people: int, needs: int) -> tuple[list[m.Candidate], list[m.Need]]:
    r = Random(seed)
    return [make_person(r, i) for i in range(people)], [make_need(r, j) for j in range(needs)]
