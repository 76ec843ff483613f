"""`python3 -m talentpool COMMAND` in a checkout: builds `.venv` once from the hashed lock, then hands over.

Standard library only. Where the packages are there already (`pip install .`), nothing is set up.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "tests" / "requirements.lock"
NO_PIP = "talentpool: no pip for this Python: install it (Debian: apt-get install -y python3-pip)"


class SetupError(Exception):
    """One line for the person, and the exit code."""

    def __init__(self, line: str, code: int = 1) -> None:
        super().__init__(line)
        self.code = code


def main(arguments: Sequence[str]) -> int:
    if sys.version_info < OLDEST:
        print("talentpool: Python 3.11 or later is needed", file=sys.stderr)
        return 2
    is_test = arguments[:1] == ["test"]
    try:
        python = _python(is_test=is_test)
    except SetupError as error:
        print(error, file=sys.stderr)
        return error.code
    except OSError as error:
        print(f"talentpool: the set-up failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("talentpool: the set-up was stopped; the next start does it again", file=sys.stderr)
        return 1
    return _hand_over(python, arguments, is_test=is_test)


def _hand_over(python: str, arguments: Sequence[str], *, is_test: bool) -> NoReturn:
    """Become the command; the process keeps its number."""
    environment = os.environ | {"PYTHONPATH": _path()}
    command = [python, "-m", "tests" if is_test else "talentpool.cli", *arguments[is_test:]]
    if is_test:
        os.chdir(ROOT)
    sys.stdout.flush()
    os.execve(python, command, environment)


def _path() -> str:
    """The checkout first, so that the code beside this file is the one that runs."""
    given = os.environ.get("PYTHONPATH")
    return str(ROOT) if not given else os.pathsep.join([str(ROOT), given])


def _python(*, is_test: bool) -> str:
    """The interpreter that has the packages; sets `.venv` up where it has to."""
    if not RUNTIME_LOCK.exists():
        if importlib.util.find_spec("sqlalchemy") is None:
            raise SetupError("talentpool: its packages are missing: pip install talentpool", 2)
        return sys.executable
    locks = [TEST_LOCK] if is_test else [RUNTIME_LOCK, TEST_LOCK]
    if not _is_ready(locks):
        with (ROOT / ".venv.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # of two starts the second waits and finds it done
            if not _is_ready(locks):
                _set_up(locks[0])
    return str(PYTHON)


def _stamp(lock: Path) -> Path:
    """Names the packages and the Python they were installed for; written last."""
    content = lock.read_bytes() + sys.version.encode()
    return VENV / f"installed-{hashlib.sha256(content).hexdigest()[:16]}"


def _is_ready(locks: Sequence[Path]) -> bool:
    """The packages of the wanted lock, or of one that holds them all, are installed."""
    return PYTHON.exists() and any(_stamp(lock).exists() for lock in locks)


def _set_up(lock: Path) -> None:
    print(f"talentpool: setting up {VENV.name} from {lock.relative_to(ROOT)}, once", flush=True)
    unfinished = VENV / "unfinished"
    if unfinished.exists() or not _is_usable():  # what was interrupted may hold half a package
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir()
        unfinished.touch()
        _make_venv()
    unfinished.touch()
    for old in VENV.glob("installed-*"):
        old.unlink()
    _run([*_pip(), "install", "--quiet", "--require-hashes", "-r", str(lock)])
    _stamp(lock).touch()
    unfinished.unlink()


def _is_usable() -> bool:
    """The environment is there and made by this very Python."""
    if not PYTHON.exists():
        return False
    answer = subprocess.run(
        [PYTHON, "-c", "import sys; print(sys.version)"],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode == 0 and answer.stdout.strip() == sys.version.strip()


def _make_venv() -> None:
    """With pip inside where ensurepip exists; without, the outer pip installs into it."""
    inside = [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]
    done = subprocess.run(
        [sys.executable, "-m", "venv", *inside, str(VENV)], capture_output=True, check=False
    )
    if done.returncode != 0 and not inside:  # Debian has ensurepip without what it needs
        _run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
    elif done.returncode != 0:
        raise SetupError("talentpool: python3 -m venv does not work here")


def _pip() -> list[str]:
    environment = [str(PYTHON), "-m", "pip"]
    outer = [sys.executable, "-m", "pip"]
    if _answers(environment):
        return [*environment, "--disable-pip-version-check"]
    if _answers(outer):
        return [*outer, "--python", str(PYTHON), "--disable-pip-version-check"]
    raise SetupError(NO_PIP, 2)


def _answers(command: Sequence[str]) -> bool:
    return subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0


def _run(command: Sequence[str]) -> None:
    """Quiet while it works; its last words when it does not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        errors = [line for line in lines if "error" in line.lower()] or lines or ["no message"]
        raise SetupError(f"talentpool: the set-up failed: {errors[-1].strip()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
