"""Random steps on engagements, logs, extensions, months over plan and their mails never violate an invariant.

The long set: pytest tests/engagements/test_random_walk.py --hypothesis-profile=long
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings

from talentpool import dates, mail
from talentpool.audit import AuditEvent
from talentpool.candidates.hearing import Heard
from talentpool.candidates.received import Source
from talentpool.db import Database, Session
from talentpool.engagements import log_reminding, logs, outlook, running
from talentpool.engagements.log_content import LogContent
from talentpool.engagements.models import Engagement, Part, Place, WorkLog
from talentpool.engagements.month_additions import MonthAddition, side_for
from talentpool.engagements.outlook import Answer
from talentpool.engagements.plan_changes import PlanChange
from talentpool.engagements.recording import record_log
from talentpool.errors import Problem
from talentpool.mail import MailOrder
from talentpool.operations import check
from talentpool.permissions import Actor, Role
from talentpool.placements import adding, extending, finishing
from talentpool.placements.models import Placement
from talentpool.reviews import asking
from talentpool.smtp import Outcome
from talentpool.states import ADDITION, PLAN_CHANGE, WORK_LOG, Machine

from .. import factories as make
from ..placements.cast import Cast

STEPS = 60
WALKS = max(2, settings().max_examples // 125)  # 2 in the suite, 20 in the long set
BEGIN = dates.start_of_day(dates.first_day(make.FIRST)) + timedelta(hours=10)
PARTS, PLACES = tuple(Part), tuple(Place)


class Walk:
    """Two people, one without an account, with two engagements each in one town."""

    def __init__(self, session: Session, draw: Random) -> None:
        self.session, self.draw, self.now = session, draw, BEGIN
        self.cast = Cast.of(session)
        self.done: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()  # by message id
        self.people = [
            make.make_candidate(session, half_days=12, has_account=x) for x in (True, False)
        ]
        for person in self.people:
            for _ in range(2):
                row = make.make_engagement(session, candidate=person, form="commission")
                placement = session.get_one(Placement, row.placement_id)
                make.make_terms(session, placement, town=self.cast.town)
        session.info["sends_mail"] = True
        self.is_changed = True
        sa.event.listen(session, "before_commit", self._note_change)
        session.commit()

    def _note_change(self, session: Session) -> None:
        """Whether anything was written is what the trail and the mails say."""
        self.is_changed = True

    def step(self) -> None:
        name = self.draw.choice(self.RULES)
        getattr(self, name)()
        self.session.expire_all()
        if self.is_changed:  # nobody else writes here: the last answers still hold
            assert list(check.violations(self.session)) == [], name
            self.is_changed = False

    RULES = (
        "log", "log", "log", "answer_log", "answer_log", "ask_more", "ask_more", "answer_more", "answer_more",
        "extend", "answer_extension", "run", "end", "wait", "wait", "wait", "post", "post", "say_next",
    )  # fmt: skip

    def log(self) -> None:
        row = self._engagement()
        month = self.draw.randint(row.first_month, dates.month_of(dates.local_date(self.now)))
        first = dates.first_day(month)
        days = {
            min(first + timedelta(days=self.draw.randrange(28)), dates.local_date(self.now)): (
                self.draw.choice(PARTS), self.draw.choice(PLACES),
            )
            for _ in range(self.draw.randint(0, 3))
        }  # fmt: skip
        content = LogContent(days, "窓口の聞き取り", "bpr" if days else "")
        if row.candidate.user_id is None:
            heard = Heard(Source.PAPER, dates.local_date(self.now), "本人")
            self._try(
                "record", record_log, row, month, content, heard, actor=self.cast.coordinator,
                is_sent=self.draw.random() < 0.8,
            )  # fmt: skip
            return
        act = logs.send_log if self.draw.random() < 0.8 else logs.save_log
        self._try(act.__name__, act, row, month, content, actor=self._person(row))

    def answer_log(self) -> None:
        log = self._any(WorkLog)
        if log is None:
            return
        verb = self._verb(WORK_LOG, log)
        said = {} if verb == "sign" else {"reason": "days"}
        actor = self.cast.coordinator if verb == "reopen" else self.cast.town
        self._try(verb, getattr(logs, f"{verb}_log"), log, actor=actor, **said)

    def ask_more(self) -> None:
        row = self._engagement()
        actor = self.draw.choice((self._person(row), self.cast.town))
        month, more = self.draw.randint(row.first_month, row.last_month), self.draw.randint(1, 3)
        self._try("ask_more", adding.ask_more, row, month, more, "忙しい月", actor=actor)

    def answer_more(self) -> None:
        row = self._any(MonthAddition)
        if row is None:
            return
        verb = self._verb(ADDITION, row)
        person = self._person(row.engagement)
        sides = {side_for(row.engagement, one): one for one in (person, self.cast.town)}
        actor = {
            "draft": self.cast.coordinator, "turn_back": self.cast.coordinator,
            "approve": self.cast.approver, "refuse": self.cast.approver,
            "withdraw": sides[row.side],
        }.get(verb, sides[row.other])  # fmt: skip
        self._try(verb, adding.take_step, row, verb, actor=actor, reason="terms")

    def extend(self) -> None:
        row = self._engagement()
        last = dates.last_day(row.last_month + self.draw.randint(0, 1))
        self._try(
            "extend", extending.propose_extension, row, last=last, half_days=2, comment="続くため",
            actor=self.cast.coordinator,
        )  # fmt: skip

    def answer_extension(self) -> None:
        change = self._any(PlanChange)
        if change is None:
            return
        verb = self.draw.choice((self._verb(PLAN_CHANGE, change), "terms"))
        if verb == "terms":
            placement = self.session.get_one(Placement, change.engagement.placement_id)
            self._try("terms", self._agree_on_terms, placement)
        elif verb == "approve":
            self._try(verb, extending.approve_extension, change, actor=self.cast.approver)
        else:
            actor = {"refuse": self.cast.approver, "withdraw": self.cast.coordinator}.get(
                verb, self.cast.town
            )
            self._try(
                verb, extending.end_extension, change, verb=verb, reason="other", comment="都合",
                actor=actor,
            )  # fmt: skip

    def _agree_on_terms(self, session: Session, placement: Placement, *, now: datetime) -> None:
        make.make_terms(session, placement, town=self.cast.town, now=now)

    def run(self) -> None:
        row, verb = self._engagement(), self.draw.choice(("suspend", "resume"))
        said = {"reason": "health"} if verb == "suspend" else {}
        act = getattr(running, f"{verb}_engagement")
        self._try(verb, act, row, actor=self.cast.coordinator, **said)

    def end(self) -> None:
        if self.draw.random() < 0.8:  # rarely, so that walks are not over at once
            return
        row = self._engagement()
        last = dates.last_day(self.draw.randint(row.first_month, row.last_month))
        actor = self.draw.choice((self._person(row), self.cast.town, self.cast.coordinator))
        self._try("end", finishing.end_engagement, row, last=last, reason="budget", actor=actor)

    def say_next(self) -> None:
        row = self._engagement()
        actor = self.draw.choice((self._person(row), self.cast.town))
        answer = self.draw.choice(tuple(Answer))
        self._try("say_next", outlook.give_outlook, row, answer, actor=actor)

    def wait(self) -> None:
        self.now += timedelta(days=self.draw.randint(1, 8))
        for name, act in (
            ("complete", finishing.complete_over), ("outlook", outlook.remind),
            ("remind", log_reminding.remind), ("review", asking.work),
        ):  # fmt: skip
            self._try(name, lambda session, now, act=act: act(session, now))

    def post(self) -> None:
        """A sender that is cut off at any moment: what was claimed is settled later, and a question never goes twice."""
        for ident in mail.list_due(self.session, self.now, 20):
            if not mail.claim(self.session, ident, self.now):
                continue
            self.session.commit()
            end = self.draw.random()
            if end < 0.1:  # killed before the server heard of it
                continue
            order = self.session.get_one(MailOrder, ident)
            self.sent[order.message_id] += 1
            if end > 0.2:
                mail.note_outcome(self.session, ident, Outcome.SENT, self.now)
            self.session.commit()
        self._try("settle", mail.settle_silent)
        asked = sa.select(MailOrder.message_id).where(MailOrder.template.in_(mail.QUESTIONS))
        assert all(self.sent[ident] <= 1 for ident in self.session.scalars(asked))

    def _engagement(self) -> Engagement:
        rows = self.session.scalars(sa.select(Engagement).order_by(Engagement.id)).all()
        return self.draw.choice(rows)

    def _any(self, model: type[Any]) -> Any:
        rows = self.session.scalars(sa.select(model).order_by(model.id)).all()
        return self.draw.choice(rows) if rows else None

    def _verb(self, machine: Machine, thing: Any) -> str:
        """One that fits its state, mostly, where there is one."""
        steps = machine.by_hand()
        fits = [step.verb for step in steps if thing.state in step.sources]
        is_any = not fits or self.draw.random() < 0.1
        return self.draw.choice([step.verb for step in steps] if is_any else fits)

    def _person(self, row: Engagement) -> Actor:
        """Or the officer who speaks for somebody without an account."""
        if row.candidate.user_id is None:
            return self.cast.coordinator
        return Actor(row.candidate.user_id, Role.CANDIDATE, make.HYOGO)

    def _try(self, name: str, act: Callable[..., Any], *things: Any, **said: Any) -> None:
        """As a request would: all of it is stored, or nothing."""
        try:
            act(self.session, *things, now=self.now, **said)
            self.session.commit()
        except Problem:
            self.session.rollback()
        else:
            self.done[name] += 1


@pytest.mark.parametrize("seed", range(WALKS))
def test_no_order_of_steps_violates_an_invariant(database: Database, seed: int) -> None:
    session = database.session(read_only=False)
    walk = Walk(session, Random(seed))
    for _ in range(STEPS):
        walk.step()
    taken = set(session.scalars(sa.select(AuditEvent.action).distinct()))
    session.close()
    print(seed, dict(walk.done), len(walk.sent))
    assert "work_log.send" in taken, walk.done
