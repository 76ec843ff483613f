"""A need that is only begun, saved, found on home, finished and handed in: in a real browser."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.needs.models import Need, NeedDraft
from talentpool.permissions import Role
from talentpool.states import NeedState
from tests.factories import make_prefecture_pool

from .conftest import Door, Site
from .test_main_path import NEED

pytestmark = pytest.mark.browser


def test_an_almost_empty_draft_is_saved_found_and_handed_in(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        make_prefecture_pool(session)
    town = door.officer(Role.MUNICIPALITY)
    town.go("/needs/new").fill({"background": "窓口が混む。", "half_days": "4くらい"})
    town.press("下書き保存")
    assert "下書きを保存しました" in town.text
    assert "下書きを表示しています" in town.text
    assert town.page.locator("main [aria-invalid=true]").count() == 0
    town.go("/home").follow("書きかけの募集").follow("（名前はまだありません）")
    assert town.page.locator("[name=half_days]").input_value() == "4くらい"
    assert town.page.locator("[name=background]").input_value() == "窓口が混む。"
    town.press("申請する")
    assert "1か月の半日コマ数：「4くらい」" in town.text
    town.fill(NEED).press("申請する")
    assert "申請しました" in town.text
    with site.database.reading() as session:
        need = session.scalars(sa.select(Need)).one()
        assert (need.state, need.title) == (NeedState.SUBMITTED, NEED["title"])
        assert session.scalars(sa.select(NeedDraft)).all() == []
    assert "書きかけの募集" not in town.go("/home").text
    assert door.inspector.faults == []
