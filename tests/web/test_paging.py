"""Every list with pages answers every number that an address can hold."""

from __future__ import annotations

import re
from pathlib import Path

from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.needs.finding import PAGE
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import make_candidate, make_need, make_round_with_plan
from tests.rounds.test_history import run

TEMPLATES = Path(__file__).parents[2] / "templates"
LISTS = {
    "accounts/list_accounts.html": "/accounts",
    "accounts/list_audit.html": "/audit",
    "accounts/list_mails.html": "/mails",
    "accounts/list_notices.html": "/notices",
    "candidates/list_candidates.html": "/candidates",
    "candidates/list_views.html": "/views",
    "cases/list_cases.html": "/cases",
    "complaints/list_complaints.html": "/complaints",
    "credentials/list_credentials.html": "/credentials",
    "rota/show_rota.html": "/rota",
    "conflicts/list_conflicts.html": "/conflicts",
    "consultations/list_consultations.html": "/consultations",
    "consultations/list_shared.html": "/consultations/shared",
    "engagements/list_engagements.html": "/engagements",
    "funding/list_fundings.html": "/funding",
    "meetings/list_meetings.html": "/meetings",
    "gaps/list_gaps.html": "/gaps",
    "pool/list_unasked.html": "/candidates/unasked",
    "needs/list_needs.html": "/needs/",
    "placements/list_papers.html": "/papers",
    "placements/list_placements.html": "/placements",
    "programmes/list_programmes.html": "/programmes",
    "programmes/list_referrals.html": "/referrals",
    "reviews/list_reviews.html": "/reviews",
    "rounds/list_rounds.html": "/rounds/",
    "rounds/show_blocking.html": "/rounds/{solved}/blocking",
    "rounds/show_plan.html": "/rounds/{round}",
    "rounds/show_ranking.html": "/rounds/{round}/needs/{need}",
}
NUMBERS = ("", "0", "-1", "2", "１", "1.5", "x", "%00", "9" * 30, "9" * 5000)


def test_every_list_answers_every_page_number(
    app: TalentpoolFlask, database: Database, session: Session
) -> None:
    make_candidate(session, half_days=4, skills={"bpr": 3})
    solved = run(database, session, [make_need(session, musts={"bpr": 1})]).id
    session.close()
    with app.database.writing() as unit:
        need = make_need(unit)
        made = make_round_with_plan(unit, [], needs=[need])
        person = unit.get_one(User, make_candidate(unit).user_id)
        known = {"round": made.id, "need": need.id, "solved": solved}
    auditor, own = signed_in(app, Role.AUDITOR), Browser(app)
    own.enter(person)
    for path in LISTS.values():
        browser = own if path == "/views" else auditor
        for number in NUMBERS:
            answer = browser.get(f"{path.format(**known)}?page={number}")
            assert answer.status_code == 200, (path, number)


def test_every_list_with_pages_is_tried() -> None:
    found = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        if re.search(r"\{\{ pager\(|call\(\w+\) list_page\(", path.read_text(encoding="utf-8"))
        and path.parent.name != "_parts"
        and path.name != "styleguide.html"
    }
    assert found == set(LISTS)


def test_pages_and_files_are_linked_with_whatever_stands_in_the_query(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        for _ in range(PAGE + 1):
            make_need(session)
    auditor = signed_in(app, Role.AUDITOR)
    for name in ("endpoint", "self", "_method", "_anchor", "_scheme", "_external", "x%20y", "%FF"):
        page = auditor.get(f"/needs/?{name}=a&state=open&theme=&theme=x&page=1")
        assert page.status_code == 200, name
        links = re.findall(r'href="([^"]*(?:page=2|format=)[^"]*)"', page.text)
        assert len(links) >= 4, name
        for link in links:
            assert link.startswith("/needs/?")
            assert "state=open&amp;theme=&amp;theme=x" in link
