"""One fiscal year by the clock: from the sign-up to the end report, with the worker's timers and a real mail server.

Each day at half past nine in Japan the timers run and the mails go out, as the worker does it every minute.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email import message_from_string
from email.policy import default
from typing import TypeVar

import pytest
import sqlalchemy as sa

from talentpool import audit, clock, jobs
from talentpool.accounts import directory
from talentpool.app import create_app
from talentpool.candidates.models import Membership
from talentpool.candidates.reviewing import activate_membership
from talentpool.dates import JST, month_number
from talentpool.db import Database, Session
from talentpool.engagements.log_content import LogContent
from talentpool.engagements.logs import send_log, sign_log
from talentpool.engagements.models import Engagement, Part, Place
from talentpool.engagements.running import start_engagement
from talentpool.engagements.terms import TermsContent
from talentpool.jobs import Job
from talentpool.ledger.models import LedgerMonth
from talentpool.mail import MailOrder, MailState
from talentpool.needs.checks import ReviewCheck
from talentpool.needs.models import Need
from talentpool.needs.reviewing import publish_need, submit_need
from talentpool.operations import check, timers
from talentpool.permissions import Actor, Role
from talentpool.placements.adopting import adopt_round
from talentpool.placements.answering import accept_offer, welcome_person
from talentpool.placements.confirming import confirm_placement
from talentpool.placements.deciding import approve_paper
from talentpool.placements.drafting import propose_placements
from talentpool.placements.models import DecisionPaper, Placement
from talentpool.placements.papers import PRINT
from talentpool.placements.printing import find_print
from talentpool.placements.stating import accept_terms, state_terms
from talentpool.pool.policy import first_policy
from talentpool.reference.service import load_catalogue
from talentpool.reviews.answering import Answers, give_review
from talentpool.reviews.models import Review, ReviewSide
from talentpool.reviews.reporting import ReportContent, agree_to_case, write_report
from talentpool.rounds.models import Round
from talentpool.rounds.preparing import create_round
from talentpool.rounds.running import run_here
from talentpool.states import EngagementState, NeedState, PlacementState, ReviewState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser
from tests.candidates.typed import fill_in
from tests.postbox import Postbox, post

EMAIL, WORDS = "takasaki@example.jp", "窓口で学んだ三十年の知恵"
FIRST, LAST = month_number(2027, 4), month_number(2027, 7)
T = TypeVar("T")


@dataclass
class Year:
    """The site of one prefecture, and its clock."""

    app: TalentpoolFlask
    database: Database
    box: Postbox
    at: list[datetime]
    officers: dict[Role, Actor]

    @property
    def now(self) -> datetime:
        return self.at[0]

    def go_to(self, day: date) -> None:
        """Let every day pass until ten o'clock of `day`."""
        passing = self.now.astimezone(JST).date()
        while passing < day:
            passing += timedelta(days=1)
            self.at[0] = datetime.combine(passing, time(9, 30), JST)
            timers.keep_time(self.database, self.now)
            self.post()
        self.at[0] = datetime.combine(day, time(10), JST)

    def post(self) -> None:
        while post(self.database):
            pass

    def do(self, work: Callable[[Session], T]) -> T:
        with self.database.writing() as session:
            done = work(session)
        self.post()
        return done

    def actor(self, role: Role) -> Actor:
        return self.officers[role]

    def person(self) -> Actor:
        with self.database.reading() as session:
            return directory.get_user_by_email(session, EMAIL).actor

    def told(self, actor: Actor) -> list[str]:
        """The templates of what was ordered for somebody, in their order."""
        with self.database.reading() as session:
            query = sa.select(MailOrder.template).where(MailOrder.recipient_id == actor.user_id)
            return list(session.scalars(query.order_by(MailOrder.id)))


@pytest.fixture
def year(office: Database, postbox: Postbox, at: list[datetime]) -> Year:
    at[0] = datetime(2027, 1, 12, 10, tzinfo=JST)
    with office.writing() as session:
        make.make_prefecture_pool(session, now=at[0])
        officers = {
            role: make.make_user(session, role, now=at[0]).actor
            for role in (Role.COORDINATOR, Role.APPROVER, Role.MUNICIPALITY)
        }
    return Year(create_app(office.config, office), office, postbox, at, officers)


def test_a_year_from_the_sign_up_to_the_end_report(year: Year) -> None:
    browser = _sign_up(year)
    fill_in(browser)
    membership = year.do(lambda s: s.scalars(sa.select(Membership)).one().id)
    answer = browser.post(f"/memberships/{membership}/submit", version=_version(year, membership))
    assert answer.status_code == 302
    year.go_to(date(2027, 1, 15))
    _activate(year, membership)
    need = _open_need(year)
    year.go_to(date(2027, 2, 1))
    placement = _agree(year, need)
    _confirm(year, placement)
    year.go_to(date(2027, 4, 1))
    engagement = _start(year, placement)
    _work(year, engagement)
    year.go_to(date(2027, 8, 20))
    _look_back(year, engagement)
    _report(year, engagement)
    year.go_to(date(2028, 3, 31))
    _assert_told_once(year)
    _assert_told_all(year)
    _assert_books_agree(year, placement)


