"""Every peer of this machine finds the value the engine proves; the table says what was met and what was not."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.__main__ import _alone, main
from benchmarks.instances import Size, make, make_sized
from benchmarks.peers import PEERS, Peer
from benchmarks.report import as_json, machine, markdown
from benchmarks.running import Alone, Case, Patience, Result, Timing, agree, measure, run_alone
from benchmarks.targets import BEYOND, TARGETS, Measured, faster, within
from talentpool import matching as m
from tests.matching.instances import random_problem

PRESENT = [peer for peer in PEERS if peer.version is not None]
BRIEF = Patience(rounds=1, seconds=0.0, limit=10.0)
MILP = "scipy.milp"


def _tiny(seed: int, *, is_unit: bool) -> list[m.Problem]:
    size = Size(people=20, needs=12, regions=1)
    drawn = [
        make_sized(size, months=months, unit=is_unit, seed=seed)
        for months in ((1,) if is_unit else (1, 12))
    ]
    return drawn if is_unit else [*drawn, random_problem(seed, people=8, needs=8, months=4)]


@pytest.mark.parametrize("peer", PRESENT, ids=lambda peer: peer.name)
@pytest.mark.parametrize("seed", range(6))
def test_a_peer_finds_the_value_the_engine_proves(peer: Peer, seed: int) -> None:
    for problem in _tiny(seed, is_unit=peer.is_unit):
        plan = m.solve(problem)
        run = peer.prepare(problem, 10.0)
        for _ in range(2):  # a second run is as fresh as the first
            answer = run()
            assert (answer.value, answer.is_proved) == (plan.value, True)


def test_the_peers_of_scipy_and_the_tests_are_here() -> None:
    assert {"scipy.milp", "scipy LAPJVsp", "OR-tools CP-SAT"} <= {peer.name for peer in PRESENT}


def test_one_case_is_measured_and_who_is_missing_is_named() -> None:
    absent = Peer("Nobody", "no-such-package-anywhere", "A", PEERS[0].prepare)
    result = measure(Case("A"), BRIEF, [PEERS[0], absent])
    assert set(result.timings) == {"talentpool", MILP}
    assert result.missing == ("Nobody",)
    assert len({timing.value for timing in result.timings.values()}) == 1
    assert (result.people, result.needs) == (200, 60)


def test_different_values_are_no_measurement() -> None:
    agree({"ours": (7, True), "stopped": (5, False)}, 7)
    with pytest.raises(AssertionError, match="differ"):
        agree({"ours": (7, True), "theirs": (8, True)}, 7)
    with pytest.raises(AssertionError, match="differ"):
        agree({"ours": (7, True), "stopped": (8, False)}, 7)
    with pytest.raises(AssertionError, match="differ"):
        agree({"ours": (6, False), "theirs": (8, True)}, 7)


def test_a_run_alone_tells_its_memory_and_the_same_value() -> None:
    alone = run_alone(Case("A", months=12), 30.0)
    assert alone.value == m.solve(make("A", months=12)).value
    assert alone.is_proved
    assert 20 < alone.given <= alone.megabytes < 2_000


def _measured(ours: Timing, theirs: Timing) -> Measured:
    case = Case("A")
    result = Result(case, 1, 1, 1, 9, 6.0, {"talentpool": ours, MILP: theirs}, ("CBC by PuLP",))
    alone = Alone(case, 1, 0.1, 5.0, 9_999, 10_000, is_proved=False, given=100, megabytes=300)
    return Measured({case: result}, {("plan", case): alone})


def test_a_target_is_met_missed_or_not_measured() -> None:
    mine, slow = Timing(1, 1, 3, 9, is_proved=True), Timing(8, 7, 3, 9, is_proved=True)
    stopped = Timing(8, 7, 3, 4, is_proved=False)
    verdicts = [
        (figure.text, figure.is_met)
        for ours, theirs, factor in (
            (mine, slow, 8),
            (mine, slow, 9),
            (mine, stopped, 6),
            (mine, stopped, 7),
            (stopped, slow, 1),
        )
        if (figure := faster(factor, MILP, Case("A")).figure(_measured(ours, theirs)))
    ]
    assert verdicts == [
        ("8 ×", True),
        ("8 ×", False),
        ("> 6 ×", True),
        ("> 6 ×", False),
        ("no proof in time", False),
    ]
    assert faster(1, MILP, Case("B")).figure(_measured(mine, slow)) is None
    assert faster(1, "lapx", Case("A")).figure(_measured(mine, slow)) is None


@pytest.mark.parametrize(
    ("seconds", "megabytes", "gap", "is_met"),
    [
        (5.0, 300, 0.01, True),
        (4.9, 300, 0.01, False),
        (5.0, 299, 0.01, False),
        (5.0, 300, 0.009, False),
        (5.0, 300, 0.0, False),
    ],
)
def test_seconds_memory_and_gap_must_all_hold(
    seconds: float, megabytes: int, gap: float, is_met: bool
) -> None:
    timing = Timing(1, 1, 1, 9, is_proved=True)
    figure = within(Case("A"), seconds, megabytes, gap).figure(_measured(timing, timing))
    assert figure is not None
    assert figure.is_met == is_met


def test_every_target_of_a_run_alone_is_measured_and_the_largest_market_has_both() -> None:
    runs = {
        (what, case): Alone(
            case, 1, 0.1, 1.0, 9, 9, is_proved=True, given=1, megabytes=1, what=what
        )
        for what, case in _alone("ABCDST")
    }
    alone = [target for target in (*TARGETS, *BEYOND) if target.what.endswith(", alone")]
    assert all(target.figure(Measured(alone=runs)) for target in alone)
    goals = {target.what: target.goal for target in TARGETS}
    assert goals["D, 1 month, alone"] == "≤ 120 s, ≤ 2,000 MB, gap ≤ 0.005 %"
    assert goals["D, 12 months, alone"] == "≤ 240 s, ≤ 2,000 MB, gap ≤ 0.01 %"


def test_the_table_prints_wins_losses_and_absences() -> None:
    mine, slow = Timing(1, 1, 3, 9, is_proved=True), Timing(0.5, 0.4, 3, 4, is_proved=False)
    measured = _measured(mine, slow)
    text = markdown(measured, machine(), "python -m benchmarks", BRIEF)
    assert "| A, 1 month, against scipy.milp | ≥ 1 × | > 0.5 × | not met |" in text
    assert "| scipy.milp | 500.00 | 400.00 | 3 | 0.5 | 4 (stopped at the limit, no proof) |" in text
    assert "| CBC by PuLP |  |  |  |  | missing |" in text
    assert "| A, 1 month | 1 | 0.10 | 5.000 | gap 0.0100 % | 100 | 300 |" in text
    assert json.loads(json.dumps(as_json(measured, machine(), "x")))["alone"][0]["pairs"] == 1


def test_an_unknown_size_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--sizes", "A,Z"])
    assert "'A,Z' is not made of A,B,C,D,S,T" in capsys.readouterr().err


def test_values_fit_the_float_of_a_dense_table() -> None:
    problem = make("A", unit=True)
    assert problem.value.max() * problem.m < 2**53
    assert np.issubdtype(problem.value.dtype, np.integer)
