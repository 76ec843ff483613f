"""A mail did not arrive: an officer tells its recipient by telephone, and the days of the answer run from then on."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from talentpool import clock, mail
from talentpool.accounts.models import User
from talentpool.audit import AuditEvent
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound
from talentpool.mail import MailOrder, MailState
from talentpool.notes.models import Note, NoteKind
from talentpool.notes.service import Words
from talentpool.notes.telling import find_subject, note_call
from talentpool.permissions import Role
from talentpool.placements import lapsing
from talentpool.placements.models import Placement
from talentpool.states import MembershipState, PlacementState
from talentpool.waits import DEFAULTS, Wait, end_of_term
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in

SAID = Words(NoteKind.NOTE, "打診の内容と期限を伝えた。", "本人")
NOT_ARRIVED = (MailState.FAILED, MailState.UNKNOWN)


def lost_offer(session: Session, state: MailState = MailState.FAILED) -> MailOrder:
    """The mail of an offer of now, which did not arrive."""
    now = clock.now()
    person = make.make_candidate(session)
    row = make.make_placement(
        session, make.make_need(session), person, state=PlacementState.OFFERED
    )
    row.offered_at, row.offer_until = now, end_of_term(now, DEFAULTS[Wait.OFFER])
    order = mail.order_mail(
        session, event=f"placement/{row.id}/offer/1", recipient_id=person.user_id or 0,
        template="placement.offer", link=f"/offers/{row.id}", now=now, prefecture_code=make.HYOGO,
    )  # fmt: skip
    order.state = state
    session.flush()
    return order


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


@pytest.mark.parametrize("state", NOT_ARRIVED)
def test_the_days_of_the_answer_run_from_the_call_on(
    database: Database, at: list[datetime], state: MailState
) -> None:
    with database.writing() as session:
        order = lost_offer(session, state)
    at[0] += timedelta(days=20)
    lapsing.keep_time(database, clock.now())
    with database.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR)
        found = session.get_one(MailOrder, order.id)
        thing = note_call(session, found, SAID, actor=officer.actor, now=clock.now())
    due = end_of_term(clock.now(), DEFAULTS[Wait.OFFER])
    with database.reading() as session:
        row = session.get_one(Placement, thing.id)
        assert (row.state, row.offer_until) == (PlacementState.OFFERED, due)
        note = session.scalars(sa.select(Note)).one()
        assert (note.kind, note.placement_id) == (NoteKind.CALL_MADE, row.id)
        event = sa.select(AuditEvent.detail).where(AuditEvent.action == "note.write")
        assert session.scalars(event).one()["mail"] == order.id
    at[0] = due + timedelta(minutes=1)
    lapsing.keep_time(database, clock.now())
    with database.reading() as session:
        assert session.get_one(Placement, thing.id).state is PlacementState.LAPSED


def test_what_arrived_or_was_told_is_told_no_second_time(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR)
    for state in set(MailState) - set(NOT_ARRIVED):
        order = lost_offer(session, state)
        with pytest.raises(Conflict):
            note_call(session, order, SAID, actor=officer.actor, now=clock.now())
    order = lost_offer(session)
    note_call(session, order, SAID, actor=officer.actor, now=clock.now())
    with pytest.raises(Conflict):
        note_call(session, order, SAID, actor=officer.actor, now=clock.now())
    with pytest.raises(Conflict):
        mail.send_again(session, order, actor=officer.actor, now=clock.now())


def test_only_who_may_send_again_may_say_that_somebody_was_told(session: Session) -> None:
    order = lost_offer(session)
    for role in (Role.APPROVER, Role.AUDITOR, Role.MUNICIPALITY, Role.ADMIN):
        with pytest.raises(Forbidden):
            note_call(session, order, SAID, actor=make.make_user(session, role).actor, now=make.NOW)
    assert order.told_at is None


def test_a_mail_is_about_what_its_event_names(session: Session) -> None:
    officer = make.make_user(session, Role.COORDINATOR)
    person = make.make_candidate(session, state=MembershipState.APPLIED)
    member, need = person.memberships[0], make.make_need(session)
    row = make.make_placement(session, need, person)
    question, credential = make.make_question(session, row), make.make_credential(session, person)
    engagement, more = make.make_engagement(session), make.make_engagement(session)
    extension, addition = (
        make.make_extension(session, engagement),
        make.make_addition(session, more),
    )
    work, others = (session.get_one(Placement, one.placement_id) for one in (engagement, more))
    for event, thing in (
        (f"membership/{member.id}/return/2", person),
        (f"candidate/{person.id}/pause/24321", person),
        (f"need/{need.id}/publish/1", need),
        (f"placement/{row.id}/remind-half/20270401", row),
        (f"question/{question.id}/ask", row),
        (f"plan_change/{extension.id}/open/1", work),
        (f"month_addition/{addition.id}/ask_person/1", others),
        (f"credential/{credential.id}/check/1", person),
    ):
        assert find_subject(session, officer.actor, MailOrder(event=event)) is thing
    for event in ("account/1/invite/x", "need/x/publish", f"need/{10**9}/publish/1", "need"):
        with pytest.raises(NotFound):
            find_subject(session, officer.actor, MailOrder(event=event))


def test_the_list_of_mails_leads_to_the_call_and_forgets_it_then(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        order = lost_offer(session)
        code = session.get_one(Placement, int(order.event.split("/")[1])).candidate.code
    path = f"/mails/{order.id}/call"
    browser = signed_in(app, Role.COORDINATOR)
    assert f'href="{path}"' in browser.get("/mails?state=lost").text
    assert f'href="{path}"' not in signed_in(app, Role.AUDITOR).get("/mails?state=lost").text
    page = browser.get(path).text
    assert code in page
    assert "回答の期限は、今日から数えます。" in page
    answer = browser.post(path, party="本人", text=SAID.text)
    assert (answer.status_code, answer.location) == (302, "/mails")
    assert f'href="{path}"' not in browser.get("/mails?state=lost").text
    assert "に電話で知らせました" in browser.get("/mails").text
    assert browser.get(path).status_code == 404
    late = browser.post(path, party="本人", text="もう一度かけた。")
    assert late.status_code == 409
    assert "もう一度かけた。" in late.text


def test_a_question_that_was_read_in_the_site_is_not_counted_anew(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        order = lost_offer(session)
        order.read_at = clock.now()
        assert session.get(User, order.recipient_id)
    page = signed_in(app, Role.COORDINATOR).get(f"/mails/{order.id}/call").text
    assert "回答の期限は、今日から数えます。" not in page
