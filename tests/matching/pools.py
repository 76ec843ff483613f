"""Pools of people and needs drawn by hypothesis: every field takes its usual and its outermost values."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from talentpool import matching as m

START = m.month_number(2027, 10)  # windows cross a calendar year
SKILLS = ["s0", "s1", "s2", "bridging"]
NEEDS = ["N0", "N1", "N2", "N3"]

modes = st.frozensets(st.sampled_from(["online", "onsite"]), min_size=1)
weekdays = st.sampled_from([1, 5, 31, 31, 31, 96, 127])
half_days = st.sampled_from([0, 1, 2, 4, 8, 9, 16, 17, 62])
months = st.integers(START, START + 5)
pays = st.sampled_from([0, 1, 9_999, 10_000, 10_001, 15_000, 10**9])
evidence = st.sampled_from(["self", "documented", "confirmed"])


def some(values: list[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values))


claims = st.builds(
    m.SkillClaim,
    level=st.integers(1, 4),
    last_used=st.sampled_from([None, 0, 1990, 2020, 2026, 2027, 2028, 9999]),
    evidence=evidence,
)
month_states = st.builds(
    m.Month,
    half_days=half_days,
    weekdays=weekdays,
    modes=modes,
    engagements=st.sampled_from([0, 0, 1, 2, 100]),
    on_site=st.sampled_from([None, None, 0, 1, 2, 8, 31]),
)
generous = m.Month(62, 127, frozenset({"online", "onsite"}))
availabilities = st.one_of(
    st.just(dict.fromkeys(range(START, START + 8), generous)),
    st.dictionaries(st.integers(START, START + 8), st.one_of(st.just(generous), month_states)),
)


incomes = st.one_of(  # of fiscal years; the windows lie in 2027
    st.none(),
    st.dictionaries(st.sampled_from([2026, 2027, 2028]), st.sampled_from([0, 1, 80_000, 10**9])),
)


@st.composite
def candidates(draw: st.DrawFn, ident: str = "C0") -> m.Candidate:
    """Half of the people are willing to do nearly anything, or nothing would ever be feasible."""
    count = draw(st.sampled_from([0, 0, 1, 3, 10**6]))
    usual = {
        "id": ident,
        "kind": draw(st.sampled_from(["official", "specialist", "serving", None])),
        "availability": draw(availabilities),
        "most_at_once": draw(st.sampled_from([0, 1, 2, 100])),
        "skills": draw(st.dictionaries(st.sampled_from([*SKILLS, "other"]), claims)),
        "roles": draw(some(["r0", "r1", "other"])),
        "forms": draw(some(["f0", "f1", "other"])),
        "travel": draw(
            st.dictionaries(
                st.sampled_from(["p0", "p1"]), st.sampled_from([0, 30, 179, 180, 181, 30_000])
            )
        ),
        "travel_limit": draw(st.sampled_from([None, 0, 30, 180, 30_000])),
        "overnight": draw(st.booleans()),
        "pay_minimum": draw(pays),
        "pay_wish": draw(pays),
        "member_from": draw(st.sampled_from([0, START, START + 2])),
        "member_until": draw(st.sampled_from([0, START + 3, START + 12, 12 * 10_000, None])),
        "consents": draw(st.booleans()),
        "training_until": draw(st.sampled_from([None, START, START + 12])),
        "service_years": draw(st.sampled_from([0, 1, 19, 20, 1000])),
        "themes": draw(some(["t0", "t1", "other"])),
        "regions": draw(some(["g0", "g1", "other"])),
        "conflicts": draw(
            st.dictionaries(st.sampled_from(NEEDS), st.sampled_from(["block", "hold", "warn"]))
        ),
        "forbidden": draw(some([*NEEDS, "other"])),
        "rating_count": count,
        "rating_sum": draw(st.integers(0, 5 * count)),
        "load": draw(st.sampled_from([0, 1, 100, 10**9])),
        "in_force": draw(some([*NEEDS, "other"])),
        "income_left": draw(incomes),
        "wishes": draw(st.dictionaries(st.sampled_from(NEEDS), st.sampled_from([0, 500, 1000]))),
        "preferred": draw(st.dictionaries(st.sampled_from(NEEDS), st.sampled_from([0, 333, 1000]))),
    }
    willing = {
        "availability": dict.fromkeys(range(START, START + 8), generous),
        "most_at_once": 3, "forms": frozenset({"f0", "f1"}), "overnight": True, "pay_minimum": 0,
        "member_from": 0, "member_until": START + 24, "consents": True, "conflicts": {},
        "forbidden": frozenset(), "training_until": START + 24, "income_left": None,
    }  # fmt: skip
    return m.Candidate(**{**usual, **(willing if draw(st.booleans()) else {})})


requirements = st.builds(
    m.SkillRequirement,
    skill=st.sampled_from(SKILLS),
    level=st.integers(1, 4),
    weight=st.integers(1, 9),
    must=st.booleans(),
    group=st.sampled_from([None, None, "a", "b"]),
    since=st.sampled_from([None, None, None, 0, 2026, 2027, 9999]),
).map(lambda asked: asked if asked.must else replace(asked, since=None))


@st.composite
def needs(draw: st.DrawFn, ident: str = "N0") -> m.Need:
    spread = draw(st.frozensets(months, min_size=1, max_size=4))
    return m.Need(
        id=ident,
        municipality=draw(st.sampled_from(["m0", "m1"])),
        region=draw(st.sampled_from(["g0", "g1"])),
        size_class=draw(st.integers(0, 2)),
        place=draw(st.sampled_from(["p0", "p1"])),
        theme=draw(st.sampled_from(["t0", "t1"])),
        seats=draw(st.sampled_from([1, 2, 1000])),
        half_days=draw(st.sampled_from([1, 2, 4, 8, 9, 31, 62])),
        months=tuple(sorted(spread)),
        mode=draw(st.sampled_from(["online", "hybrid", "onsite"])),
        on_site_share=draw(st.sampled_from([0, 1, 50, 100])),
        weekdays=draw(weekdays),
        roles=draw(some(["r0", "r1"])),
        forms=draw(some(["f0", "f1"])),
        pay=draw(pays),
        skills=tuple(draw(st.lists(requirements, max_size=4))),
        priority=draw(st.integers(0, 3)),
        requires_training=draw(st.booleans()),
        posted=draw(st.sampled_from([0, 1, 2**53 + 1])),
        preferred_kinds=draw(some(["official", "specialist"])),
        month_pay=draw(st.sampled_from([None, None, 0, 40_000, 80_000])),
    )


@st.composite
def policies(draw: st.DrawFn) -> m.Policy:
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=8, max_size=8)))
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return m.Policy(
        weights=dict(zip(m.PARTS, weights, strict=True)),
        half_life=draw(st.sampled_from([1, 5, 100])),
        load_penalty=draw(st.sampled_from([0, 2, 1000])),
        load_cap=draw(st.sampled_from([0, 100, 10**4])),
        in_force_bonus=draw(st.sampled_from([0, 500])),
        carry_over={"m0": draw(st.integers(0, 5))},
        size_class_premium=(3, 2, 1),
    )


@st.composite
def pools(draw: st.DrawFn) -> tuple[list[m.Candidate], list[m.Need], m.Policy]:
    people = [draw(candidates(f"C{i}")) for i in range(draw(st.integers(0, 5)))]
    asked = [draw(needs(ident)) for ident in NEEDS[: draw(st.integers(0, 4))]]
    return people, asked, draw(policies())
