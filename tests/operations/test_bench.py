"""`talentpool bench` hands over to the benchmarks beside the package, and says where they are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from talentpool.operations import bench
from tests.commands import run


def test_the_prefecture_is_measured_as_json() -> None:
    command = [sys.executable, "-m", "talentpool.cli", "bench", "--size", "prefecture", "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=bench.CHECKOUT)
    told = json.loads(done.stdout)
    assert {result["case"]["size"] for result in told["results"]} == {"A"}
    assert any(target["met"] is not None for target in told["targets"])


def test_without_a_checkout_it_says_where_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "CHECKOUT", tmp_path)
    assert run("bench") == 1
    assert "in a checkout of the source" in capsys.readouterr().err
