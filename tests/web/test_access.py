"""Every role against every route: nobody reaches more than the table of permissions allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from talentpool import clock
from talentpool.accounts.postal import PostalTask
from talentpool.complaints.models import Complaint
from talentpool.complaints.service import file_complaint
from talentpool.consultations.models import Sharing
from talentpool.dates import last_day
from talentpool.db import Database, Session
from talentpool.engagements.models import Engagement, WorkLog
from talentpool.engagements.plan_changes import PlanChange
from talentpool.mail import order_mail
from talentpool.needs.models import JointMember, JointNeed, Need
from talentpool.permissions import SYSTEM, Actor, Role, scope_of
from talentpool.reviews import asking
from talentpool.reviews.models import Kind
from talentpool.states import PlacementState
from talentpool.web.access import ACCESS
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.cases.made import make_case
from tests.conflicts.made import make_conflict
from tests.consultations.made import make_closed, make_referred
from tests.factories import (
    NOW,
    OSAKA,
    make_addition,
    make_candidate,
    make_counter,
    make_credential,
    make_extension,
    make_merge,
    make_need,
    make_need_draft,
    make_placement,
    make_question,
    make_round_with_plan,
    make_sent_log,
    make_user,
)
from tests.funding.made import make_funding
from tests.meetings.made import make_companion, make_meeting
from tests.panels.made import make_panel
from tests.programmes.made import make_referral
from tests.reviews.made import make_report

# All that visitors reach, as the public contract says; a new entry is a decision.
PUBLIC = {
    "accounts.accept_invitation",
    "accounts.confirm_address",
    "accounts.request_reset",
    "accounts.reset_password",
    "accounts.sign_in",
    "accounts.sign_up",
    "engagements.read_calendar",
    "candidates.confirm_reception",
    "candidates.show_blank_form",
    "credentials.answer_office",
    "credentials.show_answered",
    "home.show_health",
    "home.show_priorities",
    "home.show_readiness",
    "home.show_rules",
    "home.show_top",
    "pages.accessibility",
    "pages.consent",
    "pages.guide",
    "pages.privacy",
    "pages.state_words",
    "pages.words",
    "accounts.signed_up",
    "accounts.send_again",
    "accounts.reset_sent",
    "styleguide.show",
}
ROLES = [role for role in Role if role is not Role.SYSTEM]
SAKAI = "271403"
NOBODY_IS = 10**9  # no object has this number


@dataclass(frozen=True)
class Route:
    endpoint: str
    method: str
    path: str
    has_object: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.endpoint})"


def routes(app: TalentpoolFlask, numbers: Mapping[str, int] | None = None) -> Iterator[Route]:
    """Every route and method, with `numbers` of objects by the part of the path before them."""
    adapter = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        path = adapter.build(rule.endpoint, values(rule, numbers or {}))
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield Route(rule.endpoint, method, path, bool(rule.arguments))


def values(rule: Rule, numbers: Mapping[str, int]) -> dict[str, object]:
    """The arguments of a path: the given numbers, else numbers of nothing."""
    found: dict[str, object] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        if isinstance(converter, AnyConverter):
            found[name] = min(converter.items)
        elif isinstance(converter, IntegerConverter):
            kind = rule.rule.partition(f"/<int:{name}>")[0].rpartition("/")[2]
            found[name] = numbers.get(kind, NOBODY_IS)
        else:
            found[name] = "nothing"
    return found


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
    return browser.client.open(
        route.path, method=route.method, data={"csrf_token": token}
    ).status_code


def test_every_route_says_who_may_call_it(app: TalentpoolFlask) -> None:
    assert [route for route in routes(app) if access_of(app, route.endpoint) is None] == []


def test_visitors_reach_only_the_routes_on_the_list(app: TalentpoolFlask) -> None:
    assert {
        route.endpoint for route in routes(app) if access_of(app, route.endpoint) == "public"
    } == PUBLIC


def test_visitors_are_sent_to_the_sign_in_page(app: TalentpoolFlask) -> None:
    stranger = Browser(app)
    token = stranger.token()
    for route in routes(app):
        if route.endpoint in PUBLIC:
            continue
        answer = stranger.client.open(route.path, method=route.method, data={"csrf_token": token})
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/signin"), route


def test_a_visitor_s_post_without_a_token_changes_nothing(app: TalentpoolFlask) -> None:
    for route in routes(app):
        if route.method != "GET":
            assert app.test_client().open(route.path, method=route.method).status_code in {
                302,
                403,
            }, route


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_exactly_the_routes_that_the_table_allows(
    app: TalentpoolFlask, role: Role
) -> None:
    """403 comes before any look-up; whoever may enter gets 404 for a missing object."""
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


def _extension(session: Session, log: WorkLog) -> PlanChange:
    """Of the engagement of a log of this month."""
    last = last_day(log.engagement.last_month + 2)
    return make_extension(session, log.engagement, last=last, half_days=2, now=clock.now())


def complain(session: Session, engagement: Engagement) -> Complaint:
    actor = Actor(engagement.candidate.user_id, Role.CANDIDATE, OSAKA)
    return file_complaint(session, "内容", engagement, actor=actor, now=NOW)


@pytest.fixture
def far(database: Database) -> dict[str, int]:
    """The numbers of one object of each kind in another prefecture, by its name in paths."""
    with database.writing() as session:
        user = make_user(session, Role.COORDINATOR, prefecture_code=OSAKA)
        candidate = make_candidate(session, prefecture_code=OSAKA)
        need = make_need(session, municipality_code=SAKAI)
        placement = make_placement(session, need, candidate, state=PlacementState.INTRODUCED)
        plan = make_round_with_plan(session, [(need, candidate)], prefecture_code=OSAKA)
        membership = candidate.memberships[0]
        log = make_sent_log(session, make_candidate(session, prefecture_code=OSAKA), town=SAKAI)
        counter = make_counter(session, placement)
        told = order_mail(
            session, event="need/1/publish/1", recipient_id=user.id, template="need.publish",
            link="/needs/1", now=NOW, prefecture_code=OSAKA,
        )  # fmt: skip
        letter = PostalTask(
            event=f"placement/{placement.id}/offer/1", candidate_id=candidate.id, prefecture_code=OSAKA,
            template="placement.offer", link=f"/offers/{placement.id}", ordered_at=NOW,
        )  # fmt: skip
        session.add(letter)
        session.flush()
        return {
            "accounts": user.id,
            "candidates": candidate.id,
            "reception": candidate.id,
            "memberships": membership.id,
            "needs": need.id,
            "drafts": make_need_draft(session, municipality_code=SAKAI).id,
            "rounds": plan.id,
            "papers": placement.paper_id or 0,
            "merges": make_merge(
                session, candidate, make_candidate(session, prefecture_code=OSAKA)
            ).id,
            "credentials": make_credential(session, candidate).id,
            "consultations": make_referred(session, town=SAKAI).id,
            "shared": make_closed(session, town=SAKAI, sharing=Sharing.NAMED).id,
            "cases": make_case(session, town=SAKAI).id,
            "complaints": complain(session, log.engagement).id,
            "conflicts": make_conflict(session, OSAKA).id,
            "meetings": make_meeting(session, prefecture_code=OSAKA).id,
            "companions": make_companion(session, SAKAI).id,
            "funding": make_funding(session, prefecture_code=OSAKA).id,
            "programmes": (referral := make_referral(session, SAKAI)).programme_id,
            "referrals": referral.id,
            "mails": told.id,
            "notices": told.id,
            "letters": letter.id,
            "counters": counter.id,
            "questions": make_question(session, placement).id,
            "counter_proposals": counter.id,
            "engagements": log.engagement_id,
            "work_logs": log.id,
            "panels": make_panel(session, placement).id,
            "suited": need.id,
            "joint_members": _member(session, need).id,
            "people": placement.id,
            "reports": make_report(session, log.engagement).id,
            "reviews": asking.ask(
                session, asking.Question(log.engagement, Kind.END), actor=SYSTEM, now=NOW
            )[0].id,
            "plan_changes": _extension(session, log).id,
            "month_additions": make_addition(session, log.engagement).id,
        } | dict.fromkeys(("placements", "offers", "introductions", "approvals"), placement.id)


def _member(session: Session, need: Need) -> JointMember:
    session.add(JointNeed(need_id=need.id, municipality_code=need.municipality_code, half_days=2))
    row = JointMember(
        need=need, prefecture_code=OSAKA, municipality_code="271004", half_days=2, asked_at=NOW
    )
    session.add(row)
    session.flush()
    return row


def test_every_route_is_tried_with_an_object_of_another_prefecture(
    app: TalentpoolFlask, far: dict[str, int]
) -> None:
    assert [route for route in routes(app, far) if str(NOBODY_IS) in route.path] == []


@pytest.mark.parametrize("role", ROLES)
def test_an_object_of_another_prefecture_is_not_found(
    app: TalentpoolFlask, far: dict[str, int], role: Role
) -> None:
    browser = signed_in(app, role)
    token = browser.token()
    wrong = []
    for route in routes(app, far):
        if route.has_object and may_enter(app, route.endpoint, role):
            status = ask(browser, route, token)
            if status != 404:
                wrong.append(f"{status} {route}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_write_without_a_token_is_refused_to_every_role(app: TalentpoolFlask, role: Role) -> None:
    browser = signed_in(app, role)
    for route in routes(app):
        if route.method != "GET":
            assert browser.client.open(route.path, method=route.method).status_code == 403, route
