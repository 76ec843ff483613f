"""What a person reads before answering: the pay in all, the way there, the months beside other bookings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from talentpool import dates
from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.needs.models import NeedMode
from talentpool.placements import weighing
from talentpool.placements.models import Placement
from talentpool.reference.service import load_catalogue
from talentpool.states import PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser

MAY = dates.month_number(2027, 5)


def asked(session: Session, **need: Any) -> Placement:
    """Somebody asked for May and June, who is booked by another town and held by a third in May."""
    person = make.make_candidate(session, home_code=make.SAYO)
    for state in (PlacementState.CONFIRMED, PlacementState.OFFERED):
        other = make.make_need(session, first_month=MAY, last_month=MAY, half_days=2)
        make.make_placement(session, other, person, state=state)
    terms = {"first_month": MAY, "last_month": MAY + 1, "half_days": 3} | need
    return make.make_placement(
        session, make.make_need(session, **terms), person, state=PlacementState.OFFERED
    )


def test_months_tell_what_is_asked_from_what_is_taken_already(session: Session) -> None:
    placement = asked(session)
    found = weighing.weigh(session, placement, load_catalogue(session)).months
    assert [(m.month, m.booked, m.held, m.asked, m.free) for m in found] == [
        (MAY, 2, 2, 3, 1),
        (MAY + 1, 0, 0, 3, 5),
    ]


def test_pay_is_told_in_all(session: Session) -> None:
    placement = asked(session, pay_amount=25_000, pay_basis="day")
    pay = weighing.weigh(session, placement, load_catalogue(session)).pay
    assert (pay.units, pay.total) == (3, 75_000)


@pytest.mark.parametrize(
    ("mode", "share", "days", "has_travel"),
    [
        (NeedMode.ONLINE, 0, 0, False),
        (NeedMode.HYBRID, 50, Fraction(3, 4), True),
        (NeedMode.ONSITE, 100, Fraction(3, 2), True),
    ],
)
def test_the_way_is_told_for_work_on_site(
    session: Session, mode: NeedMode, share: int, days: Fraction, has_travel: bool
) -> None:
    placement = asked(session, mode=mode, on_site_share=share, place_code=make.ASAGO)
    catalogue = load_catalogue(session)
    found = weighing.weigh(session, placement, catalogue)
    assert found.days_on_site == days
    assert found.travel == (catalogue.travel(make.SAYO, make.ASAGO) if has_travel else None)


def test_the_page_says_all_of_it_and_what_the_pay_is_made_of(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        placement = asked(
            session, mode=NeedMode.ONSITE, place_code=make.ASAGO, pay_amount=25_000, pay_basis="day"
        )
        user = session.get_one(User, placement.candidate.user_id)
    person = Browser(app)
    person.sign_in(user)
    page = person.get(f"/offers/{placement.id}").text
    for said in (
        "総額 75,000円",
        "日額25,000円 × 3日",
        "片道 約",
        "確保2・仮押さえ2・この打診3・空き1",
    ):
        assert said in page
    assert page.index("引き受けると：") < page.index("辞退する</a>")
