"""A form that is sent again as it was is done once, however often and however close together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from talentpool.accounts.models import Operation
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, stored_user
from tests.needs.test_pages import NEED as TYPED

KOBE = "281000"
NEED = TYPED | {"operation": "o1"}


@pytest.fixture
def browser(app: TalentpoolFlask) -> Browser:
    browser = Browser(app)
    browser.sign_in(stored_user(app.database, Role.MUNICIPALITY, municipality_code=KOBE))
    return browser


def needs(app: TalentpoolFlask) -> int:
    with app.database.reading() as session:
        return session.scalar(sa.select(sa.func.count(Need.id))) or 0


def test_the_same_form_again_leads_to_the_same_page(app: TalentpoolFlask, browser: Browser) -> None:
    first = browser.post("/needs/new", **NEED)
    again = browser.post("/needs/new", **NEED)
    assert (first.status_code, again.status_code) == (302, 302)
    assert first.location == again.location
    assert needs(app) == 1


def test_eight_at_once_make_one_need(app: TalentpoolFlask, browser: Browser) -> None:
    token, start = browser.token(), Barrier(8)

    def send(_number: int) -> tuple[int, str]:
        twin = Browser(app)
        twin.take_cookie(browser.cookie or "")
        start.wait()
        answer = twin.client.post("/needs/new", data={"csrf_token": token, **NEED})
        return answer.status_code, answer.location

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert len(answers) == 1
    assert answers.pop()[0] == 302
    assert needs(app) == 1


def test_a_form_that_was_changed_means_something_new(
    app: TalentpoolFlask, browser: Browser
) -> None:
    browser.post("/needs/new", **NEED)
    browser.post("/needs/new", **{**NEED, "title": "もう一つの募集"})
    assert needs(app) == 2


def test_a_refused_form_can_be_sent_again(app: TalentpoolFlask, browser: Browser) -> None:
    refused = browser.post("/needs/new", operation="o1", title="")
    assert refused.status_code == 422
    assert browser.post("/needs/new", operation="o1", title="").status_code == 422
    with app.database.reading() as session:
        assert session.scalars(sa.select(Operation)).all() == []


def test_two_accounts_with_one_operation_are_two(app: TalentpoolFlask, browser: Browser) -> None:
    browser.post("/needs/new", **NEED)
    other = Browser(app)
    other.sign_in(stored_user(app.database, Role.MUNICIPALITY, municipality_code=KOBE))
    assert other.post("/needs/new", **NEED).status_code == 302
    assert needs(app) == 2


def test_every_form_of_a_page_has_an_operation_of_its_own(browser: Browser) -> None:
    page = browser.get("/needs/new").text
    forms = page.count('name="csrf_token"') - 2  # the buttons that sign out do the same twice
    assert page.count('name="operation"') == forms > 0
