"""A person reads what suits and answers; staff read who, a town how many in steps, and nobody else anything."""

from __future__ import annotations

import re

import sqlalchemy as sa
from werkzeug.test import TestResponse

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate, ProfileView
from talentpool.db import Database
from talentpool.needs.models import NeedMode
from talentpool.permissions import Role
from talentpool.preferences.models import Answer, Interest
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import make_candidate, make_need
from tests.pages import version_in
from tests.preferences.made import make_interest


def enter_as(app: TalentpoolFlask, database: Database, person: int) -> Browser:
    with database.reading() as session:
        user = session.get_one(User, session.get_one(Candidate, person).user_id)
    browser = Browser(app)
    browser.enter(user)
    return browser


def test_a_person_answers_a_need_whose_town_they_read_only_once_it_names_itself(
    app: TalentpoolFlask, database: Database
) -> None:
    now = clock.now()
    with database.writing() as session:
        person = make_candidate(session, now=now)
        need = make_need(
            session, title="秘密の窓口改革", now=now, mode=NeedMode.HYBRID, on_site_share=30
        )
        foreign = make_need(session, title="合わない募集", musts={"security": 4}, now=now)
        ident, here, there = person.id, need.id, foreign.id
    browser, town = enter_as(app, database, ident), signed_in(app, Role.MUNICIPALITY)
    page = browser.get("/suited").text
    assert f'href="/suited/{here}"' in page
    assert f'href="/suited/{there}"' not in page
    assert "求める水準の技能があります" in page
    for text in (page, browser.get(f"/suited/{here}").text):
        assert "秘密の窓口改革" not in text
        assert "姫路市" not in text.replace("お住まいの姫路市", "")
        assert "来庁者の待ち時間" not in text
        assert "県内の市町" in text
    assert browser.get(f"/suited/{there}").status_code == 404
    assert browser.get("/suited/999999").status_code == 404
    path = f"/suited/{here}"

    def answer(**typed: str) -> TestResponse:
        return browser.post(path, version=version_in(browser.get(path).text, path), **typed)

    refused = answer(answer="not_now", words="遠いので", bars="y")
    assert refused.status_code == 422
    assert "理由を選んでください。" in refused.text
    assert "遠いので" in refused.text
    before = version_in(browser.get(path).text, path)
    sent = answer(answer="not_now", reason="distance", words="遠いので", bars="y")
    assert sent.status_code == 302
    stale = browser.post(path, version=before, answer="interested", words="古い画面の言葉")
    assert stale.status_code == 409
    assert "古い画面の言葉" in stale.text
    listed = browser.get("/suited").text
    assert "今回は見送り・打診しないでほしい" in listed
    again = browser.get(f"/suited/{here}").text
    assert "遠いので" in again
    assert re.search(r'value="distance"[^>]*selected|selected[^>]*value="distance"', again)
    assert answer(answer="interested").status_code == 302
    form = f"/needs/{here}/showing"
    version = version_in(town.get(form).text, form)
    assert town.post(form, version=version, names_town="yes").status_code == 302
    assert town.post(form, version=version, names_town="no").status_code == 409  # chosen meanwhile
    assert "秘密の窓口改革" in browser.get("/suited").text
    assert "来庁者の待ち時間" in browser.get(f"/suited/{here}").text
    version = version_in(browser.get(path).text, path)
    with database.writing() as session:
        session.execute(sa.text("UPDATE need SET state = 'on_hold'"))
    unfit = f"/suited/{there}"
    for lost in (
        browser.post(
            path, version=version, answer="not_now", reason="other", words="失われない言葉"
        ),
        browser.post(unfit, answer="not_now", reason="nothing", words="失われない言葉"),
    ):
        assert lost.status_code == 409
        assert "失われない言葉" in lost.text
    assert browser.post(unfit).status_code == 404


def test_staff_read_who_answered_and_a_town_only_how_many(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        need = make_need(session)
        people = [make_candidate(session) for _ in range(4)]
        for person in people:
            make_interest(session, need, person)
        cool = make_candidate(session)
        row = make_interest(session, need, cool, Answer.NOT_NOW)
        row.words = "今年度は忙しい。"
        here, code, count = need.id, cool.code, len(people) + 1
    staff, town = signed_in(app, Role.COORDINATOR), signed_in(app, Role.MUNICIPALITY)
    shown = town.get(f"/needs/{here}").text
    assert "3〜5名" in shown
    assert "3名未満" in shown
    assert code not in shown
    assert town.get(f"/needs/{here}/interests").status_code == 403
    assert f"/needs/{here}/interests" in staff.get(f"/needs/{here}").text
    page = staff.get(f"/needs/{here}/interests").text
    assert "4名" in page
    assert code in page
    assert "今年度は忙しい。" in page
    assert staff.get(f"/needs/{here}/showing").status_code == 403
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(ProfileView.id))) == count
        assert session.scalar(sa.select(sa.func.count(Interest.id))) == count


def test_somebody_without_a_registration_is_told_what_lacks(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        make_need(session, state=NeedState.OPEN)
    assert "いまは示せる募集がありません。" in signed_in(app, Role.CANDIDATE).get("/suited").text
