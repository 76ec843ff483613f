"""What was sent back, read on home in a real browser, mended and handed in again; and a registration that ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate
from talentpool.permissions import Role
from talentpool.states import MembershipState, NeedState, PlacementState
from tests import factories as make

from .conftest import Door, Site, Visitor

pytestmark = pytest.mark.browser
BEFORE = make.NOW - timedelta(days=200)  # before the day on which the tests run


@pytest.fixture
def site(own_site: Site) -> Site:
    """Of this test alone: its worker runs a job."""
    return own_site


@pytest.fixture(autouse=True)
def _faultless(door: Door) -> Iterator[None]:
    """No page of these tests has a fault that axe-core sees, or is too wide."""
    yield
    assert door.inspector.faults == []


def enter(door: Door, site: Site, person: Candidate) -> Visitor:
    with site.database.reading() as session:
        email = session.get_one(User, person.user_id).email
    return door.visitor().sign_in(email)


def test_a_returned_need_is_read_on_home_and_handed_in_again(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        need = make.make_need(session, state=NeedState.SUBMITTED, outcome_wanted="待ち時間の半減")
        ident, title = need.id, need.title
    office = door.officer(Role.COORDINATOR).go(f"/needs/{ident}")
    form = f'form[action$="/needs/{ident}/return"]'
    office.page.locator(f"{form} select").select_option("too_strict")
    office.page.locator(f"{form} textarea").fill("必須の技能を一つ減らしてください。")
    office.press("差し戻す")
    town = door.officer(Role.MUNICIPALITY)
    for said in (
        "差し戻された募集",
        title,
        "必須条件が厳しすぎる",
        "必須の技能を一つ減らしてください。",
    ):
        assert said in town.text
    assert "書きかけ" not in town.text
    town.follow(f"「{title}」を直す")
    assert "必須の技能を一つ減らしてください。" in town.text
    town.press("申請する")
    town.go("/home")
    assert "県の確認を待っている募集" in town.text
    assert "差し戻された募集" not in town.text


def test_a_returned_profile_is_read_on_home_and_handed_in_again(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        person = make.make_candidate(session, state=MembershipState.APPLIED, now=BEFORE)
        person.posts.append(make.make_post())
        make.make_consent(session, person, "introduction", make.HYOGO, now=BEFORE)
        ident = person.id
    office = door.officer(Role.COORDINATOR).go(f"/candidates/{ident}")
    form = 'form[action$="/return"]'
    office.page.locator(f"{form} select").select_option("incomplete")
    office.page.locator(f"{form} textarea").fill("職歴の終わりの年月を書いてください。")
    office.press("差し戻す")
    visitor = enter(door, site, person)
    for said in (
        "登録情報が差し戻されています",
        "職歴の終わりの年月を書いてください。",
        person.name,
    ):
        assert said in visitor.page.locator("body").inner_text()
    assert "仕事はありません" not in visitor.text
    visitor.follow("登録情報を直す")
    visitor.press("申請する")
    visitor.go("/home")
    assert "県の担当者が確認しています" in visitor.text


def test_who_unticks_an_essential_consent_reads_what_ends_and_can_apply_again(
    door: Door, site: Site
) -> None:
    with site.database.writing() as session:
        person = make.make_candidate(session, now=BEFORE)
        make.make_consent(session, person, "introduction", make.HYOGO, now=BEFORE)
        make.make_placement(session, make.make_need(session), person, state=PlacementState.OFFERED)
    visitor = enter(door, site, person).go("/profile/consents")
    visitor.page.locator('[name="consent_search"]').uncheck()
    visitor.press("保存する")
    assert "あなたの返事を待っている打診1件が終わります。" in visitor.text
    assert "24半日コマが空きます" in visitor.text
    visitor.press("同意を撤回して登録を終える")
    assert "退会" in visitor.text
    visitor.press("もう一度申し込む")
    visitor.go("/home")
    assert "登録の入力の途中です" in visitor.text
    visitor.follow("続きを入力する")
