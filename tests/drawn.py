"""A run of the whole suite takes most tests on one database, drawn by the test's name.

What is about the database itself runs on both. `--databases=both` runs everything on both, `--order-seed` draws anew.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KINDS = ("sqlite", "postgresql")
# Locks, constraints, limits, sums, queries and files of one database say nothing about those of the other.
BOTH = (
    "exchange/test_importing.py", "ledger", "operations", "pool", "reference", "rounds/test_running.py",
    "web/test_lists.py", "web/test_once.py", "web/test_unavailable.py",
)  # fmt: skip
STORIES = {"test_year.py", "test_view_log.py"}  # long walks through what others try on both
BOTH_BY_NAME = {"test_races.py", "test_table.py", "test_walk.py", "test_random_walk.py"}


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(
        "--databases", choices=("both", "drawn"), default="both",
        help="run a test on both databases, or on one that is drawn where it is not about the database",
    )  # fmt: skip


def header(config: pytest.Config) -> str:
    return f"databases: {config.getoption('--databases')}"


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out one of the two runs of a test that has both left and is not about the database."""
    if config.getoption("--databases") == "both":
        return
    seed = config.getoption("--order-seed") or 0
    there = {item.nodeid for item in items}
    out = [item for item in items if _other(item) in there and not _is_drawn(item, seed)]
    config.hook.pytest_deselected(items=out)
    gone = set(out)
    items[:] = [item for item in items if item not in gone]


def _kind(item: pytest.Item) -> str | None:
    call = getattr(item, "callspec", None)
    return None if call is None else call.params.get("databases")


def _other(item: pytest.Item) -> str | None:
    """The same test on the other database; None where it is about the database or has none."""
    kind = _kind(item)
    if kind is None or _needs_both(item.path):
        return None
    other = KINDS[1 - KINDS.index(kind)]
    return f"{item.nodeid.partition('[')[0]}[{item.callspec.id.replace(kind, other)}]"  # type: ignore[attr-defined]


def _needs_both(path: Path) -> bool:
    if path.name in BOTH_BY_NAME or (path.parent == HERE and path.name not in STORIES):
        return True
    return any(path.is_relative_to(HERE / place) for place in BOTH)


def _is_drawn(item: pytest.Item, seed: int) -> bool:
    kind = _kind(item)
    assert kind is not None
    name = item.nodeid.replace(kind, "*")
    return KINDS[zlib.crc32(f"{seed} {name}".encode()) % len(KINDS)] == kind
