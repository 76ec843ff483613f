"""Lists of rounds: a page of them, and the few that a plan is compared with, however many there are."""

from __future__ import annotations

import pytest

from talentpool.db import Database, Session
from talentpool.listing import EVERYTHING
from talentpool.permissions import Actor, Role
from talentpool.rounds import service
from talentpool.rounds.models import Round
from talentpool.states import RoundState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import signed_in
from tests.counting import counted_queries
from tests.factories import OSAKA, make_candidate, make_need, make_round_with_plan, make_user


@pytest.fixture
def coordinator(session: Session) -> Actor:
    return make_user(session, Role.COORDINATOR).actor


@pytest.fixture
def rounds(session: Session) -> list[Round]:
    """Finished ones, oldest first, a few more than a page shows; the last of them of another prefecture."""
    pair = make_need(session), make_candidate(session)
    own = [make_round_with_plan(session, [pair]) for _ in range(service.PAGE + 2)]
    return [*own, make_round_with_plan(session, [], prefecture_code=OSAKA)]


def test_rounds_are_listed_by_pages_newest_first(
    session: Session, coordinator: Actor, rounds: list[Round]
) -> None:
    own = rounds[-2::-1]
    found = service.list_rounds(session, coordinator, EVERYTHING).page()
    assert found.rows == own[: service.PAGE]
    assert (found.total, found.number, found.pages) == (len(own), 1, 2)
    for page in (2, 3, 10**30):
        last = service.list_rounds(session, coordinator, EVERYTHING).page(page)
        assert (last.rows, last.number) == (own[service.PAGE :], 2)
    assert service.list_rounds(session, coordinator, EVERYTHING).page(-1) == found
    stranger = make_user(session, Role.COORDINATOR, prefecture_code=OSAKA).actor
    assert service.list_rounds(session, stranger, EVERYTHING).page().rows == rounds[-1:]


def test_a_plan_is_compared_with_the_one_it_was_made_from_and_the_newest(
    session: Session, coordinator: Actor, rounds: list[Round]
) -> None:
    *own, _foreign = rounds
    made = own[20]
    assert service.list_compared(session, coordinator, made) == own[: -service.COMPARED - 1 : -1]
    made.based_on_id = own[3].id
    own[-1].summary, own[-2].state = None, RoundState.DISCARDED
    expected = [own[3], *own[-2 : -service.COMPARED - 1 : -1]]
    assert service.list_compared(session, coordinator, made) == expected
    newest = own[-2]
    assert newest not in service.list_compared(session, coordinator, newest)


def test_the_pages_read_no_more_rounds_than_they_show(
    app: TalentpoolFlask, database: Database, session: Session, rounds: list[Round]
) -> None:
    first, last = rounds[0].id, rounds[-2].id
    session.commit()
    browser = signed_in(app, Role.AUDITOR)
    page = browser.get("/rounds/").text
    assert f'"/rounds/{last}"' in page
    assert f'"/rounds/{first}"' not in page
    assert "2ページ中1ページ目" in page
    assert f'"/rounds/{first}"' in browser.get("/rounds/?page=2").text
    with counted_queries(database) as seen:
        browser.get("/rounds/")
    listing = [statement for statement in seen if "FROM round" in statement]
    assert len(listing) == 4
    assert any("LIMIT" in statement for statement in listing)
