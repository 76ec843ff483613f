"""An import settles no mappers: which tables are known by then depends on the order of a set, and so on the day's luck."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
import importlib, pathlib, traceback
from sqlalchemy import event
from sqlalchemy.orm import Mapper

class Settled(Exception): pass

def refuse():
    raise Settled

event.listen(Mapper, "before_configured", refuse)
for path in sorted(pathlib.Path("talentpool").rglob("*.py")):
    if path.name == "__main__.py":
        continue
    name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    try:
        importlib.import_module(name)
    except Settled as error:
        frames = [one for one in traceback.extract_tb(error.__traceback__) if "talentpool" in one.filename]
        ours = [one for one in frames if "site-packages" not in one.filename]
        print(f"{ours[-1].filename}:{ours[-1].lineno}")
"""


def test_no_import_settles_the_mappers() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(told.stdout.splitlines()) == set()
