"""The register of decision papers: every number, where its paper stands, by year and state."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentpool.candidates.models import ProfileView
from talentpool.listing import Asked
from talentpool.permissions import Actor, Role
from talentpool.placements.register import (
    PaperStanding,
    list_register,
    list_years,
    standings,
)
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in
from .cast import Cast

PS = PlacementState
YEAR = timedelta(days=365)
STEPS = {
    PaperStanding.WAITING: ["propose"],
    PaperStanding.APPROVED: ["propose", "approve"],
    PaperStanding.REFUSED: ["propose", "refuse"],
    PaperStanding.OVER: ["propose", "withdraw"],
}
REASONS = {"refuse": "alternatives", "withdraw": "mistake"}


def _fill(app: TalentpoolFlask) -> None:
    """A paper of each standing in one year, and one of the year before."""
    with app.database.writing() as session:
        cast = Cast.of(session)
        cast.step(cast.suggested(), "propose", now=make.NOW - YEAR)
        for verbs in STEPS.values():
            row = cast.suggested()
            for verb in verbs:
                cast.step(row, verb, reason=REASONS.get(verb))


@pytest.mark.parametrize("standing", PaperStanding)
def test_each_standing_is_found_as_it_is_told(
    app: TalentpoolFlask, standing: PaperStanding
) -> None:
    _fill(app)
    with app.database.reading() as session:
        auditor = Actor(None, Role.AUDITOR, make.HYOGO)
        every = [row for rows in list_register(session, auditor).portions() for row in rows]
        told, found = (
            standings(session, every),
            list_register(session, auditor, Asked({"state": standing})),
        )
        ids = [row.id for rows in found.portions() for row in rows]
        assert ids == [row.id for row in every if told[row.id] is standing]
        assert len(ids) == (2 if standing is PaperStanding.WAITING else 1)
        assert list_years(session, auditor) == [2026, 2025]
        assert [row.number for row in every] == [4, 3, 2, 1, 1]


def test_auditors_filter_it_by_year_and_state_and_take_it_away(app: TalentpoolFlask) -> None:
    _fill(app)
    auditor = signed_in(app, Role.AUDITOR)
    assert "起案書 2026年度 第4号" in auditor.get("/papers").text
    before = auditor.get("/papers?year=2025").text
    assert "2025年度 第1号" in before
    assert "2026年度 第1号" not in before
    refused = auditor.get("/papers?year=2026&state=refused").text
    assert "2026年度 第3号" in refused
    assert "2026年度 第2号" not in refused
    assert auditor.get("/papers?year=9&state=nonsense&page=-1").status_code == 200
    file = auditor.get("/papers?state=refused&format=csv")
    assert file.status_code == 200
    assert len(file.text.strip().splitlines()) == 2
    with app.database.reading() as session:
        assert session.query(ProfileView).count() == 0  # it names nobody


def test_it_is_for_officers_and_auditors_of_the_prefecture(app: TalentpoolFlask) -> None:
    _fill(app)
    for role in (Role.COORDINATOR, Role.APPROVER):
        assert "第4号" in signed_in(app, role).get("/papers").text
    for role in (Role.ADMIN, Role.MUNICIPALITY, Role.CANDIDATE):
        assert signed_in(app, role).get("/papers").status_code == 403
    stranger = signed_in(app, Role.AUDITOR, prefecture_code=make.OSAKA)
    assert "第1号" not in stranger.get("/papers").text
    assert 'href="/papers"' in signed_in(app, Role.AUDITOR).get("/home").text
