"""From records to the document: order does not matter, every term does, and reasons are true."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields, replace
from random import Random

import pytest

from talentpool import matching as m
from talentpool.matching.scoring.encode import encode, numbering_of
from talentpool.matching.scoring.fit import fit_parts

from .people import BOTH, START, make_market, make_need, make_person


@pytest.fixture(scope="module")
def market() -> tuple[list[m.Candidate], list[m.Need]]:
    return make_market(1, 60, 25)


def _document(people: list[m.Candidate], needs: list[m.Need], **more: object) -> dict[str, object]:
    return m.document(people, needs, is_stable=True, **more)  # type: ignore[arg-type]


def test_the_order_of_the_rows_changes_no_byte(
    market: tuple[list[m.Candidate], list[m.Need]],
) -> None:
    people, needs = market
    shuffled = list(people), list(needs)
    for rows in shuffled:
        Random(3).shuffle(rows)  # type: ignore[arg-type]
    assert m.to_json(_document(*shuffled)) == m.to_json(_document(people, needs))


def test_two_processes_write_the_same_bytes() -> None:
    code = (
        "from talentpool import matching as m\n"
        "from tests.matching.people import make_market\n"
        "print(m.to_json(m.document(*make_market(2, 40, 15), is_stable=True)))"
    )

    def run(seed: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True, check=True,
        ).stdout  # fmt: skip

    assert run("1") == run("2") != b""


def test_the_document_holds_together(market: tuple[list[m.Candidate], list[m.Need]]) -> None:
    people, needs = market
    document = _document(people, needs)
    json.loads(m.to_json(document))
    placed = {(p["need"], p["candidate"]) for p in document["placements"]}  # type: ignore[attr-defined]
    for need, rows in document["rankings"].items():  # type: ignore[attr-defined]
        fits = [row["fit"] for row in rows]
        assert fits == sorted(fits, reverse=True)
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            assert sum(row["parts"].values()) == row["fit"]
            assert ((need, row["candidate"]) in placed) == row["placed"]
            assert row["candidate"] not in document["excluded"][need]  # type: ignore[index]
            for lang in ("ja", "en"):
                assert m.reason_text(row["reason"], {}, lang=lang)
        assert len(rows) + len(document["excluded"][need]) == len(people)  # type: ignore[index]


@pytest.mark.parametrize("part", m.PARTS)
def test_every_weight_matters(part: str, market: tuple[list[m.Candidate], list[m.Need]]) -> None:
    people, needs = market
    people = [replace(p, rating_sum=5 * (i % 3), rating_count=i % 3) for i, p in enumerate(people)]
    only = m.Policy(weights={name: 10_000 * (name == part) for name in m.PARTS})
    problem = m.build(people, needs, only)
    assert len(set(problem.fit.tolist())) > 1


@pytest.mark.parametrize(
    "changed",
    [
        {"fill_premium": 1}, {"priority_bonus": 9_999}, {"size_class_premium": (9_999, 5_000, 0)},
        {"carry_over": {"t1": 9_999}}, {"load_penalty": 100}, {"half_life": 1},
    ],
    ids=str,
)  # fmt: skip
def test_every_term_of_the_policy_matters(
    changed: dict[str, object], market: tuple[list[m.Candidate], list[m.Need]]
) -> None:
    usual = m.build(*market, m.Policy())
    other = m.build(*market, m.Policy(**changed))  # type: ignore[arg-type]
    assert usual.value.tolist() != other.value.tolist()


@pytest.mark.parametrize("changed", [{"order": "stages"}, {"fairness_floor": 100}], ids=str)
def test_every_aim_of_the_policy_matters(
    changed: dict[str, object], market: tuple[list[m.Candidate], list[m.Need]]
) -> None:
    quiet = {"fill_premium": 0, "priority_bonus": 0, "in_force_bonus": 0, "load_penalty": 9_999}
    usual = m.document(*market, m.Policy(**quiet))  # type: ignore[arg-type]
    other = m.document(*market, m.Policy(**quiet, **changed))  # type: ignore[arg-type]
    assert usual["aims"] != other["aims"]
    assert "unaimed" in other["baselines"]


def test_pairs_in_force_gain_their_bonus(
    market: tuple[list[m.Candidate], list[m.Need]],
) -> None:
    people, needs = market
    kept = [replace(p, in_force=frozenset({needs[0].id})) for p in people]
    assert m.build(kept, needs).value.sum() > m.build(people, needs).value.sum()


def _fit(person: m.Candidate, need: m.Need) -> int:
    numbering = numbering_of([need])
    return int(next(fit_parts(encode([person], numbering), [need], numbering, m.Policy())).sum())


@pytest.mark.parametrize("seed", range(40))
def test_more_skill_evidence_recency_service_or_nearness_never_lowers_the_fit(seed: int) -> None:
    r = Random(seed)
    person, need = make_person(r, 1), make_need(r, 1)
    before = _fit(person, need)
    for code, claim in person.skills.items():
        better = [
            replace(claim, level=min(claim.level + 1, 4)),
            replace(claim, evidence="confirmed"),
            replace(claim, last_used=2027),
        ]
        for one in better:
            assert _fit(replace(person, skills={**person.skills, code: one}), need) >= before
    assert _fit(replace(person, service_years=person.service_years + 1), need) >= before
    nearer = {place: minutes - 10 for place, minutes in person.travel.items()}
    assert _fit(replace(person, travel=nearer), need) >= before


def test_age_and_sex_are_no_inputs() -> None:
    names = {entry.name for entry in fields(m.Candidate)}
    assert not names & {"age", "birth_date", "birth_year", "sex", "gender", "disability"}


@pytest.mark.parametrize("seed", range(12))
def test_the_smallest_change_really_fills_a_seat(seed: int) -> None:
    people, needs = make_market(seed, 25, 20)
    document = _document(people, needs)
    filled = len(document["placements"])  # type: ignore[arg-type]
    for entry in document["empty_seats"]:  # type: ignore[attr-defined]
        if entry["change"] is None:
            continue
        need = next(n for n in needs if n.id == entry["need"])
        changed, altered = m.apply_change(entry["change"], people, need)
        others = [altered if n.id == need.id else n for n in needs]
        plan = m.solve(m.build(changed, others))
        assert len(plan.pairs) > filled
        for lang in ("ja", "en"):
            assert m.change_text(entry["change"], lang=lang)


def test_every_rule_excludes_somebody_and_says_so() -> None:
    person = m.Candidate(
        id="C", kind="official", availability={START: m.Month(4, 31, BOTH)}, forms=frozenset("f"),
        travel={"p": 30}, travel_limit=60, member_from=START, member_until=START, pay_minimum=5,
        training_until=START, skills={"s": m.SkillClaim(2, 2026)},
    )  # fmt: skip
    need = m.Need(
        id="N", municipality="t", region="x", size_class=0, place="p", theme="a", seats=1,
        half_days=4, months=(START,), mode="hybrid", forms=frozenset("f"), pay=5,
        skills=(m.SkillRequirement("s", 2, must=True),), requires_training=True,
    )  # fmt: skip
    assert m.excluded([person], need) == {}
    month = person.availability[START]
    broken = {
        m.Rule.MEMBERSHIP: replace(person, member_until=START - 1),
        m.Rule.SKILL: replace(person, skills={"s": m.SkillClaim(1, 2026)}),
        m.Rule.FORM: replace(person, forms=frozenset("g")),
        m.Rule.MODE: replace(
            person, availability={START: replace(month, modes=frozenset(["online"]))}
        ),
        m.Rule.TRAVEL: replace(person, travel_limit=29),
        m.Rule.WEEKDAYS: replace(person, availability={START: replace(month, weekdays=64)}),
        m.Rule.CAPACITY: replace(person, availability={START: replace(month, half_days=3)}),
        m.Rule.ENGAGEMENTS: replace(person, availability={START: replace(month, engagements=1)}),
        m.Rule.PAY: replace(person, pay_minimum=6),
        m.Rule.ON_SITE: replace(person, availability={START: replace(month, on_site=0)}),
        m.Rule.INCOME: replace(person, income_left={START // 12 - (START % 12 < 3): 19}),
        m.Rule.CONFLICT: replace(person, conflicts={"N": "block"}),
        m.Rule.HOLD: replace(person, conflicts={"N": "hold"}),
        m.Rule.TRAINING: replace(person, training_until=START - 1),
        m.Rule.FORBIDDEN: replace(person, forbidden=frozenset({"N"})),
    }
    assert set(broken) == set(m.Rule)
    for rule, changed in broken.items():
        assert m.excluded([changed], need) == {"C": [rule]}
        assert m.rule_text(rule)
        assert m.rule_text(rule, lang="en")
    assert m.excluded([replace(person, consents=False)], need) == {"C": [m.Rule.MEMBERSHIP]}
    on_site = replace(person, availability={START: replace(month, modes=frozenset(["onsite"]))})
    assert m.excluded([on_site], need) == {"C": [m.Rule.MODE]}
    assert m.excluded([on_site], replace(need, mode="onsite")) == {}
    assert m.excluded([on_site], replace(need, mode="online")) == {"C": [m.Rule.MODE]}
    assert m.excluded([replace(person, conflicts={"N": "warn"})], need) == {}
    assert m.excluded([replace(person, travel_limit=1, overnight=True)], need) == {}


def test_one_of_an_either_or_group_is_enough() -> None:
    people, needs = make_market(5, 1, 1)
    either = tuple(m.SkillRequirement(s, 2, must=True, group="A") for s in ("s0", "s1"))
    need = replace(needs[0], skills=either)
    with_one = replace(people[0], skills={"s1": m.SkillClaim(2, 2026)})
    with_none = replace(people[0], skills={"s1": m.SkillClaim(1, 2026)})
    assert m.Rule.SKILL not in m.excluded([with_one], need).get("C000", [])
    assert m.Rule.SKILL in m.excluded([with_none], need)["C000"]


@pytest.mark.parametrize(("people", "needs"), [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_empty_and_single_markets_have_a_plan(people: int, needs: int) -> None:
    document = _document(*make_market(9, people, needs))
    assert document["status"] in {"nothing", "optimal"}
    assert document["gap_bp"] == 0


def test_nothing_feasible_is_no_failure() -> None:
    people, needs = make_market(4, 5, 5)
    barred = [replace(p, consents=False) for p in people]
    document = _document(barred, needs)
    assert document["status"] == "nothing"
    assert len(document["empty_seats"]) == 5  # type: ignore[arg-type]


def test_pins_and_forbids_by_name() -> None:
    people, needs = make_market(1, 30, 12)
    first = _document(people, needs)["placements"][0]  # type: ignore[index]
    pair = (first["need"], first["candidate"])
    without = _document(people, needs, forbids=[pair])
    assert pair not in {(p["need"], p["candidate"]) for p in without["placements"]}  # type: ignore[attr-defined]
    pinned = _document(people, needs, pins=[pair])
    assert pair in {(p["need"], p["candidate"]) for p in pinned["placements"]}  # type: ignore[attr-defined]
    with pytest.raises(m.InfeasiblePins):
        _document(people, needs, pins=[pair], forbids=[pair])
    with pytest.raises(m.InfeasiblePins):
        _document(people, needs, pins=[("N999", "C000")])
