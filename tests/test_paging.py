"""A list is cut into pages, and a number beyond either end gives the nearest page."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.db import Session
from talentpool.mail import MailOrder
from talentpool.needs.models import Need
from talentpool.paging import PORTION, Listed, cut_page, fetch_page
from talentpool.permissions import SYSTEM, Role, visible
from tests.factories import NOW, make_need, make_user


@pytest.mark.parametrize(
    ("asked", "number", "rows"),
    [(1, 1, [1, 2]), (3, 3, [5]), (4, 3, [5]), (10**30, 3, [5]), (0, 1, [1, 2]), (-7, 1, [1, 2])],
)
def test_a_number_beyond_either_end_is_the_nearest_page(
    asked: int, number: int, rows: list[int]
) -> None:
    page = cut_page([1, 2, 3, 4, 5], asked, size=2)
    assert (page.number, page.pages, page.total, page.rows) == (number, 3, 5, rows)


def test_an_empty_list_has_one_empty_page() -> None:
    page = cut_page([], 2, size=20)
    assert (page.number, page.pages, page.total, page.rows) == (1, 1, 0, [])


def test_a_page_of_a_query_holds_the_rows_that_its_number_holds_of_all_rows(
    session: Session,
) -> None:
    for title in "edcba":
        make_need(session, title=title)
    query = visible(SYSTEM, Need).order_by(Need.title)
    everything = session.scalars(query).all()
    for number in (0, 1, 2, 3, 9):
        assert fetch_page(session, query, number, size=2) == cut_page(everything, number, size=2)


def test_a_query_without_any_condition_is_counted_too(session: Session) -> None:
    make_need(session)
    assert fetch_page(session, sa.select(Need), 1, size=2).total == 1


def test_all_rows_come_in_portions_and_only_one_of_them_is_kept(session: Session) -> None:
    recipient = make_user(session, Role.ADMIN).id
    many = 2 * PORTION + 7
    session.execute(
        sa.insert(MailOrder),
        [
            {
                "message_id": f"m{k}", "event": f"e{k}", "recipient_id": recipient, "template": "x",
                "link": "/", "values": {}, "ordered_at": NOW,
            }
            for k in range(many)
        ],
    )  # fmt: skip
    listed = Listed(session, sa.select(MailOrder).order_by(MailOrder.id.desc()), 10)
    events, kept = [], []
    for order in listed.rows():
        events.append(order.event)
        kept.append(sum(isinstance(row, MailOrder) for row in session.identity_map.values()))
    assert events == [f"e{k}" for k in reversed(range(many))]
    assert max(kept) <= 2 * PORTION  # one that is read and one that comes
    assert len(listed.page(1).rows) == 10