def _sign_up(year: Year) -> Browser:
    browser = Browser(year.app)
    browser.post("/signup", email=EMAIL, prefecture_code=make.HYOGO, password=WORDS, repeated=WORDS)
    assert year.box.has_mail.wait(30)  # sent beside the answer
    links = [re.search(r"https?://[^/\s]+(/\S+)", _text(mail)) for mail in year.box.mails]
    link = next(found[1] for found in links if found is not None)
    assert browser.post(link, password=WORDS).status_code == 302
    return browser


def _text(mail: str) -> str:
    content: str = message_from_string(mail, policy=default).get_content()
    return content


def _version(year: Year, membership: int) -> int:
    return year.do(lambda s: s.get_one(Membership, membership).version)


def _activate(year: Year, membership: int) -> None:
    def activate(session: Session) -> None:
        row = session.get_one(Membership, membership)
        actor = year.actor(Role.COORDINATOR)
        activate_membership(session, row, until=date(2028, 3, 31), actor=actor, now=year.now)

    year.do(activate)


def _open_need(year: Year) -> int:
    def submit(session: Session) -> int:
        need = make.make_need(
            session, state=NeedState.DRAFT, first_month=FIRST, last_month=LAST, musts={"bpr": 2},
            outcome_wanted="待ち時間を半分にする。",
            now=year.now,
        )  # fmt: skip
        town, catalogue = year.actor(Role.MUNICIPALITY), load_catalogue(session)
        submit_need(session, need, catalogue=catalogue, actor=town, now=year.now)
        return need.id

    ident = year.do(submit)
    officer = year.actor(Role.COORDINATOR)
    year.do(
        lambda s: publish_need(
            s,
            s.get_one(Need, ident),
            checked=list(ReviewCheck),
            catalogue=load_catalogue(s),
            actor=officer,
            now=year.now,
        )
    )
    return ident


def _agree(year: Year, need: int) -> int:
    """From the round to the answers of both sides."""
    officer, approver = year.actor(Role.COORDINATOR), year.actor(Role.APPROVER)
    made = year.do(
        lambda s: create_round(
            s, prefecture_code=make.HYOGO, title="第1回", need_ids=[need], policy=first_policy(),
            time_limit=60, actor=officer, now=year.now,
        ).id
    )  # fmt: skip
    run_here(year.database, made)

    def draft(session: Session) -> int:
        rows = adopt_round(session, session.get_one(Round, made), actor=officer, now=year.now)
        propose_placements(session, rows[0].need, rows, actor=officer, now=year.now)
        return rows[0].id

    ident = year.do(draft)

    def approve(session: Session) -> None:
        paper = session.scalars(sa.select(DecisionPaper)).one()
        approve_paper(session, paper, actor=approver, now=year.now)

    year.do(approve)
    person, town = year.person(), year.actor(Role.MUNICIPALITY)
    year.go_to(date(2027, 2, 3))
    year.do(lambda s: accept_offer(s, s.get_one(Placement, ident), actor=person, now=year.now))
    year.go_to(date(2027, 2, 5))
    year.do(lambda s: welcome_person(s, s.get_one(Placement, ident), actor=town, now=year.now))
    return ident


def _confirm(year: Year, placement: int) -> None:
    person, town = year.person(), year.actor(Role.MUNICIPALITY)
    content = TermsContent(
        form="commission", first_day=date(2027, 4, 1), last_day=date(2027, 7, 31),
        work="窓口の見直し", place="市役所", days="水曜日の午前", travel="実費", supervisor="市民課 田中",
    )  # fmt: skip
    year.do(
        lambda s: state_terms(s, s.get_one(Placement, placement), content, actor=town, now=year.now)
    )
    year.do(
        lambda s: accept_terms(s, s.get_one(Placement, placement), 1, actor=person, now=year.now)
    )
    officer = year.actor(Role.COORDINATOR)
    year.do(
        lambda s: confirm_placement(s, s.get_one(Placement, placement), actor=officer, now=year.now)
    )


def _start(year: Year, placement: int) -> int:
    def start(session: Session) -> int:
        row = session.scalars(sa.select(Engagement)).one()
        make.make_prepared(session, row, now=year.now)
        start_engagement(session, row, actor=year.actor(Role.COORDINATOR), now=year.now)
        return row.id

    return year.do(start)


