"""Fills an empty database with the pool of the demo: the same seed gives the same pool in the same fiscal year."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import dates
from ..accounts.models import Pool, User
from ..candidates.models import Candidate, Membership
from ..db import Database, Session
from ..gaps.looking import look
from ..gaps.tracking import keep_gaps
from ..needs.models import Need, NeedForm, NeedMode
from ..permissions import SYSTEM
from ..pool.policy import first_policy
from ..pool.standing import has_ratings
from ..reference.service import load_catalogue
from ..rounds.preparing import create_round
from . import (
    confirming,
    consulting,
    desk,
    helping,
    history,
    lending,
    present,
    reviewing,
    scoring,
    shapes,
    sharing,
    showing,
    voices,
    working,
)
from .accounts import SHOWN_TOWNS, Officers, choose_mails, hash_password, open_demo_pool
from .checking import answer_checks
from .conflicts import record_conflicts
from .drawing import Draw
from .joining import admit, fill_ledger, joining_moment, write_profiles
from .needs import draw_needs
from .people import HYOGO, draw_people, first_month
from .posting import publish_needs, save_needs, submit_needs
from .preferring import prefer
from .receiving import receive_people

PEOPLE, IN_REVIEW, RETURNED = 300, 12, 4
OPEN_NEEDS, UNFINISHED = 80, 8
PAST_NEEDS = 40
RECEIVED = 2  # people registered from paper and by telephone
LASTING = 8  # needs of the past year whose engagements go on into the year that is planned
SOON = slice(4, 7)  # of them: those that end within three months


class Builder:
    """One filling. `year`: the fiscal year of today; past is the one before, planned is the one after."""

    def __init__(self, database: Database, seed: int, now: datetime) -> None:
        today = dates.local_date(now)
        with database.reading() as session:
            self.catalogue = load_catalogue(session)
        self.database = database
        self.seed = seed
        self.year = dates.fiscal_year(today)
        self.midnight = dates.start_of_day(today)  # what happens today has not happened yet
        self.people = self.needs = 0  # numbered so far
        self.consents = Draw(seed, "consents")
        self.password_hash = hash_password()

    def build(self) -> int:
        """The id of the round that waits to be run."""
        count = PEOPLE - shapes.PEOPLE + IN_REVIEW
        drawn = draw_people(self.seed, count, self.year, self.catalogue)
        reviewed, active = drawn[:IN_REVIEW], drawn[IN_REVIEW:]
        planted = shapes.plant_people(self.year, self.catalogue)
        active = Draw(self.seed, "order").shuffled([*active, *planted.values()])
        first = dates.month_number(self.year - 1, 4)
        with self._unit() as session:
            officers = self._open(session, first)
        self._join([person for person in active if first_month(person) == first], officers)
        with self._unit() as session:
            self._past_year(session, officers)
        with self._unit() as session:
            history.read_ahead(session)
            working.work(session, Draw(self.seed, "work"), officers, self.midnight)
        with self._unit() as session:
            reviewing.review(session, Draw(self.seed, "reviews"), officers, self.midnight)
        with self._unit() as session:
            reviewing.report(session, officers, self.midnight)
        self._join([person for person in active if first_month(person) > first], officers)
        with self._unit() as session:
            self._under_way(session, planted["star"].code, officers)
        with self._unit() as session:
            confirming.confirm_months(session, Draw(self.seed, "months"), self.midnight)
        with self._unit() as session:
            self._in_review(session, reviewed, officers)
        with self._unit() as session:
            receive_people(session, self.people + 1, officers.coordinator, self.midnight)
        with self._unit() as session:
            scoring.score(session, officers, self.catalogue, self.password_hash, self.midnight)
        with self._unit() as session:
            voices.complain(session, officers, self.midnight)
            showing.show(session, officers, self.midnight)
            record_conflicts(session, officers, self.midnight)
            voices.look_ahead(session, officers, self.midnight)
            desk.take_notes(session, officers, self.midnight)
            desk.share_out(session, officers, self.midnight)
            answer_checks(session, HYOGO, self.midnight)
        with self._unit() as session:
            helping.keep_programmes(session, officers, self.catalogue, self.midnight)
            helping.keep_measures(session, officers, self.catalogue, self.midnight)
            helping.call_meetings(session, officers, self.catalogue, self.midnight)
            consulting.consult(session, officers, self.catalogue, self.midnight)
            consulting.open_library(session, officers, self.midnight)
        with self._unit() as session:
            self._lend(session, officers)
        with self._unit() as session:
            served = look(session, HYOGO, catalogue=self.catalogue, now=self.midnight)
            keep_gaps(session, HYOGO, served, actor=SYSTEM, now=self.midnight)
        with self._unit() as session:
            return self._plan_ahead(session, officers, {one.code for one in planted.values()})

    @contextmanager
    def _unit(self) -> Iterator[Session]:
        """A unit of work whose audit events are written in the order of their times."""
        with self.database.writing() as session:
            yield session
            session.info.get("audit_pending", []).sort(key=lambda note: note.now)

    def _open(self, session: Session, first: int) -> Officers:
        """A quarter before the first month."""
        opened = dates.start_of_day(dates.first_day(first)) - timedelta(days=90)
        return open_demo_pool(session, self.seed, self.catalogue, self.password_hash, now=opened)

    def _join(self, people: Sequence[Candidate], officers: Officers) -> None:
        for person in people:
            person.created_at = joining_moment(person)
        with self._unit() as session:
            admit(session, self._write(session, people), officers.coordinator)
        with self._unit() as session:
            fill_ledger(session, [person.id for person in people])

    def _write(self, session: Session, people: Sequence[Candidate]) -> list[Membership]:
        first = self.people + 1
        self.people += len(people)
        return write_profiles(
            session, people, first_number=first, draw=self.consents, catalogue=self.catalogue,
            password_hash=self.password_hash,
        )  # fmt: skip

    def _draw_needs(self, topic: str, count: int, year: int) -> list[Need]:
        return draw_needs(self.seed, topic, count, year, self.catalogue)

    def _number(self, needs: Sequence[Need]) -> int:
        """The number of the first of these needs."""
        self.needs += len(needs)
        return self.needs - len(needs) + 1

    def _post(self, session: Session, needs: Sequence[Need], officers: Officers) -> None:
        save_needs(session, needs, self._number(needs), officers)
        submit_needs(session, needs, officers)
        publish_needs(session, needs, officers)

    def _past_year(self, session: Session, officers: Officers) -> None:
        """Posted in February, matched in March, confirmed in the weeks after."""
        year, draw = self.year - 1, Draw(self.seed, "answers")
        start = dates.start_of_day(dates.first_day(dates.month_number(year, 2)))
        needs = self._draw_needs("past", PAST_NEEDS, year)
        long = [need for need in needs if len(need.months) > 3 and need.half_days <= 8]
        for need in long[:LASTING]:
            need.last_month = dates.month_number(self.year + 1, 9)
        for need in long[SOON]:
            need.last_month = dates.month_of(dates.local_date(self.midnight)) + 2
        for need in needs:
            need.created_at = start + timedelta(days=draw.whole(0, 20), hours=10)
        self._post(session, needs, officers)
        history.read_ahead(session)
        title = f"{dates.show_fiscal_year(year)} マッチング"
        run_at = start + timedelta(days=33, hours=10)
        round_ = history.run_round(session, title, [need.id for need in needs], officers, run_at)
        drafted = history.draft_papers(session, round_, officers, run_at + timedelta(days=1))
        history.approve(session, drafted, officers, run_at + timedelta(days=3))
        history.answer_offers(session, drafted, draw, officers, run_at + timedelta(days=3))
        history.close_needs(session, round_, officers, run_at + timedelta(days=30))
        history.leave_unprinted(session, drafted, run_at + timedelta(days=30))

    def _under_way(self, session: Session, star_code: str, officers: Officers) -> None:
        draw = Draw(self.seed, "under way")
        needs = self._draw_needs("under way", present.IN_PROGRESS, self.year + 1)
        for need, code in zip(needs[1:], SHOWN_TOWNS, strict=False):
            need.municipality_code = need.place_code = code
        _suit_the_star(needs[0])
        for need in needs:
            need.created_at = self.midnight - timedelta(days=draw.whole(30, 60))
        self._post(session, needs, officers)
        star = session.scalars(sa.select(Candidate).where(Candidate.code == star_code)).one()
        choose_mails(
            session, session.get_one(User, star.user_id), now=self.midnight - timedelta(days=20)
        )
        title = f"{dates.show_fiscal_year(self.year + 1)} 先行マッチング"
        present.start_placements(session, needs, star, officers, self.midnight, title)

    def _in_review(self, session: Session, people: Sequence[Candidate], officers: Officers) -> None:
        draw = Draw(self.seed, "in review")
        for person in people:
            person.created_at = self.midnight - timedelta(days=draw.whole(3, 12))
        present.hand_in(session, self._write(session, people), RETURNED, officers, self.midnight)
        needs = self._draw_needs("in review", UNFINISHED, self.year + 1)
        first = self._number(needs)
        present.post_unfinished(session, needs, first, draw, officers, self.midnight)
        sharing.share(session, needs[0], officers, self.catalogue, self.midnight)

    def _lend(self, session: Session, officers: Officers) -> None:
        first = self.people + RECEIVED + 1
        people = lending.register_people(session, first, officers.coordinator, self.midnight)
        needs = self._draw_needs("lending", len(people), self.year)
        lending.suit(needs, self.midnight)
        self._post(session, needs, officers)
        title = f"{dates.show_fiscal_year(self.year)} 県の職員による支援"
        lending.lend(session, needs, people, officers, self.midnight, title)

    def _plan_ahead(self, session: Session, officers: Officers, planted: Collection[str]) -> int:
        """planted: codes of those of the hard shapes."""
        year, draw = self.year + 1, Draw(self.seed, "ahead")
        drawn = self._draw_needs("needs", OPEN_NEEDS - shapes.NEEDS, year)
        needs = draw.shuffled([*drawn, *shapes.plant_needs(year)])
        for need in needs:
            need.created_at = self.midnight - timedelta(days=draw.whole(8, 60))
        self._post(session, needs, officers)
        pool = session.get_one(Pool, HYOGO)
        round_ = create_round(
            session, prefecture_code=HYOGO, title=f"{dates.show_fiscal_year(year)} 第1回マッチング",
            need_ids=[need.id for need in needs], policy=first_policy(
                has_ratings=has_ratings(session, HYOGO), lottery_seed=pool.lottery_seed
            ),
            time_limit=history.TIME_LIMIT, actor=officers.coordinator, now=self.midnight,
        )  # fmt: skip
        prefer(session, officers, planted, self.catalogue, self.midnight)
        return round_.id


def _suit_the_star(need: Need) -> None:
    """A small piece of work that the wanted person can do: two half-days a month, online."""
    need.half_days, need.mode, need.on_site_share, need.seats = 2, NeedMode.ONLINE, 0, 1
    need.last_month = need.first_month + 1
    need.pay_basis, need.pay_amount, need.requires_training = "day", 24_000, False
    need.forms = [NeedForm(form="commission")]
