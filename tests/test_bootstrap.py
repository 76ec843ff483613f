"""The set-up of `python3 -m talentpool`, as far as it goes without a package index: real processes, empty folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OUTER: str = sys._base_executable  # what a person types; the one in .venv may have no pip
WITHOUT_ENSUREPIP = "import sys\nsys.modules['ensurepip'] = None\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a clone holds that the set-up needs, with locks of no packages at all."""
    (tmp_path / "talentpool").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WITHOUT_ENSUREPIP)
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(ROOT / "talentpool" / name, tmp_path / "talentpool" / name)
    (tmp_path / "talentpool" / "cli.py").write_text("import sys\nprint('cli', *sys.argv[1:])\n")
    (tmp_path / "tests" / "__init__.py").touch()
    (tmp_path / "tests" / "__main__.py").write_text("import sys\nprint('tests', *sys.argv[1:])\n")
    for lock in ("requirements.lock", "tests/requirements.lock"):
        (tmp_path / lock).write_text(f"# {lock}\n")
    return tmp_path


def _environment(checkout: Path) -> dict[str, str]:
    """Without ensurepip, as on many machines; it is also much the faster way."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(checkout), "PYTHONPATH": str(checkout / "site")}


def _start(
    checkout: Path, *arguments: str, python: str = OUTER, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "talentpool", *arguments],
        cwd=checkout, env={**_environment(checkout), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_first_start_sets_up_and_the_second_does_not(checkout: Path) -> None:
    first = _start(checkout, "demo", "--no-serve", PYTHONPATH="")
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == [
        "talentpool: setting up .venv from requirements.lock, once",
        "cli demo --no-serve",
    ]
    assert _start(checkout, "check").stdout == "cli check\n"


def test_test_is_set_up_from_its_own_lock_and_serves_the_other_commands_too(
    checkout: Path,
) -> None:
    assert "tests -q" in _start(checkout, "test", "-q").stdout
    assert _start(checkout, "demo").stdout == "cli demo\n"


def test_a_changed_lock_is_set_up_anew(checkout: Path) -> None:
    _start(checkout, "check")
    (checkout / "requirements.lock").write_text("# another\n")
    assert "setting up" in _start(checkout, "check").stdout


def test_an_interrupted_set_up_is_done_again_from_nothing(checkout: Path) -> None:
    environment = checkout / ".venv"
    (environment / "half-a-package").mkdir(parents=True)
    (environment / "unfinished").touch()
    assert "setting up" in _start(checkout, "check").stdout
    assert not (environment / "half-a-package").exists()
    assert not (environment / "unfinished").exists()


def test_where_the_environment_gets_no_pip_the_outer_one_installs(checkout: Path) -> None:
    made = _start(checkout, "check")
    assert made.returncode == 0, made.stderr
    assert made.stdout.endswith("cli check\n")
    assert not list((checkout / ".venv" / "bin").glob("pip*"))


def test_an_older_python_is_refused_in_one_line(checkout: Path) -> None:
    as_older = "import runpy, sys; sys.version_info = (3, 10, 9); runpy.run_module('talentpool', run_name='__main__')"
    refused = subprocess.run(
        [sys.executable, "-c", as_older], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert refused.stderr == "talentpool: Python 3.11 or later is needed\n"


def test_two_starts_at_once_set_up_once(checkout: Path) -> None:
    command = [OUTER, "-m", "talentpool", "check"]
    environment = _environment(checkout)
    both = [
        subprocess.Popen(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("setting up" in output for output in outputs) == 1


def test_a_lock_that_cannot_be_installed_is_one_line(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text("no-such-package==1.0\n")
    failed = _start(checkout, "check", PIP_NO_INDEX="1")
    assert failed.returncode == 1
    assert failed.stderr.startswith("talentpool: the set-up failed: ")
    assert len(failed.stderr.splitlines()) == 1


def test_without_any_pip_it_says_what_to_install(checkout: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    for module in ("ensurepip", "pip"):
        (blocked / module).mkdir()
        (blocked / module / "__init__.py").write_text("raise ImportError\n")
    (blocked / "pip" / "__main__.py").write_text("raise SystemExit(1)\n")
    failed = _start(checkout, "check", python=str(bare / "bin" / "python"), PYTHONPATH=str(blocked))
    assert failed.returncode == 2
    assert "no pip" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1


def test_without_packages_and_lock_it_says_so(checkout: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    (checkout / "requirements.lock").unlink()
    failed = _start(checkout, "check", python=str(bare / "bin" / "python"))
    assert failed.returncode == 2
    assert "packages are missing" in failed.stderr
