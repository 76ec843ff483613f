"""Somebody of the same town takes away what another one writes on: told as a lost race, not as a missing right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.db import Database
from talentpool.needs import drafting, writing
from talentpool.needs.models import Need
from talentpool.permissions import Role
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, stored_user
from tests.candidates.test_races import PATIENCE, _wait_until_it_waits
from tests.factories import HIMEJI, NOW, make_need


@pytest.fixture
def officer(database: Database) -> User:
    return stored_user(database, Role.MUNICIPALITY, municipality_code=HIMEJI, now=clock.now())


@pytest.fixture
def need(database: Database, officer: User) -> Need:
    """A draft, and what was typed for it since."""
    with database.writing() as session:
        made = make_need(session, municipality_code=HIMEJI, state=NeedState.DRAFT)
        typed = {"title": ["題"]}
        drafting.save_draft(session, None, typed, need=made, actor=officer.actor, now=NOW)
    return made


def test_a_draft_that_is_deleted_while_it_is_saved_comes_back_with_what_was_typed(
    app: TalentpoolFlask, database: Database, officer: User, need: Need
) -> None:
    browser = Browser(app)
    browser.enter(officer)
    form = {
        "csrf_token": browser.token(),
        "version": f"{need.version}-1",
        "title": "新しい題",
        "save": "",
    }
    with ThreadPoolExecutor(1) as thread, database.writing() as session:
        draft = drafting.find_draft(session, session.get_one(Need, need.id))
        assert draft is not None
        drafting.delete_draft(session, draft, actor=officer.actor, now=NOW)
        saved = thread.submit(lambda: browser.client.post(f"/needs/{need.id}/edit", data=form))
        _wait_until_it_waits(database, saved)
        session.commit()
        answer = saved.result(PATIENCE)
    assert answer.status_code == 409
    assert "新しい題" in answer.text


def test_a_need_that_is_deleted_while_it_is_withdrawn_is_not_there(
    app: TalentpoolFlask, database: Database, officer: User, need: Need
) -> None:
    browser = Browser(app)
    browser.enter(officer)
    form = {"csrf_token": browser.token(), "version": str(need.version), "reason": "other"}
    with ThreadPoolExecutor(1) as thread, database.writing() as session:
        row = session.get_one(Need, need.id, with_for_update=True)
        writing.delete_need(session, row, actor=officer.actor, now=NOW)
        sent = thread.submit(lambda: browser.client.post(f"/needs/{need.id}/withdraw", data=form))
        _wait_until_it_waits(database, sent)
        session.commit()
        assert sent.result(PATIENCE).status_code == 404
