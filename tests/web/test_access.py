"""Role × route, made from the map of routes: nobody gets further than the table of permissions says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from werkzeug.routing import IntegerConverter, Rule

from talentpool.permissions import Actor, Role, scope_of
from talentpool.web.access import ACCESS
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in

# The whole list of what strangers reach (the public contract); a new entry is a decision.
PUBLIC = {
    "accounts.accept_invitation",
    "accounts.confirm_address",
    "accounts.request_reset",
    "accounts.reset_password",
    "accounts.sign_in",
    "accounts.sign_up",
    "home.show_health",
    "home.show_readiness",
    "home.show_top",
    "pages.accessibility",
    "pages.consent",
    "pages.guide",
    "pages.privacy",
}
ROLES = [role for role in Role if role is not Role.SYSTEM]
NOBODY_IS = 10**9  # no object has this number


@dataclass(frozen=True)
class Route:
    endpoint: str
    method: str
    path: str
    has_object: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.endpoint})"


def routes(app: TalentpoolFlask) -> Iterator[Route]:
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint == "static":
                continue
            path = app.url_map.bind("").build(rule.endpoint, values(rule), force_external=False)
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield Route(rule.endpoint, method, path, bool(rule.arguments))


def values(rule: Rule) -> dict[str, object]:
    """Arguments that name nothing."""
    return {
        name: NOBODY_IS if isinstance(rule._converters[name], IntegerConverter) else "nothing"
        for name in rule.arguments
    }


def access_of(app: TalentpoolFlask, endpoint: str) -> object:
    return getattr(app.view_functions[endpoint], ACCESS, None)


def may_enter(app: TalentpoolFlask, endpoint: str, role: Role) -> bool:
    access = access_of(app, endpoint)
    if isinstance(access, str):
        return True
    assert isinstance(access, tuple)
    actions, roles = access
    is_named = roles is None or role in roles
    return is_named and any(scope_of(Actor(1, role), action) for action in actions)


def ask(browser: Browser, route: Route, token: str) -> int:
    if route.method == "GET":
        return browser.get(route.path).status_code
    return browser.client.open(route.path, method=route.method, data={"csrf_token": token}).status_code


def test_every_route_says_who_may_call_it(app: TalentpoolFlask) -> None:
    assert [route for route in routes(app) if access_of(app, route.endpoint) is None] == []


def test_strangers_reach_only_the_routes_on_the_list(app: TalentpoolFlask) -> None:
    assert {route.endpoint for route in routes(app) if access_of(app, route.endpoint) == "public"} == PUBLIC


def test_strangers_are_sent_to_the_sign_in_page(app: TalentpoolFlask) -> None:
    stranger = Browser(app)
    token = stranger.token()
    for route in routes(app):
        if route.endpoint in PUBLIC:
            continue
        answer = stranger.client.open(route.path, method=route.method, data={"csrf_token": token})
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/signin"), route


def test_a_write_by_a_stranger_without_a_token_changes_nothing(app: TalentpoolFlask) -> None:
    for route in routes(app):
        if route.method != "GET":
            assert app.test_client().open(route.path, method=route.method).status_code in {302, 403}, route


@pytest.mark.parametrize("role", ROLES)
def test_a_role_enters_where_the_table_lets_it_and_nowhere_else(app: TalentpoolFlask, role: Role) -> None:
    """Refused is 403, before anything is looked up; an object that is not there is 404 to whoever may enter."""
    browser = signed_in(app, role)
    token = browser.token()
    wrong = []
    for route in routes(app):
        if route.endpoint == "accounts.sign_out":
            continue
        status = ask(browser, route, token)
        if not may_enter(app, route.endpoint, role):
            is_right = status == 403
        elif route.has_object:
            is_right = status == 404
        else:
            is_right = status < 500 and status != 403
        if not is_right:
            wrong.append(f"{status} {route}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_write_without_a_token_is_refused_to_every_role(app: TalentpoolFlask, role: Role) -> None:
    browser = signed_in(app, role)
    for route in routes(app):
        if route.method != "GET":
            assert browser.client.open(route.path, method=route.method).status_code == 403, route
