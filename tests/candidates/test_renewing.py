"""One button for another term: the last day, the availability and the consents, in the last sixty days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.candidates import confirming, consenting, freshness, reminding, renewing
from talentpool.candidates.models import Consent, Membership
from talentpool.dates import JST, local_date
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden
from talentpool.permissions import Actor, Role
from talentpool.states import MembershipState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser

NOW = datetime(2027, 2, 10, 10, 0, tzinfo=JST)
LAST, NEXT = date(2027, 3, 31), date(2028, 3, 31)
DAY = timedelta(days=1)


def ending(session: Session, last: date = LAST) -> Membership:
    row = make.make_candidate(session, now=NOW - 300 * DAY).memberships[0]
    row.active_until = last
    make.make_consent(session, row.candidate, "introduction", make.HYOGO, now=NOW - 300 * DAY)
    session.flush()
    session.refresh(row.candidate)
    return row


def own(row: Membership) -> Actor:
    return Actor(row.candidate.user_id, Role.CANDIDATE, make.HYOGO)


def test_one_step_renews_the_term_the_months_and_the_consents(session: Session) -> None:
    row = ending(session)
    for consent in row.candidate.consents:
        consent.text_version = "0"
    session.flush()
    confirming.remind(session, NOW)
    given = consenting.consents_in_force(row.candidate, make.HYOGO)
    renewal = renewing.find_renewal(session, row, NOW)
    assert renewal is not None
    assert (renewal.until, sorted(renewal.newer)) == (NEXT, sorted(given))
    renewing.renew_membership(session, row, actor=own(row), now=NOW)
    assert row.active_until == NEXT
    found = consenting.consents_in_force(row.candidate, make.HYOGO)
    assert found.keys() == given.keys()
    assert {consent.given_at for consent in found.values()} == {NOW}
    assert "0" not in {consent.text_version for consent in found.values()}
    assert freshness.list_fresh(session, [row], NOW)[row.id].asked_at is None
    with pytest.raises(Conflict):  # a second tap finds nothing to renew
        renewing.renew_membership(session, row, actor=own(row), now=NOW)


def test_a_consent_in_todays_text_stays_as_it_was_given(session: Session) -> None:
    row = ending(session)
    before = {consent.id for consent in row.candidate.consents}
    renewing.renew_membership(session, row, actor=own(row), now=NOW)
    assert {consent.id for consent in row.candidate.consents} == before


@pytest.mark.parametrize(
    ("days", "is_offered"), [(61, False), (60, True), (7, True), (0, True), (-1, False)]
)
def test_it_is_offered_in_the_last_sixty_days(
    session: Session, days: int, is_offered: bool
) -> None:
    now = datetime(2027, 3, 31, 10, 0, tzinfo=JST) - days * DAY
    row = ending(session)
    assert (renewing.find_renewal(session, row, now) is not None) is is_offered


def test_what_was_withdrawn_is_not_given_again(session: Session) -> None:
    row = ending(session)
    for consent in row.candidate.consents:
        consent.withdrawn_at = NOW - DAY
    session.flush()
    with pytest.raises(Conflict):
        renewing.renew_membership(session, row, actor=own(row), now=NOW)
    assert row.active_until == LAST
    assert session.scalars(sa.select(Consent).where(Consent.given_at == NOW)).all() == []


def test_who_has_left_does_not_renew(session: Session) -> None:
    row = ending(session)
    row.state = MembershipState.LEFT
    session.flush()
    with pytest.raises(Conflict):
        renewing.renew_membership(session, row, actor=own(row), now=NOW)


@pytest.mark.parametrize(
    "role", [Role.MUNICIPALITY, Role.APPROVER, Role.AUDITOR, Role.ADMIN, Role.CANDIDATE]
)
def test_only_the_person_and_the_officers_renew(session: Session, role: Role) -> None:
    row = ending(session)
    with pytest.raises(Forbidden):
        renewing.renew_membership(session, row, actor=make.make_user(session, role).actor, now=NOW)


def test_no_reminder_follows_a_renewal(session: Session) -> None:
    """The stop rule: after the sixty days' one nothing comes until the next end is near."""
    row = ending(session)
    told = []
    for number in range(480):
        now = datetime(2027, 1, 1, 9, 0, tzinfo=JST) + number * DAY
        told += [(local_date(now), one.days) for one in reminding.remind(session, now)]
        session.flush()
        if local_date(now) == date(2027, 2, 10):
            renewing.renew_membership(session, row, actor=own(row), now=now)
    assert told == [
        (date(2027, 1, 30), 60),
        (date(2028, 1, 31), 60),
        (date(2028, 3, 1), 30),
        (date(2028, 3, 24), 7),
    ]


def test_the_button_on_the_pages(app: TalentpoolFlask, at: list[datetime]) -> None:
    with app.database.writing() as session:
        row = ending(session)
        user = session.get_one(User, row.candidate.user_id)
        path = f"/memberships/{row.id}/renew"
    at[0] = NOW
    browser = Browser(app)
    browser.enter(user)
    for page in ("/home", "/profile", "/availability"):
        assert f'action="{path}"' in browser.get(page).text, page
    assert browser.get(path).status_code == 405
    version = row.version
    assert browser.post(path, version=str(version)).status_code == 302
    assert browser.post(path, version=str(version)).status_code == 409
    assert path not in browser.get("/home").text
    with app.database.reading() as session:
        assert session.get_one(Membership, row.id).active_until == NEXT
        events = sa.select(AuditEvent).where(AuditEvent.action == "membership.renew")
        detail = session.scalars(events).one().detail
    assert detail == {"until": NEXT.isoformat(), "before": LAST.isoformat()}
