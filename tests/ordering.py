"""The order of a run: long tests first, or any order at all, drawn from a seed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

# One of these begun last would keep the whole run waiting.
LONG = (
    "demo", "journeys", "test_view_log.py", "operations/test_bench.py", "placements/test_random_walk.py",
    "test_bootstrap.py", "test_worker.py", "benchmarks", "matching",
)  # fmt: skip
HERE = Path(__file__).parent


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(
        "--order-seed", type=int, metavar="N", help="run the tests in the order drawn from N"
    )


def header(config: pytest.Config) -> list[str]:
    seed = config.getoption("--order-seed")
    return [] if seed is None else [f"order: drawn from {seed}"]


def arrange(config: pytest.Config, items: list[pytest.Item]) -> None:
    seed = config.getoption("--order-seed")
    if seed is None:
        items.sort(key=_rank)
    else:
        random.Random(seed).shuffle(items)


def _rank(item: pytest.Item) -> int:
    ranks = (rank for rank, place in enumerate(LONG) if item.path.is_relative_to(HERE / place))
    return next(ranks, len(LONG))
