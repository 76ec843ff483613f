"""What somebody types in a real browser: warned of before it is left, back after the time-out, done once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Dialog, expect

from talentpool import clock, matching as m
from talentpool.accounts.models import User, WebSession
from talentpool.needs.models import Need, NeedDraft
from talentpool.permissions import SYSTEM, Role
from talentpool.rounds.models import Round
from talentpool.rounds.preparing import create_round
from tests.factories import (
    HYOGO,
    PASSWORD,
    make_need,
    make_prefecture_pool,
)

from .conftest import Door, Site

pytestmark = pytest.mark.browser
NEED = {
    "title": "窓口の待ち時間を半分に", "background": "一行目\n二行目", "theme": "frontyard",
    "stage": "plan", "half_days": "4", "first_month": "令和9年5月", "last_month": "2027-07",
    "roles": "any", "no_skills": "y",
}  # fmt: skip


@pytest.fixture(autouse=True)
def pool(site: Site) -> None:
    with site.database.writing() as session:
        make_prefecture_pool(session)


def count_needs(site: Site) -> int:
    with site.database.reading() as session:
        return session.scalar(sa.select(sa.func.count(Need.id))) or 0


def test_a_need_that_was_sent_after_the_time_out_comes_back_and_is_saved(
    door: Door, site: Site
) -> None:
    account = door.account(Role.MUNICIPALITY)
    town = door.visitor().sign_in(account.email)
    town.go("/needs/new").fill(NEED)
    with site.database.writing() as session:
        session.execute(sa.update(WebSession).values(seen_at=clock.now() - timedelta(minutes=31)))
    town.press("下書き保存")
    assert "入力していた内容は預かっていて" in town.text
    town.fill({"email": account.email, "password": PASSWORD}).press("ログイン")
    assert "まだ保存されていません" in town.text
    assert town.page.locator("[name=title]").input_value() == NEED["title"]
    assert town.page.locator("[name=background]").input_value() == NEED["background"]
    town.press("下書き保存")
    assert "下書きを保存しました" in town.text
    assert count_needs(site) == 1


def test_leaving_a_step_asks_when_something_is_typed(door: Door) -> None:
    person = door.officer(Role.CANDIDATE)
    if not door.has_scripts:  # nothing can ask
        person.go("/profile/basics").page.locator("[name=phone]").press_sequentially("078")
        person.page.locator(".steps").get_by_role("link").last.click()
        assert person.page.url.endswith("/profile/consents")
        return
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    person.page.on("dialog", stay)
    person.go("/profile/basics").page.locator("[name=phone]").press_sequentially("078")
    person.page.locator(".steps").get_by_role("link").last.click(no_wait_after=True)
    person.page.wait_for_function("document.readyState === 'complete'")
    assert asked == ["beforeunload"]
    assert person.page.url.endswith("/profile/basics")
    assert person.page.locator("[name=phone]").input_value() == "078"
    person.press("下書き保存")
    assert asked == ["beforeunload"]


@dataclass(frozen=True)
class Making:
    """A form that makes something: who fills in what where, and how many there are when it has been pressed once."""

    button: str
    model: Any
    count: int
    role: Role | None = None  # none: a visitor
    path: str = ""  # with the ids of the need and of the round that are there
    fields: Mapping[str, str] = field(default_factory=dict)


PASSWORDS = {"password": PASSWORD, "repeated": PASSWORD}
MAKING = {
    "a need": Making("下書き保存", Need, 2, Role.MUNICIPALITY, "/needs/new", NEED),
    "a draft": Making("下書き保存", NeedDraft, 1, Role.MUNICIPALITY, "/needs/new", {"title": "窓口"}),
    "a copy": Making("写して新しい募集を作る", Need, 2, Role.MUNICIPALITY, "/needs/{need}"),
    "a round": Making("マッチング回を作成", Round, 2, Role.COORDINATOR, "/rounds/new"),
    "the next round": Making(
        "マッチング回を作成", Round, 2, Role.COORDINATOR, "/rounds/new?from={round}"
    ),
    "a trial": Making("試算を準備する", Round, 2, Role.COORDINATOR, "/rounds/{round}/what-if"),
    "an invitation": Making(
        "招待する", User, 2, Role.ADMIN, "/accounts/invite",
        {"email": "new@pref.example.jp", "display_name": "県 花子", "role": "approver"},
    ),
    "an account": Making(
        "新規登録", User, 1, None, "/signup",
        {"email": "new@example.jp", "prefecture_code": HYOGO} | PASSWORDS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("making", MAKING.values(), ids=MAKING)
def test_two_quick_presses_make_one(door: Door, site: Site, making: Making) -> None:
    with site.database.writing() as session:
        need = make_need(session)
        round_ = create_round(
            session, prefecture_code=HYOGO, title="前の回", need_ids=[need.id], policy=m.Policy(),
            time_limit=5, actor=SYSTEM, now=clock.now(),
        )  # fmt: skip
        path = making.path.format(need=need.id, round=round_.id)
    visitor = door.officer(making.role) if making.role else door.visitor()
    page = visitor.go(path).fill(dict(making.fields)).page
    the_form = page.url
    page.locator("main").get_by_role("button", name=making.button, exact=True).last.dblclick(
        no_wait_after=True
    )
    expect(page).not_to_have_url(the_form)  # the second press may end the first answer
    visitor.go("/help")
    with site.database.reading() as session:
        count = sa.select(sa.func.count()).select_from(making.model)
        assert session.scalar(count) == making.count


def test_a_password_can_be_looked_at(door: Door) -> None:
    visitor = door.visitor().go("/signup")
    box = visitor.page.locator("[name=password]")
    button = visitor.page.locator("[data-reveal=password]")
    if not door.has_scripts:
        assert not button.is_visible()
        return
    box.fill("窓口で学んだ三十年")
    button.click()
    assert box.get_attribute("type") == "text"
    assert button.get_attribute("aria-pressed") == "true"
    button.press("Enter")
    assert box.get_attribute("type") == "password"
    assert box.input_value() == "窓口で学んだ三十年"
