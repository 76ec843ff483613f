"""Two people edit the same thing: the second one is shown both versions, and nothing of either is lost."""

from __future__ import annotations

import re

import pytest

from talentpool.candidates.models import Candidate
from talentpool.permissions import Role
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in, stored_user
from tests.candidates.typed import STEPS
from tests.factories import make_candidate, make_need
from tests.needs.test_pages import NEED

from .test_refusals import CASES, Case

NEW = {  # makes something, or says something about oneself that nobody else can
    "placements.ask_about_offer", "placements.ask_for_person",
    "accounts.choose_language", "accounts.choose_mails", "accounts.sign_in", "accounts.sign_up", "accounts.request_reset", "accounts.confirm_address",
    "accounts.accept_invitation", "accounts.reset_password", "accounts.show_own", "accounts.invite",
    "candidates.confirm_reception", "candidates.save_new_person", "candidates.pause", "complaints.file_complaint", "conflicts.record_conflict", "merging.compare_pair", "travel.correct_travel", "credentials.say_own", "credentials.say_for", "credentials.answer_office", "needs.new_need", "placements.lift_hold", "rounds.new_round",
    "cases.new_case", "consultations.new_consultation",
    "rounds.try_round", "rounds.direct_pair", "notes.write_about_person", "notes.write_about_need",
    "notes.write_about_placement", "notes.write_about_work", "notes.note_call", "meetings.new_meeting", "meetings.name_theme", "funding.new_funding", "panels.open_panel", "panels.replace_member", "programmes.new_programme", "programmes.refer_town", "panels.score_person", "panels.write_consensus",
}  # fmt: skip
LISTS = {
    "placements.list_approvals",
    "placements.decide_paper",  # sends what was shown of the paper: tests/placements/test_paper_pages.py
    "placements.draft_placements",
    "placements.draft_round",  # tests/placements/test_bulk.py
    "placements.take_effect",  # sends what was shown: tests/placements/test_revising_pages.py
    "placements.record_answer",  # sends the state that was shown: tests/placements/test_recording.py
    "placements.note_told",  # the other button of the form of note_posted
}  # tests/placements/test_lost.py
FORM = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL)
VERSION = re.compile(
    r'name="version(?:_\d+)?"[^>]*value="([^"]+)"'
)  # numbered where a form has several


def form_to(page: str, path: str) -> str:
    """The form that goes to `path`; one without an action goes to the page's own."""
    forms = [form for form in FORM.findall(page) if "signout" not in form.split(">")[0]]
    return next(
        form for form in forms
        if f'action="{path}"' in form.split(">")[0] or "action" not in form.split(">")[0]
    )  # fmt: skip


def version_on(browser: Browser, page: str, path: str | None = None) -> str:
    found = VERSION.search(form_to(browser.get(page).text, path or page))
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.endpoint not in NEW | LISTS],
    ids=lambda case: f"{case.endpoint}-{case.faults}",
)
def test_a_form_that_edits_carries_the_version(app: TalentpoolFlask, case: Case) -> None:
    with app.database.writing() as session:
        user, path, typed = case.send(session)
    assert user is not None
    browser = Browser(app)
    browser.enter(user)
    if case.endpoint == "candidates.save_step":
        browser.post(path, **STEPS[path.rpartition("/")[2]])
        assert VERSION.search(form_to(browser.get(path).text, path))
        return
    assert VERSION.search(form_to(browser.post(path, **typed).text, path))


def test_two_coordinators_verify_the_same_skills(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        candidate = make_candidate(session, skills={"bpr": 2})
    page, path = f"/candidates/{candidate.id}", f"/candidates/{candidate.id}/evidence"
    first, second = signed_in(app, Role.COORDINATOR), signed_in(app, Role.COORDINATOR)
    version = version_on(first, page, path)
    assert version == version_on(second, page, path)
    saved = first.post(path, version=version, evidence_bpr="documented")
    assert saved.status_code == 302, saved.text
    late = second.post(path, version=version, evidence_bpr="confirmed")
    assert late.status_code == 409
    assert "ほかの人が先に変更しました" in late.text
    notice = late.text.split("data-focus")[1].split("</section>")[0]
    assert re.search(r"今の内容：.*書類", notice)
    assert re.search(r"入力した内容：.*確認済み", notice)
    assert 'value="confirmed" selected' in late.text or 'selected value="confirmed"' in late.text
    now = VERSION.search(form_to(late.text, path))
    assert now is not None
    assert second.post(path, version=now[1], evidence_bpr="confirmed").status_code == 302


def test_two_administrators_change_a_role(app: TalentpoolFlask) -> None:
    officer = stored_user(app.database, Role.APPROVER)
    page, path = f"/accounts/{officer.id}", f"/accounts/{officer.id}/role"
    first, second = signed_in(app, Role.ADMIN), signed_in(app, Role.ADMIN)
    version = version_on(second, page, path)
    signing_in = Browser(app)
    signing_in.sign_in(officer)  # changes the row, and not the role
    assert first.post(path, version=version, role="coordinator").status_code == 302
    late = second.post(path, version=version, role="auditor")
    assert late.status_code == 409
    assert "県担当者" in late.text
    assert first.post(path, role="auditor").status_code == 409


def test_two_officers_of_a_town_write_a_need(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        need = make_need(session, state=NeedState.DRAFT)
    path = f"/needs/{need.id}/edit"
    first, second = signed_in(app, Role.MUNICIPALITY), signed_in(app, Role.MUNICIPALITY)
    version = version_on(first, path)
    assert first.post(path, **NEED, version=version).status_code == 302
    late = second.post(path, **NEED | {"title": "二人目の名前", "half_days": "6"}, version=version)
    assert late.status_code == 409
    assert 'value="二人目の名前"' in late.text
    notice = late.text.split("data-focus")[1].split("<form")[0]
    assert NEED["title"] in notice
    assert "1か月の半日コマ数" in notice
    assert "技能" not in notice
    now = VERSION.search(form_to(late.text, path))
    assert now is not None
    assert second.post(path, **NEED | {"title": "二人目の名前"}, version=now[1]).status_code == 302


@pytest.mark.parametrize("step", STEPS)
def test_the_first_save_of_a_step_is_no_change_by_somebody_else(
    app: TalentpoolFlask, step: str
) -> None:
    person = signed_in(app, Role.CANDIDATE)
    path = f"/profile/{step}"
    version = version_on(person, path)  # before there is a profile
    other = "career" if step != "career" else "basics"
    assert person.post(f"/profile/{other}", **STEPS[other]).status_code == 302
    assert version_on(person, path) == version
    assert person.post(path, **STEPS[step], version=version).status_code == 302
    assert version_on(person, path) != version


def test_two_windows_of_one_person(app: TalentpoolFlask) -> None:
    person = signed_in(app, Role.CANDIDATE)
    path, typed = "/profile/basics", STEPS["basics"]
    person.post(path, **typed)
    version = version_on(person, path)
    person.post("/profile/career", **STEPS["career"])  # another step changes nothing of this one
    assert person.post(path, **typed | {"phone": "078-000-1111"}, version=version).location
    late = person.post(path, **typed | {"phone": "078-000-2222"}, version=version)
    assert late.status_code == 409
    assert "078-000-1111" in late.text
    assert 'value="078-000-2222"' in late.text
    with app.database.reading() as session:
        assert session.query(Candidate).one().phone == "078-000-1111"
