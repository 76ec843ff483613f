"""Addresses, headers and names of fields that no page of ours makes are answered like any other mistake."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from talentpool.accounts.models import KeptForm
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask

from ..browsers import Browser, signed_in
from ..factories import make_round_with_plan

FORM = "/needs/new"
NO_ADDRESSES = ("http://[", "//[", "/\x00", "http://localhost:x/", "http://localhost//[")


@pytest.fixture
def browser(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.MUNICIPALITY, municipality_code="281000")


@pytest.mark.parametrize("wanted", NO_ADDRESSES)
def test_next_that_is_no_address_leads_home(browser: Browser, wanted: str) -> None:
    answer = browser.client.get("/signin", query_string={"next": wanted})
    assert (answer.status_code, answer.location) == (302, "/home")


@pytest.mark.parametrize("referrer", [one for one in NO_ADDRESSES if "\x00" not in one])
@pytest.mark.parametrize("button", [{}, {"add": "skills"}, {"drop": "skills-0"}])
def test_a_form_that_comes_from_nowhere_is_kept_like_any_other(
    browser: Browser, referrer: str, button: dict[str, str]
) -> None:
    data = {"csrf_token": browser.token(), "title": "題", **button}
    answer = browser.client.post(FORM, data=data, headers={"Referer": referrer})
    assert answer.status_code == (303 if button else 422)


@pytest.mark.parametrize(
    "name", ["skills-²-skill", f"skills-{'9' * 5000}-skill", "vendors-①-name", "skills-٣-skill"]
)
@pytest.mark.parametrize("button", [{}, {"add": "skills"}, {"drop": "skills-0"}])
def test_what_is_no_number_of_a_row_is_no_row(
    browser: Browser, name: str, button: dict[str, str]
) -> None:
    answer = browser.post(FORM, **{name: "x", "title": "題", **button})
    assert answer.status_code == (303 if button else 422)
    if answer.location:
        assert browser.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "query", ["x=" + "é" * 430, "typed=" + "k" * 450, "typed=&typed=%00", "typed=<script>"]
)
@pytest.mark.parametrize("place", ["address", "referrer"])
def test_what_was_refused_is_found_again_under_a_key_of_ours(
    app: TalentpoolFlask, browser: Browser, query: str, place: str
) -> None:
    data = {"csrf_token": browser.token(), "title": "題", "noscript": ""}
    address = f"{FORM}?{query}" if place == "address" else FORM
    headers = {"Referer": f"http://localhost{FORM}?{query}"} if place == "referrer" else {}
    answer = browser.client.post(address, data=data, headers=headers)
    assert answer.status_code == 303
    with app.database.reading() as session:
        assert session.scalars(sa.select(KeptForm.page)).all() == [answer.location]
    assert len(answer.location) < 500
    assert 'value="題"' in browser.get(answer.location).text


def test_an_address_keeps_a_name_that_it_has_twice(browser: Browser) -> None:
    answer = browser.post(f"{FORM}?a=1&a=2", title="題", noscript="")
    assert answer.location.startswith(f"{FORM}?a=1&a=2&typed=")


@pytest.mark.parametrize("button", [{"add": "x" * 3000}, {"drop": "é" * 3000 + "-0"}])
def test_rows_of_no_list_change_nothing(browser: Browser, button: dict[str, str]) -> None:
    answer = browser.post(FORM, operation="1", title="題", **button)
    assert answer.status_code == 303
    assert 'value="題"' in browser.get(answer.location).text


def test_a_number_that_no_row_can_have_is_no_address(app: TalentpoolFlask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if "<int:" in rule.rule]
    assert len(rules) > 40
    client = app.test_client()
    for rule in rules:
        path = re.sub("<int:[^>]*>", str(2**63), rule.rule).replace("<", "").replace(">", "")
        for method in rule.methods & {"GET", "POST"}:
            assert client.open(path, method=method).status_code in {404, 405}, path


def test_the_greatest_number_of_a_row_is_looked_up(app: TalentpoolFlask) -> None:
    coordinator = signed_in(app, Role.COORDINATOR)
    with app.database.writing() as session:
        ident = make_round_with_plan(session, []).id
    for path in (f"/rounds/{ident}/needs/{2**63 - 1}", f"/needs/{2**63 - 1}"):
        assert coordinator.get(path).status_code == 404
