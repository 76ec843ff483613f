"""The command of the hard shapes prints a loss like a win."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import hard
from benchmarks.hard import Took
from benchmarks.peers import Answer
from benchmarks.shapes import SHAPES, Shape

FEW = Shape(20, 20, density=0.2, pins=3)


def test_the_command_writes_a_row_for_each_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hard, "SHAPES", {"few": FEW, "many": FEW})
    hard.main(["--limit", "1", "--shapes", "few", "--seeds", "0,1", "--out", str(tmp_path / "a")])
    lines = (tmp_path / "a").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| few")]
    assert [row[0] for row in rows] == ["| few, seed 0", "| few, seed 1"]
    assert all(row[-1] in {"won |", "tied |"} for row in rows)


def test_every_shape_of_the_rule_is_there() -> None:
    wanted = (
        "100 people, 1,000 needs", "all fits equal", "300 identical needs", "heavy ties", "one month",
        "24 months", "many pins", "few people wanted by all", "several seats", "capacity 20",
    )  # fmt: skip
    assert all(any(words in name for name in SHAPES) for words in wanted)


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [
        ((100, True, 2.0), "won"),
        ((100, True, 11.0), "tied"),
        ((100, True, 12.5), "lost: too long"),
        ((100, False, 2.0), "lost: no proof"),
        ((99, False, 2.0), "lost: a worse plan"),
    ],
)
def test_a_verdict_follows_from_plan_proof_and_time(
    ours: tuple[int, bool, float], verdict: str
) -> None:
    value, is_proved, seconds = ours
    mine, theirs = Took(Answer(value, is_proved), seconds, seconds), Took(Answer(100, True), 10, 10)
    assert hard._verdict(mine, theirs) == verdict


def test_nobody_is_asked_to_beat_a_second() -> None:
    mine, theirs = Took(Answer(100, True), 0.9, 0.9), Took(Answer(100, True), 0.01, 0.01)
    assert hard._verdict(mine, theirs) == "tied"


def test_two_proofs_of_different_values_are_an_error() -> None:
    mine, theirs = Took(Answer(101, True), 1, 1), Took(Answer(100, True), 1, 1)
    with pytest.raises(AssertionError, match="differ"):
        hard._verdict(mine, theirs)
