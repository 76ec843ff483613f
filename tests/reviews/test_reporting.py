"""The person's report, and the consents of both sides that make a case of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from talentpool import clock, dates
from talentpool.accounts.models import User
from talentpool.audit import AuditEvent, seal
from talentpool.candidates.models import Candidate
from talentpool.db import Database, Session
from talentpool.engagements.models import Engagement, Outcome
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.mail import MailOrder
from talentpool.permissions import SYSTEM, Actor, Role, get_visible
from talentpool.reviews.models import Report
from talentpool.reviews.reporting import (
    LONGEST,
    ReportContent,
    agree_to_case,
    list_unwritten,
    write_report,
)
from talentpool.states import move
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in

SAID = ReportContent("待ち時間が半分になった。", "手順書と様式", 120_000, "様式の印刷")
NOW = dates.start_of_day(dates.last_day(make.LAST)) + timedelta(hours=9)  # the last day


def make_ended(session: Session, outcome: Outcome = Outcome.COMPLETED) -> Engagement:
    made = make.make_engagement(session)
    move(session, made, "complete", actor=SYSTEM, now=NOW)
    made.outcome, made.ended_at = outcome, NOW
    session.flush()
    return made


def actors(session: Session, engagement: Engagement) -> dict[Role, Actor]:
    own = session.get_one(User, engagement.candidate.user_id)
    town = engagement.municipality_code
    return {
        Role.CANDIDATE: own.actor,
        Role.MUNICIPALITY: make.make_user(session, Role.MUNICIPALITY, municipality_code=town).actor,
        Role.COORDINATOR: make.make_user(session, Role.COORDINATOR).actor,
    }


def test_both_consents_make_a_case_and_either_withdrawal_unmakes_it(session: Session) -> None:
    engagement = make_ended(session)
    who = actors(session, engagement)
    report = write_report(
        session, engagement, SAID, is_sent=True, agrees=True, actor=who[Role.CANDIDATE], now=NOW
    )
    assert not report.is_case
    agree_to_case(session, report, agrees=True, actor=who[Role.MUNICIPALITY], now=NOW)
    assert report.is_case
    for role in (Role.MUNICIPALITY, Role.CANDIDATE):
        agree_to_case(session, report, agrees=False, actor=who[role], now=NOW)
        assert not report.is_case
        with pytest.raises(Conflict):
            agree_to_case(session, report, agrees=False, actor=who[role], now=NOW)
        agree_to_case(session, report, agrees=True, actor=who[role], now=NOW)
        assert report.is_case
    with pytest.raises(Conflict, match="アカウント"):
        agree_to_case(session, report, agrees=False, actor=who[Role.COORDINATOR], now=NOW)
    session.get_one(Engagement, engagement.id).candidate.user_id = None
    agree_to_case(session, report, agrees=False, actor=who[Role.COORDINATOR], now=NOW)
    assert (report.person_agreed_at, report.town_agreed_at) == (None, NOW)
    seal(session)
    query = sa.select(AuditEvent.action).where(AuditEvent.object_type == "report")
    actions = list(session.scalars(query.order_by(AuditEvent.seq)))
    assert actions[:2] == ["report.send", "report.agree"]
    assert actions.count("report.withdraw") == 3


def test_a_corrected_report_needs_the_town_s_consent_anew(session: Session) -> None:
    engagement = make_ended(session)
    who = actors(session, engagement)
    own = who[Role.CANDIDATE]
    report = write_report(session, engagement, SAID, is_sent=True, agrees=True, actor=own, now=NOW)
    agree_to_case(session, report, agrees=True, actor=who[Role.MUNICIPALITY], now=NOW)
    changed = replace(SAID, outcome="待ち時間が3割になった。")
    again = write_report(
        session, engagement, changed, is_sent=True, agrees=True, actor=own, now=NOW
    )
    assert again is report
    assert not report.is_case
    assert report.person_agreed_at == NOW
    with pytest.raises(Conflict):
        write_report(session, engagement, changed, is_sent=False, actor=own, now=NOW)


def test_a_draft_is_its_writer_s_alone_and_says_no_consent(session: Session) -> None:
    engagement = make_ended(session)
    who = actors(session, engagement)
    report = write_report(
        session, engagement, ReportContent(), is_sent=False, agrees=True,
        actor=who[Role.CANDIDATE], now=NOW,
    )  # fmt: skip
    assert report.person_agreed_at is None
    assert get_visible(session, who[Role.CANDIDATE], Report, report.id) is report
    for role in (Role.MUNICIPALITY, Role.COORDINATOR):
        with pytest.raises(NotFound):
            get_visible(session, who[role], Report, report.id)
    with pytest.raises(Conflict):
        agree_to_case(session, report, agrees=True, actor=who[Role.CANDIDATE], now=NOW)


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (ReportContent(), {"outcome", "made"}),
        (replace(SAID, made=" \n"), {"made"}),
        (replace(SAID, outcome="あ" * (LONGEST + 1)), {"outcome"}),
        (replace(SAID, cost_yen=-1), {"cost_yen"}),
        (replace(SAID, cost_yen=10**12), {"cost_yen"}),
    ],
)
def test_what_is_missing_or_too_much_is_refused_at_its_field(
    session: Session, content: ReportContent, fields: set[str]
) -> None:
    engagement = make_ended(session)
    own = actors(session, engagement)[Role.CANDIDATE]
    with pytest.raises(Refused) as refused:
        write_report(session, engagement, content, is_sent=True, actor=own, now=NOW)
    assert set(refused.value.fields) == fields
    assert session.scalars(sa.select(Report)).all() == []


def test_it_can_be_written_from_thirty_days_before_the_end(session: Session) -> None:
    engagement = make.make_engagement(session)
    own = actors(session, engagement)[Role.CANDIDATE]
    early = NOW - timedelta(days=31)
    with pytest.raises(Conflict):
        write_report(session, engagement, SAID, is_sent=True, actor=own, now=early)
    write_report(session, engagement, SAID, is_sent=True, actor=own, now=NOW - timedelta(days=30))


@pytest.mark.parametrize("outcome", [Outcome.UNDONE, Outcome.NOT_BEGUN])
def test_what_was_not_worked_has_no_report(session: Session, outcome: Outcome) -> None:
    engagement = make_ended(session, outcome)
    own = actors(session, engagement)[Role.CANDIDATE]
    with pytest.raises(Conflict):
        write_report(session, engagement, SAID, is_sent=True, actor=own, now=NOW)
    assert list_unwritten(session, own, NOW) == []


def test_home_asks_for_it_until_it_is_sent_or_long_past(session: Session) -> None:
    engagement = make_ended(session)
    own = actors(session, engagement)[Role.CANDIDATE]
    assert list(list_unwritten(session, own, NOW)) == [engagement]
    assert list_unwritten(session, own, NOW + timedelta(days=60)) == []
    write_report(session, engagement, SAID, is_sent=False, actor=own, now=NOW)
    assert list(list_unwritten(session, own, NOW)) == [engagement]
    write_report(session, engagement, SAID, is_sent=True, actor=own, now=NOW)
    assert list_unwritten(session, own, NOW) == []


def test_only_the_person_writes_and_the_town_and_the_prefecture_are_told(session: Session) -> None:
    engagement = make_ended(session)
    who = actors(session, engagement)
    for role, error in ((Role.MUNICIPALITY, Forbidden), (Role.COORDINATOR, Conflict)):
        with pytest.raises(error):
            write_report(session, engagement, SAID, is_sent=True, actor=who[role], now=NOW)
    write_report(session, engagement, SAID, is_sent=True, actor=who[Role.CANDIDATE], now=NOW)
    orders = session.scalars(sa.select(MailOrder).where(MailOrder.template == "report.send")).all()
    told = {order.recipient_id for order in orders}
    assert told >= {who[Role.MUNICIPALITY].user_id, who[Role.COORDINATOR].user_id}
    roles = {session.get_one(User, ident).role for ident in told}
    assert roles == {Role.MUNICIPALITY, Role.COORDINATOR}


def test_what_was_written_is_not_readable_in_the_file(session: Session) -> None:
    engagement = make_ended(session)
    own = actors(session, engagement)[Role.CANDIDATE]
    write_report(session, engagement, SAID, is_sent=True, actor=own, now=NOW)
    row = session.execute(sa.text("SELECT outcome, made, cost_note FROM report")).one()
    for value, text in zip(row, ("待ち時間", "手順書", "印刷"), strict=True):
        assert text.encode() not in bytes(value)


@pytest.mark.parametrize("change", [{"cost_yen": -1}, {"sent_at": None}])
def test_the_database_refuses_what_no_report_can_be(
    database: Database, change: dict[str, object]
) -> None:
    with database.writing() as session:
        engagement = make_ended(session)
        own = actors(session, engagement)[Role.CANDIDATE]
        write_report(session, engagement, SAID, is_sent=True, agrees=True, actor=own, now=NOW)
    with pytest.raises(exc.IntegrityError), database.writing() as session:
        session.execute(sa.update(Report).values(change))


def test_the_pages_write_send_show_and_agree(app: TalentpoolFlask, database: Database) -> None:
    with database.writing() as session:
        log = make.make_sent_log(session, make.make_candidate(session))
        engagement = log.engagement
        engagement.last_day = dates.local_date(clock.now())
        ident, user = engagement.id, session.get_one(User, engagement.candidate.user_id)
        name = engagement.candidate.name
    person, town = Browser(app), signed_in(app, Role.MUNICIPALITY)
    person.enter(user)
    path = f"/engagements/{ident}/report"
    assert town.get(path).status_code == 404
    assert person.get(path).location == f"{path}/edit"
    version = _version(person.get(f"{path}/edit").text)
    sent = person.post(f"{path}/edit", version=version, save="1", outcome="途中")
    assert sent.status_code == 302
    assert "途中" in person.get(f"{path}/edit").text
    assert town.get(path).status_code == 404
    version = _version(person.get(f"{path}/edit").text)
    typed = {"outcome": "半分になった", "made": "手順書", "cost_yen": "12万円", "agrees": "y"}
    assert person.post(f"{path}/edit", version=version, submit="1", **typed).status_code == 302
    page = town.get(path).text
    assert "120,000" in page
    assert name in page
    assert f"{path}" in town.get(f"/engagements/{ident}").text
    with database.reading() as session:
        report = session.scalars(sa.select(Report)).one()
    agree = f"/reports/{report.id}/agree"
    assert agree in page
    assert town.post(agree, version=report.version).status_code == 302
    assert town.post(agree, version=report.version).status_code == 409
    with database.reading() as session:
        assert session.scalars(sa.select(Report)).one().is_case
    foreign = signed_in(app, Role.MUNICIPALITY, municipality_code=make.SAYO)
    assert foreign.get(path).status_code == 404


def test_an_officer_writes_down_what_somebody_without_an_account_reports(
    app: TalentpoolFlask, database: Database
) -> None:
    office = signed_in(app, Role.COORDINATOR)
    with database.writing() as session:
        engagement = make.make_sent_log(session, make.make_candidate(session)).engagement
        engagement.last_day = dates.local_date(clock.now())
        path, user_id = f"/engagements/{engagement.id}/report", engagement.candidate.user_id
    assert office.get(f"{path}/edit").status_code == 404
    with database.writing() as session:
        session.execute(sa.update(Candidate).values(user_id=None))
    assert f"{path}" in office.get(f"/engagements/{engagement.id}").text
    assert office.get(path).location == f"{path}/edit"
    shown = office.get(f"{path}/edit").text
    assert "そのまま写します" in shown
    typed = {"outcome": "半分になった", "made": "手順書"}
    sent = office.post(f"{path}/edit", version=_version(shown), submit="1", **typed)
    assert sent.status_code == 302
    shown = office.get(path).text
    assert f"{path}/edit" in shown
    agree = shown.split('action="/reports/')[1].split('"')[0]
    assert office.post(f"/reports/{agree}", version=_version(shown)).status_code == 302
    with database.writing() as session:
        assert session.scalars(sa.select(Report.person_agreed_at)).one() is not None
        session.execute(sa.update(Candidate).values(user_id=user_id))
        report = session.scalars(sa.select(Report)).one()
        report.outcome, report.sent_at, report.person_agreed_at = "本人だけの下書き", None, None
    for version in (_version(shown), "old"):
        said = {"version": version, "submit": "1", "outcome": "別の言葉", "made": "様式"}
        lost = office.post(f"{path}/edit", **said)
        assert lost.status_code == 409
        assert "別の言葉" in lost.text
        assert "本人だけの下書き" not in lost.text
    assert f"{path}/edit" not in office.get(path).text


def _version(page: str) -> str:
    return page.rsplit('name="version" value="', maxsplit=1)[-1].split('"', maxsplit=1)[0]
