"""The parts of a score are the same numbers on every page that shows them, add up to it, and are drawn of their most."""

from __future__ import annotations

import re

import pytest

from talentpool import matching as m
from talentpool.db import Database
from talentpool.placements.models import Placement
from talentpool.rounds.models import Round
from talentpool.rounds.running import run_here
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser

from .filling import make_round

PART = re.compile(
    r'<title>(\S+) ([\d.]+)点満点のうち([\d.]+)点</title>.*?<rect class="bar-value"[^>]*? width="([\d.]+)%".*?'
    r"<strong>([\d.]+)</strong> / ([\d.]+)点",
    re.DOTALL,
)
CELL = re.compile(
    r'<td class="wide">([\d.]+)<svg.*?<title>(\S+) ([\d.]+)点満点のうち([\d.]+)点</title>.*?'
    r'<rect class="bar-value"[^>]*? width="([\d.]+)%"',
    re.DOTALL,
)


def _parts(page: str) -> list[tuple[str, float, float, float]]:
    """(part, reached, most, percent drawn) of the first list of parts on a page."""
    found = []
    for item in page.split('<ul class="parts">')[1].partition("</ul>")[0].split("<li>")[1:]:
        match = PART.search(item)
        assert match, item
        name, most, reached, drawn, text, of = match.groups()
        assert (reached, most) == (text, of)
        found.append((name, float(reached), float(most), float(drawn)))
    return found


def _cells(row: str) -> list[tuple[str, float, float, float]]:
    """The same of a row of a ranking."""
    found = []
    for text, name, most, reached, drawn in CELL.findall(row):
        assert reached == text
        found.append((name, float(reached), float(most), float(drawn)))
    return found


@pytest.mark.parametrize("path", ["ranking", "pair", "placement"])
def test_the_parts_of_a_score_have_one_scale(
    app: TalentpoolFlask, coordinator: Browser, database: Database, path: str
) -> None:
    ident = make_round(coordinator, app)
    run_here(database, ident)
    coordinator.post(f"/rounds/{ident}/adopt")
    with database.reading() as session:
        placement = session.query(Placement).order_by(Placement.id).first()
        assert placement is not None
        pair = placement.need_id, placement.candidate_id
        weights = session.get_one(Round, ident).policy["weights"]
        expected = {m.PARTS[code][0]: bp / 100 for code, bp in placement.parts.items()}
        fit, number = placement.fit, placement.id
    page = coordinator.get({
        "ranking": f"/rounds/{ident}/needs/{pair[0]}",
        "pair": f"/rounds/{ident}/needs/{pair[0]}/candidates/{pair[1]}",
        "placement": f"/placements/{number}",
    }[path]).text  # fmt: skip
    if path == "ranking":
        shown = _cells(page[page.index(f"/candidates/{pair[1]}") :].partition("</tr>")[0])
    else:
        shown = _parts(page)
    assert [name for name, *_ in shown] == [m.PARTS[code][0] for code in m.PARTS if weights[code]]
    for name, reached, most, drawn in shown:
        assert reached == pytest.approx(expected[name], abs=0.05)
        assert drawn == pytest.approx(100 * reached / most, abs=1)
    assert sum(most for _, _, most, _ in shown) == 100
    assert sum(expected.values()) == pytest.approx(fit / 100)
