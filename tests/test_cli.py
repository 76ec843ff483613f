"""The command line: help, exit codes, and documents that name only what exists."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from talentpool import __version__, cli, config
from tests.commands import run

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OUTSIDE = {"demo", "test"}  # what __main__ starts in a checkout
SETTINGS = re.compile(r"TALENTPOOL_[A-Z_]+")


def _leaves(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    found = []
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        found += _leaves(below, (*path, name))
    return found


LEAVES = _leaves(cli.cli)


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_has_a_help_text(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*path, "--help") == 0
    assert capsys.readouterr().out.startswith(f"Usage: talentpool {' '.join(path)} ")


def test_the_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    listed = re.findall(r"^  ([a-z]+)  ", capsys.readouterr().out, re.MULTILINE)
    assert listed == sorted(cli.COMMANDS)
    assert run("--version") == 0
    assert capsys.readouterr().out == f"talentpool, version {__version__}\n"


@pytest.mark.parametrize("arguments", [["nosuch"], ["db", "nosuch"], ["serve", "--port", "0"]])
def test_wrong_usage_prints_one_line_and_exits_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("talentpool: ")


@pytest.fixture
def heeds_interrupts() -> Iterator[None]:
    """A command started here hears SIGINT, also where the tests were started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_interrupts")
def test_an_interrupted_command_prints_one_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.csv")
    line = [
        "-m",
        "talentpool.cli",
        "match",
        "--candidates",
        "p.csv",
        "--needs",
        "n.csv",
        "--out",
        "o.json",
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (
        subprocess.Popen(
            [sys.executable, *line], cwd=tmp_path, env=environment, stderr=subprocess.PIPE
        ) as process,
        (tmp_path / "p.csv").open("wb"),
    ):  # waits until the command reads
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) == (1, b"talentpool: stopped")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_only_commands_that_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    named = set(re.findall(r"(?:`|^|\| )(?:python3 -m )?talentpool ([a-z]+)", text, re.MULTILINE))
    assert named <= {path[0] for path in LEAVES} | OUTSIDE


def test_the_documents_list_every_setting_that_is_read() -> None:
    listed = set(SETTINGS.findall((ROOT / "docs" / "operation.md").read_text("utf-8")))
    source = Path(config.__file__).read_text("utf-8")
    names = re.findall(r'(?:PREFIX \+ |_keys\(.*)"([A-Z_]+)"', source)
    names += ["SECRET_KEY", "FIELD_KEYS", "AUDIT_KEY"]
    assert listed == {f"TALENTPOOL_{name}" for name in names} - {"TALENTPOOL_DEMO"}
