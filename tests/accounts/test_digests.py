"""The daily mail and quiet hours, over a real mail server: each event in one mail, none lost, none twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa

from talentpool import clock, mail, schema
from talentpool.accounts import digests
from talentpool.accounts.models import User
from talentpool.accounts.noticing import list_notices, unread_of
from talentpool.app import create_app
from talentpool.dates import JST
from talentpool.db import Database, Session
from talentpool.mail import DIGEST, MailOrder, MailState
from talentpool.mail_choices import How, MailChoice, QuietHours
from talentpool.permissions import Role
from talentpool.placements import lapsing
from talentpool.placements.models import Placement
from talentpool.states import PlacementState
from talentpool.waits import DEFAULTS, Wait, end_of_term
from tests import factories as make
from tests.browsers import signed_in
from tests.commands import environ_of
from tests.postbox import Postbox, post
from tests.sites import ROOT

EVENING = datetime(2027, 4, 1, 17, 30, tzinfo=JST)
NIGHT = (22 * 60, 7 * 60)
MINUTE = timedelta(minutes=1)


def japan(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 4, day, hour, minute, tzinfo=JST)


def somebody(
    office: Database,
    how: How | None = How.DAILY,
    quiet: tuple[int, int] | None = None,
    *,
    role: Role = Role.COORDINATOR,
    family: str = "need",
) -> User:
    with office.writing() as session:
        user = make.make_user(session, role)
        if how is not None:
            session.add(MailChoice(user_id=user.id, family=family, how=how))
        if quiet is not None:
            session.add(QuietHours(user_id=user.id, begins=quiet[0], ends=quiet[1]))
        return user


def tell(
    office: Database, user: User, number: int = 1, template: str = "need.submit"
) -> tuple[MailState, datetime | None]:
    with office.writing() as session:
        order = mail.order_mail(
            session, event=f"need/{number}/{template}/1", recipient_id=user.id, template=template,
            link=f"/needs/{number}", now=clock.now(), prefecture_code=make.HYOGO,
        )  # fmt: skip
        return order.state, order.held_until


def read(postbox: Postbox) -> list[EmailMessage]:
    found = [message_from_string(text, policy=default) for text in postbox.mails]
    assert all(isinstance(one, EmailMessage) for one in found)
    return found  # type: ignore[return-value]


def orders(session: Session, **where: object) -> list[MailOrder]:
    return list(session.scalars(sa.select(MailOrder).filter_by(**where).order_by(MailOrder.id)))


# The daily mail


def test_a_day_s_events_go_in_one_mail_at_eight(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user, other = somebody(office), somebody(office, how=None)
    at[0] = EVENING
    for number in (1, 2, 3):
        assert tell(office, user, number) == (MailState.DIGEST, japan(2, 8))
    assert tell(office, other) == (MailState.WAITING, None)
    assert post(office) == 1
    at[0] = japan(2, 7, 59)
    assert post(office) == 0
    at[0] = japan(2, 8)
    assert post(office) == 1
    (_, told) = read(postbox)
    text = told.get_content()
    assert (told["To"], told["Subject"]) == (user.email, "DX人材プール：お知らせのまとめ")
    assert "新しいお知らせが3件あります。" in text
    for number in (1, 2, 3):
        assert text.splitlines().count(f"{office.config.base_url}/needs/{number}") == 1
    assert text.count("募集の申請がありました") == 3
    assert f"{office.config.base_url}/notices" in text
    with office.reading() as session:
        (digest,) = orders(session, template=DIGEST)
        carried = orders(session, carried_by_id=digest.id)
        assert (digest.state, len(carried)) == (MailState.SENT, 3)
        assert {order.state for order in carried} == {MailState.DIGEST}


def test_no_mail_is_sent_on_a_day_without_events(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user = somebody(office)
    at[0] = EVENING
    tell(office, user)
    for hour in range(72):
        at[0] = EVENING + timedelta(hours=hour)
        post(office)
    assert len(postbox.mails) == 1
    tell(office, user, 2)
    for _ in range(48):
        at[0] += timedelta(hours=1)
        post(office)
    assert len(postbox.mails) == 2
    assert "1件" in read(postbox)[1].get_content()


def test_what_comes_after_today_s_mail_waits_for_tomorrow_s(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    """Also a row of the last second before eight, whose unit ends after the mail was made."""
    user = somebody(office)
    at[0] = EVENING
    tell(office, user)
    at[0] = japan(2, 8)
    post(office)
    at[0] = japan(2, 7, 59)
    assert tell(office, user, 2) == (MailState.DIGEST, japan(2, 8))
    at[0] = japan(2, 8, 1)
    assert post(office) == 0
    with office.reading() as session:
        late = orders(session, link="/needs/2")[0]
        assert (late.carried_by_id, late.held_until) == (None, japan(3, 8))
    at[0] = japan(3, 8)
    assert post(office) == 1
    assert "/needs/2" in read(postbox)[1].get_content()


def test_a_worker_that_was_away_sends_one_mail_when_it_is_back(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user = somebody(office)
    for day in (1, 2, 3):
        at[0] = japan(day, 12)
        tell(office, user, day)
    at[0] = japan(5, 15)
    post(office)
    (told,) = read(postbox)
    assert "3件" in told.get_content()


def test_a_mail_made_in_the_night_does_not_take_the_place_of_the_morning_s(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user = somebody(office)
    at[0] = japan(1, 7)
    tell(office, user, 1)
    at[0] = japan(1, 20)
    tell(office, user, 2)
    at[0] = japan(2, 2, 33)  # the worker was away at eight
    assert post(office) == 1
    at[0] = japan(2, 8)
    assert post(office) == 1
    first, second = (told.get_content() for told in read(postbox))
    assert "/needs/1" in first
    assert "/needs/2" not in first
    assert "/needs/2" in second
    assert "/needs/1" not in second


def test_the_daily_mail_comes_in_the_language_of_its_reader(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user = somebody(office)
    with office.writing() as session:
        session.get_one(User, user.id).language = "en"
    at[0] = EVENING
    tell(office, user)
    at[0] = japan(2, 8)
    post(office)
    (told,) = read(postbox)
    assert told["Subject"] == "DX talent pool: what happened"
    assert "There is 1 new notice." in told.get_content()


def test_the_site_tells_at_once_and_the_daily_mail_is_no_notice(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    daily, none = somebody(office), somebody(office, How.NONE)
    at[0] = EVENING
    tell(office, daily)
    assert tell(office, none) == (MailState.UNWANTED, None)
    for _ in range(2):
        with office.reading() as session:
            for user in (daily, none):
                unread = sa.select(unread_of(User.id)).where(User.id == user.id)
                assert session.scalar(unread) == 1
                assert list_notices(session, user.actor).total == 1
        at[0] = japan(2, 8)
        post(office)
    assert [told["To"] for told in read(postbox)] == [daily.email]


def test_two_workers_make_one_mail_of_a_day(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    at[0] = EVENING
    users = [somebody(office) for _ in range(6)]
    for user in users:
        for number in range(3):
            tell(office, user, number)
    post(office)  # the app is made before the threads begin
    at[0] = japan(2, 8)
    workers = [threading.Thread(target=post, args=(office,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    post(office)
    assert Counter(told["To"] for told in read(postbox)) == {user.email: 1 for user in users}
    with office.reading() as session:
        carriers = Counter(order.carried_by_id for order in orders(session, state=MailState.DIGEST))
    assert sorted(carriers.values()) == [3] * 6
    assert None not in carriers


def test_a_daily_mail_that_got_no_answer_is_sent_again_as_the_same(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user = somebody(office)
    at[0] = EVENING
    tell(office, user)
    at[0] = japan(2, 8)
    postbox.is_silent = True
    post(office)
    postbox.is_silent = False
    at[0] = japan(2, 9)
    tell(office, user, 2)
    post(office)
    first, again = read(postbox)
    assert first["Message-ID"] == again["Message-ID"]
    assert first.get_content() == again.get_content()


def test_a_worker_killed_at_any_time_loses_nothing_and_repeats_only_the_unanswered(
    office: Database, postbox: Postbox, tmp_path: Path, at: list[datetime]
) -> None:
    """The real worker, killed as soon as the mail server hears the next mail."""
    users = [somebody(office) for _ in range(5)]
    at[0] = datetime.now(UTC) - timedelta(days=2)  # the worker has a clock of its own
    for user in users:
        for number in range(2):
            tell(office, user, number)
    environment = os.environ | environ_of(office.config) | {
        "PYTHONPATH": str(ROOT),
        "TALENTPOOL_SMTP_URL": postbox.url,
        "TALENTPOOL_BASE_URL": office.config.base_url,
        "TALENTPOOL_INSTANCE": str(tmp_path / "instance"),
    }  # fmt: skip
    for heard in (1, 2, 3):
        with (tmp_path / "worker.log").open("a") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "talentpool.cli", "worker"],
                env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + 60
        while len([line for line in postbox.heard if line.startswith("DATA")]) < heard:
            assert worker.poll() is None, (tmp_path / "worker.log").read_text()
            assert time.monotonic() < until, (tmp_path / "worker.log").read_text()
            time.sleep(0.002)
        worker.kill()
        worker.wait()
    at[0] += timedelta(days=2) + mail.SILENCE + MINUTE
    while post(office):
        pass
    at[0] += timedelta(hours=5)
    while post(office):
        pass
    told = read(postbox)
    ids = {
        user.email: {one["Message-ID"] for one in told if one["To"] == user.email} for user in users
    }
    assert {address: len(found) for address, found in ids.items()} == {u.email: 1 for u in users}
    assert len(told) <= len(users) + 3
    for one in told:
        assert "2件" in one.get_content()
    with office.reading() as session:
        assert {order.state for order in orders(session, template=DIGEST)} == {MailState.SENT}
        assert not orders(session, state=MailState.DIGEST, carried_by_id=None)


# Quiet hours


def test_a_mail_waits_for_the_end_of_quiet_hours(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user = somebody(office, None, NIGHT)
    at[0] = japan(1, 21, 59)
    assert tell(office, user, 1) == (MailState.WAITING, None)
    at[0] = japan(1, 22)
    assert tell(office, user, 2) == (MailState.WAITING, japan(2, 7))
    assert post(office) == 0  # neither: it is quiet by now
    with office.reading() as session:
        assert {order.held_until for order in orders(session)} == {japan(2, 7)}
    at[0] = japan(2, 6, 59)
    assert post(office) == 0
    at[0] = japan(2, 7)
    assert post(office) == 2
    assert len(postbox.mails) == 2


def test_a_further_try_keeps_quiet_hours_and_a_day_is_counted_from_their_end(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user = somebody(office, None, NIGHT)
    at[0] = japan(1, 22, 30)
    tell(office, user)
    postbox.says = {b"RCPT": "451 later"}
    tried = []
    while at[0] < japan(4, 0):
        if post(office):
            tried.append(at[0])
        at[0] += 10 * MINUTE
    assert tried[0] == japan(2, 7)
    assert all(7 <= moment.astimezone(JST).hour < 22 for moment in tried)
    assert tried[-1] - tried[0] >= timedelta(hours=24)
    with office.reading() as session:
        (order,) = orders(session)
        assert (order.state, order.held_until) == (MailState.FAILED, japan(2, 7))


def test_the_daily_mail_waits_for_the_end_of_quiet_hours(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user = somebody(office, How.DAILY, (20 * 60, 9 * 60 + 30))
    at[0] = EVENING
    assert tell(office, user) == (MailState.DIGEST, japan(2, 9, 30))
    at[0] = japan(2, 9, 29)
    assert post(office) == 0
    at[0] = japan(2, 9, 30)
    assert post(office) == 1
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("how", How)
def test_a_question_goes_out_whatever_was_chosen_and_its_days_run_from_its_arrival(
    office: Database, postbox: Postbox, at: list[datetime], how: How
) -> None:
    at[0] = japan(1, 23)
    with office.writing() as session:
        person = make.make_candidate(session)
        row = make.make_placement(
            session, make.make_need(session), person, state=PlacementState.OFFERED
        )
        row.offer_until = end_of_term(clock.now(), DEFAULTS[Wait.OFFER])
        session.add(MailChoice(user_id=person.user_id, family="placement", how=how))
        session.add(QuietHours(user_id=person.user_id, begins=NIGHT[0], ends=NIGHT[1]))
        order = mail.order_mail(
            session, event=f"placement/{row.id}/offer/1", recipient_id=person.user_id or 0,
            template="placement.offer", link=f"/offers/{row.id}", now=clock.now(),
        )  # fmt: skip
        assert (order.state, order.held_until) == (MailState.WAITING, japan(2, 7))
        asked_until = row.offer_until
    assert post(office) == 0
    lapsing.keep_time(office, clock.now())
    at[0] = japan(2, 7)
    assert post(office) == 1
    lapsing.keep_time(office, clock.now())
    with office.reading() as session:
        until = session.get_one(Placement, row.id).offer_until
        assert until == end_of_term(at[0], DEFAULTS[Wait.OFFER])
        assert asked_until is not None
        assert until > asked_until


def test_quiet_hours_that_are_taken_back_hold_no_new_mail(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    user = somebody(office, None, NIGHT)
    at[0] = japan(1, 23)
    tell(office, user, 1)
    with office.writing() as session:
        session.delete(session.get_one(QuietHours, user.id))
    assert tell(office, user, 2) == (MailState.WAITING, None)
    assert post(office) == 1
    assert "/needs/2" in read(postbox)[0].get_content()
    at[0] = japan(2, 7)
    assert post(office) == 1


# What staff read


def test_the_page_of_mails_says_what_waits_for_what_and_until_when(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    daily, quiet, none = somebody(office), somebody(office, None, NIGHT), somebody(office, How.NONE)
    at[0] = EVENING
    tell(office, daily, 1)
    tell(office, none, 2)
    at[0] = japan(1, 22)
    tell(office, quiet, 3)
    app = create_app(office.config, office)
    officer = signed_in(app, Role.COORDINATOR)
    rows = cells(officer.get("/mails").text)
    assert "1日1回のまとめ 2027/4/2 08:00のまとめで送信" in rows["/needs/1"]
    assert "メールなし（本人の選択）" in rows["/needs/2"]
    assert "送信待ち 2027/4/2 07:00に送信（送らない時間のあと）" in rows["/needs/3"]
    english = cells(officer.get("/mails?lang=en").text)
    assert "In the daily mail of 2 Apr 2027 08:00" in english["/needs/1"]
    assert "At 2 Apr 2027 07:00, after quiet hours" in english["/needs/3"]
    for state, link in (("digest", "/needs/1"), ("unwanted", "/needs/2"), ("waiting", "/needs/3")):
        assert list(cells(officer.get(f"/mails?lang=ja&state={state}").text)) == [link]
    file = officer.get("/mails?lang=ja&format=csv").text
    assert "2027/4/2 08:00" in file
    at[0] = japan(2, 8)
    post(office)
    rows = cells(signed_in(app, Role.COORDINATOR).get("/mails").text)
    with office.reading() as session:
        (digest,) = orders(session, template=DIGEST)
    assert f"番号{digest.id}のメールにまとめました" in rows["/needs/1"]
    assert "お知らせのまとめ（1件）" in rows["/notices"]
    assert "送信済み" in rows["/notices"]
    assert "のあと" not in rows["/needs/3"]


def cells(page: str) -> dict[str, str]:
    """What the list says of a mail, by its link."""
    rows = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in page.split("<tr>")[2:]]
    return {re.findall(r"/(?:needs/\d|notices)", row)[0]: row for row in rows}


# What the database refuses, and what costs nothing


def test_without_a_mail_server_nothing_waits(database: Database, at: list[datetime]) -> None:
    at[0] = japan(1, 23)
    user = somebody(database, How.DAILY, NIGHT)
    assert tell(database, user) == (MailState.KEPT, None)
    digests.keep_gathering(database, japan(5, 8))
    with database.reading() as session:
        assert not orders(session, template=DIGEST)


@pytest.mark.parametrize(("begins", "ends"), [(0, 0), (0, 1440), (-1, 60), (0, 961), (480, 479)])
def test_quiet_hours_are_some_of_the_day(session: Session, begins: int, ends: int) -> None:
    user = make.make_user(session, Role.APPROVER)
    session.add(QuietHours(user_id=user.id, begins=begins, ends=ends))
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_only_what_waits_for_a_daily_mail_is_carried_by_one(session: Session) -> None:
    user = make.make_user(session, Role.COORDINATOR)
    first, second = (
        mail.order_mail(
            session, event=f"need/{n}/submit/1", recipient_id=user.id, template="need.submit",
            link="/needs/1", now=make.NOW,
        ) for n in (1, 2)
    )  # fmt: skip
    session.flush()
    second.carried_by_id = first.id
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_mails_keep_their_fate_where_the_schema_goes_down_and_up(
    office: Database, postbox: Postbox, at: list[datetime]
) -> None:
    daily, none, plain = somebody(office), somebody(office, How.NONE), somebody(office, None, NIGHT)
    at[0] = EVENING
    tell(office, daily, 1)
    at[0] = japan(2, 8)
    post(office)
    tell(office, daily, 2)
    tell(office, none, 3)
    at[0] = japan(2, 23)
    tell(office, plain, 4)
    known = schema.revisions()
    schema.downgrade(office, known[known.index("0019") - 1])
    with office.reading() as session:
        rows = session.execute(sa.text("SELECT link, state, tries FROM mail_order ORDER BY id"))
        assert [tuple(row) for row in rows] == [
            ("/needs/1", "sent", 0), ("/needs/2", "waiting", 0), ("/needs/3", "kept", 0),
            ("/needs/4", "waiting", 0),
        ]  # fmt: skip
    schema.upgrade(office)
    with office.reading() as session:
        first, second, *_ = orders(session)
        assert (first.sent_at, first.carried_by_id) == (japan(2, 8), None)
        assert second.next_try_at == japan(3, 8)
        assert not session.scalar(sa.select(sa.func.count()).select_from(MailChoice))
