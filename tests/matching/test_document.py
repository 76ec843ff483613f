"""The whole document of a small round, reckoned by hand: three seats and one, three able people, two who are not."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from talentpool import matching as m

DECEMBER = m.month_number(2027, 12)
ONLINE = frozenset({"online"})
MONTHS = ["2027-12", "2028-01"]
POLICY = m.Policy(weights={**dict.fromkeys(m.PARTS, 0), "skills": 9000, "preference": 1000})


def _person(ident: str, level: int, **more: Any) -> m.Candidate:
    usual = {
        "kind": "official", "forms": frozenset({"f"}), "member_until": DECEMBER + 12,
        "availability": {
            DECEMBER: m.Month(6, 31, ONLINE), DECEMBER + 1: m.Month(4, 31, ONLINE),
            DECEMBER + 2: m.Month(9, 31, ONLINE),
        },
        "skills": {"s": m.SkillClaim(level, 2027, "confirmed")},
    }  # fmt: skip
    return m.Candidate(id=ident, **{**usual, **more})


def _need(ident: str, level: int, **more: Any) -> m.Need:
    usual = {
        "municipality": "t", "region": "x", "size_class": 0, "place": "p", "theme": "a", "seats": 1,
        "half_days": 2, "months": (DECEMBER,), "mode": "online", "forms": frozenset({"f"}),
        "skills": (m.SkillRequirement("s", level, must=True),),
    }  # fmt: skip
    return m.Need(id=ident, **{**usual, **more})


PEOPLE = [
    _person("E", 1), _person("D", 1, consents=False), _person("C", 3), _person("A", 4, load=10),
    _person("B", 4, kind="specialist", in_force=frozenset({"N"})),
]  # fmt: skip
NEEDS = [
    _need("N", 3, size_class=2, preferred_kinds=frozenset({"specialist"})),
    _need("M", 2, seats=3, half_days=4, months=(DECEMBER, DECEMBER + 1), priority=1, posted=1),
]


def _parts(skills: int, preference: int) -> dict[str, int]:
    return {**dict.fromkeys(m.PARTS, 0), "skills": skills, "preference": preference}


def _placement(seat: int, candidate: str, skills: int) -> dict[str, Any]:
    return {
        "need": "M", "seat": seat, "candidate": candidate, "fit": skills + 1000,
        "parts": _parts(skills, 1000), "half_days": 4, "months": MONTHS,
    }  # fmt: skip


def _placed(rank: int, candidate: str, skills: int) -> dict[str, Any]:
    others = {"lead": 0} if rank == 1 else {"elsewhere": 0, "idle": 0}
    return {
        "candidate": candidate, "rank": rank, "fit": skills + 1000, "parts": _parts(skills, 1000),
        "regret": 0, "is_exact": True, "placed": True,
        "reason": {"code": "placed", "rank": rank, "of": 3, **others},
    }  # fmt: skip


def _taken(
    rank: int, candidate: str, parts: dict[str, int], regret: int, more: int
) -> dict[str, Any]:
    return {
        "candidate": candidate, "rank": rank, "fit": sum(parts.values()), "parts": parts,
        "regret": regret, "is_exact": True, "placed": False,
        "reason": {"code": "taken", "needs": ["M"], "more": more},
    }  # fmt: skip


def _figures(**figures: int) -> dict[str, int]:
    return {"filled": 3, **figures}


def _lacking(level: int, need: str, *, empty: int, gained: int) -> dict[str, Any]:
    return {
        "region": "", "roles": [], "skills": {"s": level}, "needs": [need], "empty": empty,
        "at_most": gained, "gained": gained,
    }  # fmt: skip


BEST = _figures(half_days=24, mean_fit=9700, value=95_080, worst_served=0, blocking=0)


def test_the_document_of_a_small_round_says_all_that_was_decided() -> None:
    document = m.document(PEOPLE, NEEDS, POLICY, is_stable=True)
    assert document == {
        "version": 2,
        "input_hash": m.input_hash(PEOPLE, NEEDS, POLICY),
        "policy": POLICY.to_dict(),
        "status": "optimal", "value": 95_080, "bound": 95_080, "gap_bp": 0, "proof": "bound",
        "is_decided": True, "stopped": None, "left_out": [],
        "placements": [
            _placement(1, "A", 9000), _placement(2, "B", 9000), _placement(3, "C", 8100),
        ],
        "rankings": {
            "M": [_placed(1, "A", 9000), _placed(2, "B", 9000), _placed(3, "C", 8100)],
            "N": [
                _taken(1, "B", _parts(8100, 1000), 2400, 900),
                _taken(2, "A", _parts(8100, 0), 3900, 1900),
                _taken(3, "C", _parts(7200, 0), 3900, 1900),
            ],
        },
        "excluded": {
            "M": {"D": ["membership", "skill"], "E": ["skill"]},
            "N": {"D": ["membership", "skill"], "E": ["skill"]},
        },
        "empty_seats": [{
            "need": "N", "seats": 1, "rules": {"membership": 1, "skill": 2},
            "near": [{"candidate": "E", "rule": "skill"}], "busy": 3,
            "change": {
                "kind": "engagements", "cost": 2, "subject": None, "candidate": "B", "fit": 9100,
            },
            "is_complete": True,
        }],
        "baselines": {
            "first_come": _figures(
                half_days=18, mean_fit=9400, value=92_680, worst_served=66, blocking=1
            ),
            "greedy": BEST, "skill_count": BEST, "plan": BEST,
        },
        "pins": [], "forbids": [],
        "waived": {
                name: {**BEST, "changed": 0} for name in ("fill", "priority", "load", "in_force")
            },
        "is_quick": True,
        "aims": {"is_reached": True, "is_out_of_reach": False, "premium": {}},
        "prices": document["prices"],
        "shortages": [
            _lacking(2, "M", empty=0, gained=23_885), _lacking(3, "N", empty=1, gained=23_285),
        ],
        "candidates": {
            name: {
                "2027-12": {"capacity": 6, "used": 4}, "2028-01": {"capacity": 4, "used": 4},
            }
            for name in ("A", "B", "C")
        },
    }  # fmt: skip
    assert list(document["candidates"]) == ["A", "B", "C"]


def test_a_document_says_whether_its_size_lets_it_be_explained_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = sys.modules["talentpool.matching.document"]
    pairs = len(m.build(PEOPLE, NEEDS, POLICY).candidate)
    for most, is_quick in ((pairs, True), (pairs - 1, False)):
        monkeypatch.setattr(module, "QUICK", most)
        assert m.document(PEOPLE, NEEDS, POLICY)["is_quick"] is is_quick


def test_prices_are_told_by_name_and_prove_the_value() -> None:
    """Everybody serves one need: seats and people share the value of the plan among them."""
    prices = m.document(PEOPLE, NEEDS, POLICY)["prices"]
    assert set(prices) == {"seats", "people"}
    assert set(prices["seats"]) <= {"M", "N"}
    assert set(prices["people"]) == {"A", "B", "C"}
    seats = {"M": 3, "N": 1}
    shared = sum(seats[name] * price for name, price in prices["seats"].items())
    assert shared + sum(prices["people"].values()) == 95_080


def test_seconds_are_told_unless_the_bytes_must_be_the_same() -> None:
    document = m.document(PEOPLE, NEEDS, POLICY)
    assert 0 <= document.pop("seconds") < 60
    assert document == m.document(PEOPLE, NEEDS, POLICY, is_stable=True)


def test_a_floor_shows_its_premium_and_the_plan_without_it() -> None:
    """Town N is served as soon as its seat is worth the 2,400 bp that the plan without it gains."""
    policy = m.Policy(weights=POLICY.weights, fairness_floor=50)
    document = m.document(PEOPLE, NEEDS, policy, is_stable=True)
    assert document["aims"] == {
        "is_reached": True, "is_out_of_reach": False, "premium": {"N": 2500}
    }  # fmt: skip
    assert document["value"] == 92_680 + 2500
    assert document["baselines"]["unaimed"] == BEST
    assert document["baselines"]["plan"]["worst_served"] == 66
    assert [row["candidate"] for row in document["placements"]] == ["A", "C", "B"]
    out_of_reach = m.Policy(weights=POLICY.weights, fairness_floor=100)
    assert m.document(PEOPLE, NEEDS, out_of_reach)["aims"] == {
        "is_reached": False, "is_out_of_reach": True, "premium": {"N": 2500}
    }  # fmt: skip


def test_pins_and_forbids_are_part_of_what_is_hashed_and_of_what_a_seat_would_cost() -> None:
    free, pins, forbids = [], [("N", "B")], [("M", "C")]
    document = m.document(PEOPLE, NEEDS, POLICY, pins=pins, forbids=forbids, is_stable=True)
    assert document["input_hash"] == m.input_hash(PEOPLE, NEEDS, POLICY, pins=pins, forbids=forbids)
    hashes = {
        m.input_hash(PEOPLE, NEEDS, POLICY, pins=p, forbids=f)
        for p in (free, pins)
        for f in (free, forbids)
    }
    assert len(hashes) == 4
    assert [row["candidate"] for row in document["placements"]] == ["A", "B"]
    problem = m.build(PEOPLE, NEEDS, POLICY)
    plan = m.solve(problem, pins=[(1, 1)], forbids=[(0, 2)])
    regrets = m.Regrets(problem, plan, [(1, 1)], [(0, 2)])
    for j, name in enumerate(("M", "N")):
        assert [(row["regret"], row["is_exact"]) for row in document["rankings"][name]] == [
            (row.regret, row.is_exact) for row in m.ranking(problem, plan, j, regrets=regrets)
        ]
    assert document["rankings"] != m.document(PEOPLE, NEEDS, POLICY)["rankings"]


def test_the_one_in_force_is_kept_where_two_are_equal() -> None:
    people = [_person(name, 4) for name in ("A", "B", "C", "D")]
    hashes = {m.input_hash(people, [_need("N", 3)], POLICY)}
    for name in ("A", "B", "C", "D"):
        document = m.document(people, [_need("N", 3)], POLICY, previous=[("N", name)])
        assert [row["candidate"] for row in document["placements"]] == [name]
        hashes.add(document["input_hash"])
    assert len(hashes) == 5


def test_a_pin_of_somebody_unknown_is_refused_by_name() -> None:
    with pytest.raises(m.InfeasiblePins, match=r"^pins\[0\]: candidate: there is no 'Z'$"):
        m.document(PEOPLE, NEEDS, POLICY, pins=[("N", "Z")])


def test_a_plan_read_from_its_document_has_all_the_document_told() -> None:
    answer = json.loads(m.to_json(m.document(PEOPLE, NEEDS, POLICY)))
    problem = m.build(PEOPLE, NEEDS, POLICY)
    plan = m.plan_of(problem, answer)
    assert plan.pairs.tolist() == [[0, 0], [0, 1], [0, 2]]
    assert (plan.value, plan.bound, plan.status, plan.proof) == (95_080, 95_080, "optimal", "bound")
    assert plan.is_decided
    assert plan.need_price.tolist() == [answer["prices"]["seats"].get(n, 0) for n in ("M", "N")]
    people = [answer["prices"]["people"].get(name, 0) for name in "ABCDE"]
    assert plan.candidate_price.tolist() == people
    nobody = m.plan_of(problem, {**answer, "placements": [], "is_decided": False})
    assert nobody.pairs.shape == (0, 2)
    assert not nobody.is_decided


def test_a_problem_read_back_has_the_premiums_of_its_aims() -> None:
    policy = m.Policy(weights=POLICY.weights, fairness_floor=50)
    answer = m.document(PEOPLE, NEEDS, policy)
    inputs = m.inputs_of(m.input_document(PEOPLE, NEEDS, policy))
    problem = m.problem_of(inputs, answer)
    assert problem.premium is not None
    assert problem.premium.tolist() == [22_000, 22_500]


def test_a_run_may_be_watched_cancelled_and_limited_in_time() -> None:
    seen: list[dict[str, Any]] = []
    watched = m.document(PEOPLE, NEEDS, POLICY, progress=lambda told: bool(seen.append(told)))
    assert watched["status"] == "optimal"
    assert seen
    for told in seen:
        assert set(told) == {"stage", "value", "bound"}
        assert told["stage"] in {"assigned", "priced", "rounded", *m.PARTS_TOLD}
        assert 0 <= told["value"] <= 95_080 <= told["bound"]
    halted = m.document(PEOPLE, NEEDS, POLICY, progress=lambda _told: True)
    assert (halted["status"], halted["stopped"]) == ("cancelled", "cancelled")
    assert halted["placements"]
    late = m.document(PEOPLE, NEEDS, POLICY, time_limit=0.0)
    assert (late["status"], late["stopped"]) == ("feasible", "time_limit")
    for short in (halted, late):
        assert short["left_out"] == ["regrets", "baselines", "empty_seats", "shortages", "waived"]
    assert late["value"] <= 95_080 <= late["bound"] == late["value"] + late["gap_bp"]
