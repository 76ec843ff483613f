"""The engine's own distribution says what the whole says: one version, the same packages, the same Python."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "talentpool" / "matching"


def _read(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_engine_needs_numpy_and_scipy_as_the_whole_does() -> None:
    whole, engine = _read(ROOT)["project"], _read(ENGINE)["project"]
    assert [need[: len("numpy")] for need in engine["dependencies"]] == ["numpy", "scipy"]
    assert set(engine["dependencies"]) <= set(whole["dependencies"])
    for name in ("license", "requires-python"):
        assert engine[name] == whole[name]


def test_both_take_their_version_from_one_place() -> None:
    places = set()
    for folder in (ROOT, ENGINE):
        project = _read(folder)
        assert project["project"]["dynamic"] == ["version"]
        places.add((folder / project["tool"]["hatch"]["version"]["path"]).resolve())
    assert places == {ROOT / "talentpool" / "__init__.py"}
