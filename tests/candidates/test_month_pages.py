"""The months of a person over HTTP: turned up and down, copied, paused and resumed."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate, CandidateWindow
from talentpool.db import Database
from talentpool.ledger import service as ledger
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser
from ..pages import version_in
from . import typed

PATH = "/availability"


@pytest.fixture
def first() -> int:
    return dates.month_of(dates.local_date(clock.now()))


@pytest.fixture
def person(app: TalentpoolFlask, database: Database, first: int) -> Browser:
    """Somebody with 8 half-days in each of six months, of which 3 of the second are booked."""
    with database.writing() as session:
        candidate = make.make_candidate(session, first_month=first, last_month=first + 5)
        need = make.make_need(session, first_month=first + 1, last_month=first + 1, half_days=3)
        make.make_placement(session, need, candidate, state=PlacementState.CONFIRMED)
        user = session.get_one(User, candidate.user_id)
    browser = Browser(app)
    browser.sign_in(user)
    return browser


def boxes(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'name="month_\d+"[^>]*value="(\d+)"', page)]


def send(person: Browser, first: int, numbers: list[int], **more: Any) -> Any:
    fields = {f"month_{first + place}": str(n) for place, n in enumerate(numbers)}
    version = version_in(person.get(PATH).text, PATH)
    return person.post(PATH, **fields, most_at_once="1", version=version, **more)


def test_twelve_months_from_now_with_what_is_taken(person: Browser, first: int) -> None:
    page = person.get(PATH).text
    assert boxes(page) == [8] * 6 + [0] * 6
    assert "確保3" in page
    second = page.partition(f'value="{first + 1}" aria-label')[0][-200:]
    assert 'name="less"' in second


def test_a_button_changes_one_box_and_stores_nothing(
    person: Browser, database: Database, first: int
) -> None:
    answer = send(person, first, [8] * 6 + [0] * 6, more=str(first))
    assert answer.status_code == 303
    assert boxes(person.get(answer.location).text) == [9, 8, 8, 8, 8, 8] + [0] * 6
    assert boxes(person.get(PATH).text) == [8] * 6 + [0] * 6
    answer = send(person, first, [8, 3, 8, 8, 8, 8] + [0] * 6, less=str(first + 1))
    assert boxes(person.get(answer.location).text)[1] == 3  # booked


def test_a_number_is_copied_to_the_months_below(person: Browser, first: int) -> None:
    answer = send(person, first, [2] + [0] * 11, copy="1", copied=str(first))
    assert boxes(person.get(answer.location).text) == [2, 3] + [2] * 10


def test_saving_changes_windows_and_ledger(person: Browser, database: Database, first: int) -> None:
    answer = send(person, first, [8, 8, 4, 8, 0, 8, 2] + [0] * 5)
    assert answer.status_code == 302, typed.errors(answer.text)
    assert answer.location == PATH
    with database.reading() as session:
        candidate = session.scalars(sa.select(Candidate)).one()
        months = [row.capacity for row in ledger.list_months(session, candidate.id)]
        assert months == [8, 8, 4, 8, 0, 8, 2]
        assert list(ledger.violations(session)) == []


def test_less_than_what_is_booked_is_refused_at_the_months(person: Browser, first: int) -> None:
    answer = send(person, first, [8, 2] + [8] * 4 + [0] * 6)
    assert answer.status_code == 422
    assert any("3コマ" in text for text in typed.errors(answer.text))
    assert boxes(answer.text)[1] == 2


@pytest.mark.parametrize("text", ["たくさん", "63", "-1"])
def test_what_is_no_number_is_refused_at_its_box(person: Browser, first: int, text: str) -> None:
    version = version_in(person.get(PATH).text, PATH)
    answer = person.post(PATH, **{f"month_{first}": text}, most_at_once="1", version=version)
    assert answer.status_code == 422
    assert typed.errors(answer.text)
    assert f'value="{text}"' in answer.text


def test_a_pause_ends_in_one_step(person: Browser, database: Database, first: int) -> None:
    month = dates.month_text(first + 3)
    answer = person.post(f"{PATH}/pause", first_month=month, last_month=month, note="旅行")
    assert answer.status_code == 302
    page = person.get(PATH).text
    assert "旅行" in page
    assert boxes(page)[3] == 0
    ident = re.search(r'name="window" value="(\d+)"', page)
    assert ident is not None
    assert person.post(f"{PATH}/resume", window=ident[1]).status_code == 302
    assert boxes(person.get(PATH).text) == [8] * 6 + [0] * 6
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(CandidateWindow.id))) == 1
    assert person.post(f"{PATH}/resume", window=ident[1]).status_code == 404


def test_months_that_began_before_keep_their_past(
    app: TalentpoolFlask, database: Database, first: int
) -> None:
    with database.writing() as session:
        candidate = make.make_candidate(session, first_month=first - 6, last_month=first + 5)
        user = session.get_one(User, candidate.user_id)
    browser = Browser(app)
    browser.sign_in(user)
    answer = send(browser, first, [4] + [8] * 5 + [0] * 6)
    assert answer.status_code == 302, typed.errors(answer.text)
    with database.reading() as session:
        windows = session.scalars(sa.select(CandidateWindow).order_by(CandidateWindow.first_month))
        assert [(row.first_month - first, row.last_month - first, row.half_days) for row in windows] == [
            (-6, -1, 8), (0, 0, 4), (1, 5, 8),
        ]  # fmt: skip
