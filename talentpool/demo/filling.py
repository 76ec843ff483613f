"""Fills the demo's file in a process of its own, so that the one that serves stays small.

python -m talentpool.demo.filling PATH SEED
"""

from __future__ import annotations

import gc
import os
import sys
from datetime import datetime
from pathlib import Path

from .. import clock, schema
from ..config import Config
from ..db import Database
from ..reference.service import load_reference
from ..rounds.running import run_here
from .build import Builder
from .place import remove, settings, sign


def fill(path: Path, seed: int, now: datetime) -> None:
    """Under another name first: a start that was interrupted leaves nothing half."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        database = Database(Config.from_environment(settings(partial)))
        schema.upgrade(database)
        with database.writing() as session:
            load_reference(session)
        run_here(database, Builder(database, seed, now).build())
        database.close()
        sign(partial, seed)
        partial.rename(path)
    finally:
        remove(partial)


if __name__ == "__main__":
    gc.disable()  # everything made here is kept until the end
    fill(Path(sys.argv[1]), int(sys.argv[2]), clock.now())