def _work(year: Year, engagement: int) -> None:
    """A month at a time: the person logs it, the town signs it, and both answer what they are asked."""
    person, town = year.person(), year.actor(Role.MUNICIPALITY)
    for month in range(FIRST, LAST + 1):
        first = date(month // 12, month % 12 + 1, 1)
        after = (first + timedelta(days=31)).replace(day=2)
        year.go_to(after)
        _answer_reviews(year)
        wednesday = first + timedelta(days=(2 - first.weekday()) % 7)
        worked = LogContent({wednesday: (Part.MORNING, Place.ONLINE)}, "聞き取り", "bpr")

        def send(session: Session, month: int = month, worked: LogContent = worked) -> None:
            row = session.get_one(Engagement, engagement)
            log = send_log(session, row, month, worked, actor=person, now=year.now)
            session.flush()
            sign_log(session, log, actor=town, now=year.now)

        year.do(send)


def _answer_reviews(year: Year) -> None:
    """Everything that is asked of the person and the town today."""

    def answer(session: Session) -> None:
        asked = sa.select(Review).where(Review.state == ReviewState.ASKED).order_by(Review.id)
        for row in session.scalars(asked).all():
            actor = (
                year.person() if row.side is ReviewSide.PERSON else year.actor(Role.MUNICIPALITY)
            )
            overall = 4 if row.kind == "end" else None
            give_review(session, row, Answers(4, 4, 4, overall), actor=actor, now=year.now)

    year.do(answer)


def _look_back(year: Year, engagement: int) -> None:
    with year.database.reading() as session:
        row = session.get_one(Engagement, engagement)
        assert row.state is EngagementState.ENDED
        placement = session.get_one(Placement, row.placement_id)
        assert placement.state is PlacementState.FINISHED
    _answer_reviews(year)


def _report(year: Year, engagement: int) -> None:
    person, town = year.person(), year.actor(Role.MUNICIPALITY)
    content = ReportContent("待ち時間が半分になった。", "手順書", 120_000, "印刷代")

    def write(session: Session) -> None:
        row = session.get_one(Engagement, engagement)
        report = write_report(
            session, row, content, is_sent=True, agrees=True, actor=person, now=year.now
        )
        session.flush()
        agree_to_case(session, report, agrees=True, actor=town, now=year.now)

    year.do(write)


def _assert_told_once(year: Year) -> None:
    """Every order was sent, each once, and no event was told twice to anybody."""
    with year.database.reading() as session:
        orders = session.scalars(sa.select(MailOrder)).all()
        gathered = [order for order in orders if order.state is MailState.DIGEST]
        assert {order.template for order in gathered} == {"interest.suggest"}
        assert all(order.carried_by_id for order in gathered)
        of_steps = [
            order
            for order in orders
            if not order.template.startswith("account.") and order not in gathered
        ]
        assert {order.state for order in of_steps} == {MailState.SENT}
        told = Counter((order.event, order.recipient_id) for order in orders)
    assert max(told.values()) == 1
    mails = [message_from_string(mail, policy=default) for mail in year.box.mails]
    idents = [str(mail["Message-ID"]) for mail in mails]
    assert len(idents) == len(set(idents))
    assert len(mails) >= len(of_steps)
    for mail in mails:
        assert not [name for name in ("髙﨑", "𠮷塚") if name in mail.get_content()]


MONTH = "work_log.sign"
REVIEW = ["review.ask", "review.show"]  # both answer on the day
PERSON = [
    "account.confirm", "membership.activate", "interest.suggest", "digest.daily", "placement.offer", "placement.welcome",
    "engagement.terms_state", "placement.confirm", "engagement.start", "membership.ask_confirm",
    *REVIEW, MONTH, "membership.remind_confirm", "engagement.ask_outlook", MONTH, *REVIEW, MONTH,
    "engagement.complete", *REVIEW,
    MONTH, "membership.remind_pause",
    *["membership.remind_end"] * 3,
]  # fmt: skip
SENT = "work_log.send"
TOWN = [
    "need.publish", "placement.accept", "engagement.terms_accept", "placement.confirm",
    "engagement.start", *REVIEW, SENT, "engagement.ask_outlook", SENT, *REVIEW, SENT,
    "engagement.complete", *REVIEW, SENT, "report.send",
]  # fmt: skip
OFFICER = [
    "membership.submit", "need.submit", "placement.approve", "placement.accept",
    "placement.welcome", "engagement.terms_accept", "engagement.complete", "report.send",
    "membership.remind_return",
]  # fmt: skip


def _assert_told_all(year: Year) -> None:
    assert year.told(year.person()) == PERSON
    assert year.told(year.actor(Role.MUNICIPALITY)) == TOWN
    assert year.told(year.actor(Role.COORDINATOR)) == OFFICER
    assert year.told(year.actor(Role.APPROVER)) == ["placement.propose"]


def _assert_books_agree(year: Year, placement: int) -> None:
    with year.database.reading() as session:
        booked = sa.select(LedgerMonth.month).where(LedgerMonth.booked > 0)
        assert sorted(session.scalars(booked)) == list(range(FIRST, LAST + 1))
        assert list(check.violations(session)) == []
    paper = year.do(lambda s: s.get_one(Placement, placement).paper_id)
    due = year.do(lambda s: list(s.scalars(sa.select(Job.id).where(Job.kind == PRINT))))
    for ident in due:
        jobs.run(year.database, ident)
    with year.database.reading() as session:
        pdf = find_print(session, session.get_one(DecisionPaper, paper)).pdf
    assert pdf is not None
    assert pdf.startswith(b"%PDF-")
    assert clock.now() == year.now
    with year.database.writing() as session:
        audit.seal(session)
