"""An early end: what it would free is shown first; before it comes it can be made later, or taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from talentpool import dates, schema
from talentpool.accounts.models import User
from talentpool.db import Database, Session
from talentpool.engagements.models import Engagement
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.ledger import service as ledger
from talentpool.ledger.models import LedgerMonth
from talentpool.mail import MailOrder
from talentpool.permissions import Actor, Role
from talentpool.placements import reconsidering
from talentpool.placements.finishing import complete_over, end_engagement
from talentpool.placements.models import Placement
from talentpool.states import EngagementState, PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser
from .cast import Cast, assert_sound

PS, ES = PlacementState, EngagementState
JUNE = dates.month_number(2027, 6)
NOON = dates.start_of_day(date(2027, 6, 10)) + timedelta(hours=12)
JULY, END = date(2027, 7, 15), date(2027, 9, 30)


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def _ending(
    cast: Cast, *, by: str = "town", last: date = JULY, **columns: object
) -> tuple[Engagement, Placement]:
    engagement = make.make_engagement(cast.session, **columns)  # type: ignore[arg-type]
    placement = cast.session.get_one(Placement, engagement.placement_id)
    _end(cast, engagement, by, last)
    return engagement, placement


def _side(cast: Cast, engagement: Engagement, by: str) -> Actor:
    placement = cast.session.get_one(Placement, engagement.placement_id)
    return {"town": cast.town, "person": cast.person(placement), "office": cast.coordinator}[by]


def _end(cast: Cast, engagement: Engagement, by: str, last: date) -> None:
    end_engagement(
        cast.session, engagement, last=last, reason="budget", actor=_side(cast, engagement, by),
        now=NOON,
    )  # fmt: skip
    cast.session.flush()


def _change(
    cast: Cast,
    engagement: Engagement,
    last: date | None,
    *,
    by: str = "town",
    comment: str = "予算が付いた",
) -> None:
    reconsidering.change_end(
        cast.session, engagement, last=last, comment=comment, actor=_side(cast, engagement, by),
        now=NOON,
    )  # fmt: skip
    cast.session.flush()


@pytest.mark.parametrize("by", ["town", "person", "office"])
def test_the_side_that_said_it_takes_it_back(cast: Cast, session: Session, by: str) -> None:
    engagement, placement = _ending(cast, by=by)
    before = session.scalar(sa.select(sa.func.count()).select_from(MailOrder))
    assert engagement.freed_half_days == {"2027-08": 4, "2027-09": 4}
    _change(cast, engagement, None, by=by)
    assert (engagement.last_day, engagement.end_reason) == (END, None)
    assert list(ledger.list_booked(session, placement.id)) == [*dates.months(JUNE - 2, JUNE + 3)]
    assert session.scalar(sa.select(sa.func.count()).select_from(MailOrder)) > (before or 0)
    assert_sound(session)
    assert complete_over(session, dates.start_of_day(date(2027, 7, 16))) == []
    _end(cast, engagement, "office", JULY)  # and it can be decided again
    assert_sound(session)


def test_a_later_day_books_the_months_up_to_it(cast: Cast, session: Session) -> None:
    engagement, placement = _ending(cast)
    _change(cast, engagement, date(2027, 8, 20))
    assert (engagement.last_day, engagement.end_reason) == (date(2027, 8, 20), "budget")
    assert max(ledger.list_booked(session, placement.id)) == JUNE + 2
    assert engagement.freed_half_days == {"2027-09": 4}
    assert_sound(session)
    _change(cast, engagement, END)
    assert (engagement.end_reason, engagement.freed_half_days) == (None, {})
    assert_sound(session)


@pytest.mark.parametrize("by", ["person", "office"])
def test_another_side_does_not(cast: Cast, session: Session, by: str) -> None:
    engagement, _ = _ending(cast, by="town")
    with pytest.raises(Forbidden):
        _change(cast, engagement, None, by=by)
    assert engagement.last_day == JULY


def test_the_last_side_to_decide_is_the_one(cast: Cast, session: Session) -> None:
    engagement, _ = _ending(cast, by="town", last=date(2027, 8, 31))
    _end(cast, engagement, "person", JULY)
    with pytest.raises(Forbidden):
        _change(cast, engagement, None, by="town")
    _change(cast, engagement, None, by="person")
    assert engagement.last_day == END
    assert_sound(session)


@pytest.mark.parametrize("last", [JULY, date(2027, 7, 1), date(2027, 10, 1)])
def test_a_day_that_is_not_later_or_too_late_is_refused(
    cast: Cast, session: Session, last: date
) -> None:
    engagement, _ = _ending(cast)
    with pytest.raises(Refused) as refused:
        _change(cast, engagement, last)
    assert "last_day" in refused.value.fields


def test_it_needs_a_reason(cast: Cast, session: Session) -> None:
    engagement, _ = _ending(cast)
    with pytest.raises(Refused) as refused:
        _change(cast, engagement, None, comment="  ")
    assert "comment" in refused.value.fields


def test_months_that_others_have_taken_stay_with_them(cast: Cast, session: Session) -> None:
    engagement, placement = _ending(cast)
    taken = sa.update(LedgerMonth).where(
        LedgerMonth.candidate_id == placement.candidate_id, LedgerMonth.month == JUNE + 3
    )
    session.execute(taken.values(capacity=2))
    session.commit()
    engagement = session.get_one(Engagement, engagement.id)
    with pytest.raises(Conflict, match="ほかの約束"):
        _change(cast, engagement, None)
    session.rollback()
    engagement = session.get_one(Engagement, engagement.id)
    assert engagement.last_day == JULY
    _change(cast, engagement, date(2027, 8, 31))  # as far as it goes
    assert_sound(session)


def test_nothing_is_taken_back_once_it_is_over(cast: Cast, session: Session) -> None:
    engagement, _ = _ending(cast, last=date(2027, 6, 10))
    assert engagement.state is ES.ENDED
    with pytest.raises(Conflict):
        _change(cast, engagement, None)


def test_an_end_that_nobody_decided_is_not_changed(cast: Cast, session: Session) -> None:
    engagement = make.make_engagement(session)
    with pytest.raises(Conflict):
        _change(cast, engagement, None)


def test_the_preview_names_the_months_and_who_would_be_asked(cast: Cast, session: Session) -> None:
    need = make.make_need(session)
    engagement = make.make_engagement(session, need=need)
    gone = make.make_candidate(session, first_month=JUNE + 9, last_month=JUNE + 12)
    make.make_placement(session, need, gone, state=PS.APPROVED, seat=1, rank=2)
    able = make.make_placement(
        session, need, make.make_candidate(session), state=PS.APPROVED, seat=1, rank=3
    )
    preview = reconsidering.preview_end(session, engagement, JULY, now=NOON)
    assert preview.freed == {JUNE + 2: 4, JUNE + 3: 4}
    assert (preview.alternate, preview.is_now) == (able, False)
    assert reconsidering.preview_end(session, engagement, date(2027, 6, 10), now=NOON).is_now
    _end(cast, engagement, "office", date(2027, 6, 10))
    assert able.state is PS.OFFERED  # as it said


def test_the_side_of_an_end_from_before_is_read_from_the_trail(
    database: Database, cast: Cast, session: Session
) -> None:
    engagement, _ = _ending(cast, by="person")
    ident = engagement.id
    session.commit()
    session.close()
    schema.downgrade(database, "0027")
    schema.upgrade(database)
    with database.reading() as reading:
        found = reading.get_one(Engagement, ident)
        assert (found.end_side, found.planned_last_day) == ("candidate", None)
        assert found.freed_half_days == {}


def test_the_pages_ask_before_they_act(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        need = make.make_need(session)
        engagement = make.make_engagement(session, need=need)
        other = make.make_candidate(session, family_name="黒田次点")
        make.make_placement(session, need, other, state=PS.APPROVED, seat=1, rank=2)
        person = session.get_one(User, engagement.candidate.user_id)
        users = [
            person,
            *(make.make_user(session, role) for role in (Role.MUNICIPALITY, Role.COORDINATOR)),
        ]
    browsers = []
    for user in users:
        browser = Browser(app)
        browser.enter(user)
        browsers.append(browser)
    path = f"/engagements/{engagement.id}/end"
    for browser, is_told in zip(browsers, (False, False, True), strict=True):
        assert "空く月を確かめる" in browser.get(path).text
        page = browser.get(f"{path}?last_day=令和9年6月30日")
        assert page.status_code == 200
        assert "2027年7月" in page.text
        assert "打診します" in page.text
        assert ("黒田次点" in page.text) is is_told
    for wrong in ("", "いつか", "2030-01-01"):
        refused = browsers[1].get(f"{path}?last_day={wrong}")
        assert refused.status_code == 422
        assert 'value="budget"' not in refused.text
    town = browsers[1]
    typed = {"last_day": "2027-06-30", "reason": "budget", "comment": "補足です"}
    for seen in ({}, {"seen": "2027-07-31"}):  # what was shown was about another day
        again = town.post(path, **typed, **seen, version=engagement.version)
        assert again.status_code == 422
        assert "補足です" in again.text
        assert "2027年7月" in again.text
    assert "終わります" not in town.get(f"/engagements/{engagement.id}").text
    done = town.post(path, **typed, version=engagement.version, seen="2027-06-30")
    assert done.status_code == 302
    assert "終了の決定を変える" in town.get(f"/engagements/{engagement.id}").text
    assert "終了の決定を変える" not in browsers[0].get(f"/engagements/{engagement.id}").text
    assert browsers[0].get(f"{path}/change").status_code == 404
    with app.database.reading() as session:
        version = session.get_one(Engagement, engagement.id).version
    back = town.post(f"{path}/change", comment="予算が付いた", version=version)
    assert back.status_code == 302
    assert "早期終了は取りやめになりました" in browsers[0].get(f"/engagements/{engagement.id}").text
