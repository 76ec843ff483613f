"""Mails of steps: sent by the worker once, tried again, given up, never sent twice unless nothing depends on it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_string
from email.policy import default

import pytest
import sqlalchemy as sa

from talentpool import clock, dates, mail
from talentpool.accounts.models import User
from talentpool.accounts.noticing import unread_of
from talentpool.accounts.posting import keep_posting, post_due
from talentpool.app import create_app
from talentpool.audit import AuditEvent
from talentpool.config import Config
from talentpool.db import Database, Session
from talentpool.errors import Conflict
from talentpool.mail import MailOrder, MailState
from talentpool.permissions import Role
from talentpool.placements import lapsing, reach
from talentpool.placements.answering import accept_offer
from talentpool.placements.models import Placement
from talentpool.serving import _writer
from talentpool.smtp import Outcome
from talentpool.states import PlacementState
from talentpool.waits import DEFAULTS, Wait, end_of_term
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in
from tests.postbox import Postbox, post
from tests.servers import free_port

PS = PlacementState
MINUTE = timedelta(minutes=1)


def asked(office: Database, state: PlacementState = PS.OFFERED) -> Placement:
    """A placement whose question was just ordered as a mail to the one person."""
    with office.writing() as session:
        person = make.make_candidate(session)
        row = make.make_placement(session, make.make_need(session), person, state=state)
        row.offer_until = end_of_term(clock.now(), DEFAULTS[Wait.OFFER])
        mail.order_mail(
            session, event=f"placement/{row.id}/offer/1", recipient_id=person.user_id or 0,
            template="placement.offer", link=f"/offers/{row.id}", now=clock.now(),
            prefecture_code=make.HYOGO,
        )  # fmt: skip
        return row


def order_of(office: Database, template: str = "placement.offer") -> MailOrder:
    with office.reading() as session:
        return session.scalars(sa.select(MailOrder).where(MailOrder.template == template)).one()


@pytest.mark.parametrize("has_server", [True, False])
def test_the_mails_of_a_step_are_sent_where_there_is_a_server(
    config: Config, database: Database, office: Database, postbox: Postbox, has_server: bool
) -> None:
    used = office if has_server else database
    with used.writing() as session:
        town = make.make_user(session, Role.MUNICIPALITY)
        town.language = "en"
        row = make.make_placement(
            session, make.make_need(session), make.make_candidate(session, family_name="髙﨑"),
            state=PS.OFFERED,
        )  # fmt: skip
        person = session.get_one(User, row.candidate.user_id)
        accept_offer(session, row, actor=person.actor, now=clock.now())
    if not has_server:
        with used.reading() as session:
            assert set(session.scalars(sa.select(MailOrder.state))) == {MailState.KEPT}
        return
    assert post(office) >= 1
    told = [message_from_string(one, policy=default) for one in postbox.mails]
    (one,) = [message for message in told if message["To"] == town.email]
    text = one.get_content()
    assert f"{config.base_url}/introductions/{row.id}" in text
    assert "髙﨑" not in text
    assert one["Subject"].startswith("DX talent pool")
    with office.reading() as session:
        sent = session.scalars(sa.select(MailOrder.state)).all()
        assert set(sent) == {MailState.SENT}
    assert post(office) == 0


@pytest.mark.parametrize(
    ("says", "state", "failure"),
    [
        ({b"RCPT": "550 nobody"}, MailState.FAILED, "refused"),
        ({b"DATA": "554 no"}, MailState.FAILED, "refused"),
        ({b"BODY": "552 too long"}, MailState.FAILED, "refused"),
        ({b"RCPT": "451 later"}, MailState.WAITING, "delayed"),
        ({b"BODY": "421 busy"}, MailState.WAITING, "delayed"),
    ],
)
def test_a_refusal_is_final_and_a_delay_is_not(
    office: Database, postbox: Postbox, says: dict[bytes, str], state: MailState, failure: str
) -> None:
    asked(office)
    postbox.says = says
    post(office)
    order = order_of(office)
    assert (order.state, order.failure, order.tries) == (state, failure, 1)
    assert (order.next_try_at is not None) == (state is MailState.WAITING)
    assert post(office) == 0


def test_a_mail_is_tried_for_a_day_and_no_longer(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    asked(office)
    postbox.says = {b"RCPT": "451 later"}
    start, tries = at[0], 0
    while order_of(office).state is MailState.WAITING:
        tries += post(office)
        at[0] += 10 * MINUTE
        assert at[0] < start + timedelta(hours=40)
    assert order_of(office).state is MailState.FAILED
    assert 8 <= tries == order_of(office).tries <= 15
    assert at[0] - start >= timedelta(hours=24)


def test_a_server_that_comes_back_gets_the_mail(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    asked(office)
    lost = replace(office.config, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    assert post_due(office, lost, _writer(office.config, office)) == 1
    at[0] += 2 * MINUTE
    post(office)
    assert order_of(office).state is MailState.SENT
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("is_binding", [True, False])
def test_after_silence_only_what_binds_nobody_is_sent_again(
    office: Database, postbox: Postbox, at: list[datetime], is_binding: bool
) -> None:
    row = asked(office)
    if not is_binding:
        with office.writing() as session:
            session.execute(sa.update(MailOrder).values(template="placement.confirm"))
    postbox.is_silent = True
    post(office)
    postbox.is_silent = False
    at[0] += timedelta(hours=1)
    post(office)
    with office.reading() as session:
        order = session.scalars(sa.select(MailOrder)).one()
    if is_binding:
        assert (order.state, len(postbox.mails)) == (MailState.UNKNOWN, 1)
        assert row.id
        return
    assert order.state is MailState.SENT
    ids = {message_from_string(one, policy=default)["Message-ID"] for one in postbox.mails}
    assert (len(postbox.mails), len(ids)) == (2, 1)


def test_two_senders_send_a_mail_once(office: Database, postbox: Postbox) -> None:
    for _ in range(8):
        with office.writing() as session:
            user = make.make_user(session, Role.COORDINATOR)
            mail.order_mail(
                session, event="need/1/publish/1", recipient_id=user.id, template="need.publish",
                link="/needs/1", now=clock.now(),
            )  # fmt: skip
    write = _writer(office.config, office)
    senders = [
        threading.Thread(target=post_due, args=(office, office.config, write)) for _ in range(3)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    ids = [message_from_string(one, policy=default)["Message-ID"] for one in postbox.mails]
    assert (len(ids), len(set(ids))) == (8, 8)


def test_a_sender_that_was_killed_leaves_no_mail_behind(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    asked(office)
    with office.writing() as session:
        order = session.scalars(sa.select(MailOrder)).one()
        order.template = "placement.confirm"
        session.flush()
        assert mail.claim(session, order.id, clock.now())
    assert post(office) == 0
    at[0] += mail.SILENCE + MINUTE
    post(office)
    at[0] += timedelta(hours=1)
    post(office)
    assert order_of(office, "placement.confirm").state is MailState.SENT
    assert len(postbox.mails) == 1


def test_an_account_that_is_disabled_gets_no_mail(office: Database, postbox: Postbox) -> None:
    row = asked(office)
    with office.writing() as session:
        session.get_one(User, row.candidate.user_id).disabled_at = clock.now()
    assert post(office) == 0
    assert (order_of(office).state, postbox.mails) == (MailState.KEPT, [])


def test_the_worker_looks_by_itself(office: Database, postbox: Postbox) -> None:
    asked(office)
    stop = threading.Event()
    sender = threading.Thread(
        target=keep_posting, args=(office, office.config, _writer(office.config, office), stop)
    )
    sender.start()
    try:
        assert postbox.has_mail.wait(30)
    finally:
        stop.set()
        sender.join()
    assert order_of(office).state is MailState.SENT


# Deadlines


@pytest.mark.parametrize("is_read", [False, True])
def test_the_deadline_of_who_was_not_reached_stands_still(
    office: Database, postbox: Postbox, at: list[datetime], is_read: bool
) -> None:
    row = asked(office)
    postbox.says = {b"RCPT": "550 nobody"}
    post(office)
    if is_read:
        with office.writing() as session:
            session.scalars(sa.select(MailOrder)).one().read_at = clock.now()
    for _ in range(30):
        at[0] += timedelta(days=1)
        lapsing.keep_time(office, clock.now())
    with office.reading() as session:
        state = session.get_one(Placement, row.id).state
    assert state is (PS.LAPSED if is_read else PS.OFFERED)


def test_a_question_that_was_sent_late_is_answered_later(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    row = asked(office)
    postbox.says = {b"RCPT": "550 nobody"}
    post(office)
    at[0] += timedelta(days=5)
    postbox.says = {}
    with office.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR)
        mail.send_again(
            session,
            session.scalars(sa.select(MailOrder)).one(),
            actor=officer.actor,
            now=clock.now(),
        )
    post(office)
    lapsing.keep_time(office, clock.now())
    with office.reading() as session:
        until = session.get_one(Placement, row.id).offer_until
        assert until == end_of_term(clock.now(), DEFAULTS[Wait.OFFER])
        actions = session.scalars(sa.select(AuditEvent.action)).all()
    assert actions.count("placement.extend") == 1
    assert "mail.resend" in actions
    lapsing.keep_time(office, clock.now())
    at[0] = until + MINUTE
    lapsing.keep_time(office, clock.now())
    with office.reading() as session:
        assert session.get_one(Placement, row.id).state is PS.LAPSED
        assert [
            a for a in session.scalars(sa.select(AuditEvent.action)) if a == "placement.extend"
        ] == ["placement.extend"]


def test_without_a_server_deadlines_run_as_before(database: Database, at: list[datetime]) -> None:
    with database.writing() as session:
        row = make.make_placement(
            session, make.make_need(session), make.make_candidate(session), state=PS.OFFERED,
            offer_until=clock.now() + timedelta(days=7),
        )  # fmt: skip
    at[0] += timedelta(days=8)
    lapsing.keep_time(database, clock.now())
    with database.reading() as session:
        assert session.get_one(Placement, row.id).state is PS.LAPSED


# In the site


def test_a_notice_is_new_until_it_is_opened(app: TalentpoolFlask, database: Database) -> None:
    row = asked(database)
    with database.reading() as session:
        user = session.get_one(User, row.candidate.user_id)
        title = session.get_one(Placement, row.id).need.title
        ident = session.scalars(sa.select(MailOrder.id)).one()
    person, other = Browser(app), signed_in(app, Role.COORDINATOR)
    person.enter(user)
    for _ in range(2):  # to look is not to open
        page = person.get("/notices").text
        assert "市町の仕事の打診があります" in page
        assert f"姫路市「{title}」" in page
        assert "お知らせ 未読1件" in page
        assert "未読 1件" in page
    assert "a job offer" not in page
    assert other.post(f"/notices/{ident}/open").status_code == 404
    assert "お知らせはまだありません。" in other.get("/notices").text
    answer = person.post(f"/notices/{ident}/open")
    assert (answer.status_code, answer.location) == (302, f"/offers/{row.id}")
    assert "未読 0件" in person.get("/notices").text
    assert "お知らせ 未読0件" in person.get("/home").text


def test_all_notices_are_read_at_once(app: TalentpoolFlask, database: Database) -> None:
    row = asked(database)
    with database.writing() as session:
        user = session.get_one(User, row.candidate.user_id)
        for number in range(30):
            mail.order_mail(
                session, event=f"membership/{number}/activate/1", recipient_id=user.id,
                template="membership.activate", link="/profile", now=clock.now(),
            )  # fmt: skip
    person = Browser(app)
    person.enter(user)
    assert "未読 31件" in person.get("/notices?page=2").text
    assert person.post("/notices/read").status_code == 302
    assert "未読 0件" in person.get("/notices").text
    assert person.get("/notices?page=-1").status_code == 200


def test_links_of_accounts_are_no_notices(app: TalentpoolFlask, session: Session) -> None:
    user = make.make_user(session, Role.COORDINATOR)
    mail.order_mail(
        session, event="account/1/reset/x", recipient_id=user.id, template="account.reset",
        link="/reset", now=make.NOW, has_secret=True,
    )  # fmt: skip
    session.flush()
    assert session.scalar(sa.select(unread_of(User.id)).where(User.id == user.id)) == 0


def test_coordinators_send_a_failed_mail_again(app: TalentpoolFlask, database: Database) -> None:
    asked(database)
    with database.writing() as session:
        order = session.scalars(sa.select(MailOrder)).one()
        order.state, order.failure = MailState.FAILED, str(Outcome.REFUSED)
        ident = order.id
    coordinator, auditor = signed_in(app, Role.COORDINATOR), signed_in(app, Role.AUDITOR)
    assert "再送する" in coordinator.get("/mails").text
    assert "再送する" not in auditor.get("/mails").text
    assert auditor.post(f"/mails/{ident}/resend").status_code == 403
    foreign = signed_in(app, Role.COORDINATOR, prefecture_code=make.OSAKA)
    assert foreign.post(f"/mails/{ident}/resend").status_code == 404
    assert coordinator.post(f"/mails/{ident}/resend").status_code == 302
    assert order_of(database).state is MailState.WAITING
    assert coordinator.post(f"/mails/{ident}/resend").status_code == 409


def test_what_is_told_before_a_step_names_the_mail_where_there_is_one(
    config: Config, database: Database, postbox: Postbox
) -> None:
    with database.writing() as session:
        need = make.make_need(session, state=make.NeedState.SUBMITTED)
    for url, said in (
        (postbox.url, "メールは、受け取る人が選んだ方法で送られます。"),
        (None, "メールは送られません。"),
    ):
        app = create_app(replace(config, smtp_url=url), database)
        page = signed_in(app, Role.COORDINATOR).get(f"/needs/{need.id}").text
        assert said in page


def test_days_of_an_answer_are_counted_from_the_day_of_the_mail(session: Session) -> None:
    assert reach.list_told_late(session) == []
    assert dates.local_date(end_of_term(make.NOW, 1)) > dates.local_date(make.NOW)


def test_what_is_read_stands_before_the_button(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        need = make.make_need(session, state=make.NeedState.SUBMITTED)
    page = signed_in(app, Role.COORDINATOR).get(f"/needs/{need.id}").text
    assert page.count("伝える文面") >= 2
    assert "募集が公開されました" in page
    assert "DX人材プール：" not in page.partition('class="mail-text"')[2]


def test_a_reminder_moves_no_deadline(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    row = asked(office)
    post(office)
    with office.reading() as session:
        until = session.get_one(Placement, row.id).offer_until
    assert until is not None
    while clock.now() < until:
        at[0] += timedelta(hours=6)
        lapsing.keep_reminding(office, clock.now())
        post(office)
        lapsing.keep_time(office, clock.now())
    at[0] = until + MINUTE
    lapsing.keep_time(office, clock.now())
    with office.reading() as session:
        stored = session.get_one(Placement, row.id)
        assert (stored.state, stored.offer_until) == (PS.LAPSED, until)
        templates = session.scalars(sa.select(MailOrder.template)).all()
    assert templates.count("placement.remind_offer") == 2


@pytest.mark.parametrize("days", [2, 30])
def test_whoever_opens_the_question_has_the_whole_term_from_then_on(
    office: Database, postbox: Postbox, at: list[datetime], days: int
) -> None:
    row = asked(office)
    postbox.says = {b"RCPT": "550 nobody"}
    post(office)
    at[0] += timedelta(days=days)
    person = Browser(create_app(office.config, office))
    with office.reading() as session:
        person.enter(session.get_one(User, row.candidate.user_id))
    person.get(f"/offers/{row.id}")
    due = end_of_term(clock.now(), DEFAULTS[Wait.OFFER])
    with office.reading() as session:
        assert session.get_one(Placement, row.id).offer_until == due
    lapsing.keep_time(office, clock.now())
    at[0] = due - MINUTE
    lapsing.keep_time(office, clock.now())
    with office.reading() as session:
        assert session.get_one(Placement, row.id).state is PS.OFFERED
    at[0] = due + MINUTE
    lapsing.keep_time(office, clock.now())
    with office.reading() as session:
        assert session.get_one(Placement, row.id).state is PS.LAPSED


def test_lost_mails_wait_for_coordinators(app: TalentpoolFlask, database: Database) -> None:
    asked(database)
    with database.writing() as session:
        session.scalars(sa.select(MailOrder)).one().state = MailState.FAILED
    coordinator = signed_in(app, Role.COORDINATOR)
    assert "届かなかったメール" in coordinator.get("/home").text
    assert "再送する" in coordinator.get("/mails?state=lost").text


def test_the_link_of_an_account_is_never_sent_again_without_its_secret(session: Session) -> None:
    user, officer = make.make_user(session, Role.AUDITOR), make.make_user(session, Role.COORDINATOR)
    order = mail.order_mail(
        session, event="account/1/invite/x", recipient_id=user.id, template="account.invite",
        link="/invite", now=make.NOW, prefecture_code=make.HYOGO, has_secret=True,
    )  # fmt: skip
    order.state = MailState.FAILED
    session.flush()
    assert not order.is_resendable
    with pytest.raises(Conflict):
        mail.send_again(session, order, actor=officer.actor, now=make.NOW)
