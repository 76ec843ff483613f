"""A random walk over the whole workflow: whatever anybody does in whatever order, no invariant is violated."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from talentpool.audit import AuditEvent
from talentpool.candidates.leaving import leave_pool
from talentpool.candidates.models import Candidate, Membership
from talentpool.db import Database, Session
from talentpool.errors import Problem
from talentpool.needs.models import Need
from talentpool.operations import check
from talentpool.permissions import SYSTEM
from talentpool.placements import service
from talentpool.placements.closing import close_need, withdraw_need
from talentpool.placements.counters.answering import (
    SERVICES as COUNTER_SERVICES,
    take_step as take_counter_step,
)
from talentpool.placements.counters.models import CounterProposal, Side
from talentpool.placements.counters.proposing import propose_counter
from talentpool.placements.counters.timing import lapse_overdue as lapse_counters
from talentpool.placements.deciding import decide_papers
from talentpool.placements.drafting import has_live, propose_placements
from talentpool.placements.lapsing import lapse_overdue
from talentpool.placements.models import Placement
from talentpool.placements.stepping import SERVICES
from talentpool.states import LIVE, PlacementState

from .. import factories as make
from ..databases import Databases
from .cast import Cast
from .test_table import REASONS

PEOPLE, NEEDS = 3, 3
RARELY = 6  # of 0..9; neither end, which a search tries more often
FORWARD = {
    PlacementState.SUGGESTED: "propose",
    PlacementState.PROPOSED: "approve",
    PlacementState.OFFERED: "accept",
    PlacementState.INTRODUCED: "welcome",
    PlacementState.AGREED: "confirm",
}
places = st.integers(0, 11)


class Walk(RuleBasedStateMachine):
    """Three people with room for two needs each, three needs, one of two seats."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.cast = Cast.of(session)
        self.now: datetime = make.NOW
        self.people = [make.make_candidate(session, half_days=8) for _ in range(PEOPLE)]
        self.needs = [make.make_need(session, seats=1 + (place == 0)) for place in range(NEEDS)]
        self.seen: dict[int, int] = {}
        for need in self.needs:
            for candidate in self.people:
                make.make_placement(session, need, candidate)
        session.commit()
        self.is_changed = True
        sa.event.listen(session, "after_commit", self._note_change)

    def _note_change(self, _session: Session) -> None:
        self.is_changed = True

    @rule(person=st.integers(0, PEOPLE - 1), need=st.integers(0, NEEDS - 1))
    def suggest(self, person: int, need: int) -> None:
        candidate, wanted = self.people[person], self.needs[need]
        if not has_live(self.session, wanted.id, candidate.id) and self._may_be_suggested(
            candidate, wanted
        ):
            make.make_placement(self.session, wanted, candidate)
            self.session.commit()

    def _may_be_suggested(self, candidate: Candidate, need: Need) -> bool:
        """What adopting and adding an alternate ask before a suggestion comes to be."""
        return str(need.state) == "open" and str(self._membership(candidate).state) == "active"

    @rule(place=places, verb=st.sampled_from(sorted(SERVICES)))
    def take_step(self, place: int, verb: str) -> None:
        rows = self._live()
        if rows:
            placement = rows[place % len(rows)]
            self._try(
                lambda: self.cast.step(placement, verb, reason=REASONS.get(verb), now=self.now)
            )

    @rule(place=places, times=st.integers(1, 5))
    def go_forward(self, place: int, times: int) -> None:
        """Random verbs rarely fit: this takes the usual ones."""
        rows = self._live()
        if not rows:
            return
        placement = rows[place % len(rows)]
        for _ in range(times):
            verb = FORWARD.get(placement.state)
            if verb is not None:
                self._try(lambda verb=verb: self.cast.step(placement, verb, now=self.now))

    @rule(place=places, half_days=st.integers(1, 6), later=st.integers(-1, 2))
    def propose_conditions(self, place: int, half_days: int, later: int) -> None:
        """By whoever is asked: less or more than was decided."""
        asked = {PlacementState.OFFERED, PlacementState.INTRODUCED}
        rows = [row for row in self._live() if row.state in asked]
        if not rows:
            return
        row = rows[place % len(rows)]
        is_person = row.state is PlacementState.OFFERED
        stands, actor = row.conditions, self.cast.person(row) if is_person else self.cast.town
        other = replace(stands, half_days=half_days, first_month=stands.first_month + later)
        self._try(lambda: propose_counter(self.session, row, other, "", actor=actor, now=self.now))

    @rule(place=places, verb=st.sampled_from(sorted(COUNTER_SERVICES)))
    def answer_conditions(self, place: int, verb: str) -> None:
        query = sa.select(CounterProposal).where(CounterProposal.ended_at.is_(None))
        rows = self.session.scalars(query.order_by(CounterProposal.id)).all()
        if rows:
            row = rows[place % len(rows)]
            person = self.cast.person(row.placement)
            sides = {Side.PERSON: person, Side.TOWN: self.cast.town}
            actor = {
                "draft": self.cast.coordinator, "turn_back": self.cast.coordinator,
                "approve": self.cast.approver, "refuse": self.cast.approver,
                "withdraw": sides[row.side],
            }.get(verb, sides[row.side.other])  # fmt: skip
            self._try(
                lambda: take_counter_step(
                    self.session, row, verb, actor=actor, now=self.now, reason="terms"
                )
            )

    @rule(need=st.integers(0, NEEDS - 1))
    def propose_all(self, need: int) -> None:
        rows = [
            row
            for row in self._live()
            if row.need_id == self.needs[need].id and row.state is PlacementState.SUGGESTED
        ]
        self._try(
            lambda: propose_placements(
                self.session, self.needs[need], rows, actor=self.cast.coordinator, now=self.now
            )
        )

    @rule()
    def approve_everything(self) -> None:
        waiting = service.list_papers(self.session, self.cast.approver)
        papers = [row.record for row in waiting]
        self._try(
            lambda: decide_papers(self.session, papers, {}, actor=self.cast.approver, now=self.now)
        )

    @rule(days=st.integers(1, 5))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        self._try(lambda: lapse_counters(self.session, self.now))
        self._try(lambda: lapse_overdue(self.session, self.now))

    @rule(need=st.integers(0, NEEDS - 1))
    def change_the_need(self, need: int) -> None:
        self.needs[need].content_version += 1
        self.session.commit()

    @rule(need=st.integers(0, NEEDS - 1), by_town=st.booleans(), really=st.integers(0, 9))
    def end_the_need(self, need: int, by_town: bool, really: int) -> None:
        """Rarely, so that walks are not over at once."""
        if really != RARELY:
            return
        end, actor, reason = (
            (withdraw_need, self.cast.town, "budget")
            if by_town
            else (close_need, self.cast.coordinator, "policy")
        )
        self._try(
            lambda: end(self.session, self.needs[need], reason=reason, actor=actor, now=self.now)
        )

    @rule(person=st.integers(0, PEOPLE - 1), really=st.integers(0, 9))
    def leave(self, person: int, really: int) -> None:
        if really != RARELY:
            return
        membership = self._membership(self.people[person])
        self._try(lambda: leave_pool(self.session, membership, actor=SYSTEM, now=self.now))

    @invariant()
    def nothing_is_violated_and_no_version_falls(self) -> None:
        if not self.is_changed:  # nobody else writes here: the last answers still hold
            return
        assert list(check.violations(self.session)) == []
        rows = self.session.execute(sa.select(Placement.id, Placement.version)).all()
        present = {row.id: row.version for row in rows}
        assert all(present[ident] >= version for ident, version in self.seen.items())
        self.seen, self.is_changed = present, False

    def _live(self) -> list[Placement]:
        query = sa.select(Placement).where(
            Placement.need_id.in_([need.id for need in self.needs]), Placement.state.in_(LIVE)
        )
        return list(self.session.scalars(query.order_by(Placement.id)))

    def _membership(self, candidate: Candidate) -> Membership:
        query = sa.select(Membership).where(Membership.candidate_id == candidate.id)
        return self.session.scalars(query).one()

    def _try(self, act: object) -> None:
        """As a request would: all of it is stored, or nothing."""
        try:
            act()  # type: ignore[operator]
        except Problem:
            self.session.rollback()
        else:
            self.session.commit()
        self.session.expire_all()


def test_no_order_of_steps_violates_an_invariant(database: Database, databases: Databases) -> None:
    sessions: list[Session] = []

    def walk() -> Walk:
        """In a database of its own: after each step all events there are verified."""
        if sessions:
            sessions.pop().close()
            database.close()
            databases.renew()
        sessions.append(database.session(read_only=False))
        return Walk(sessions[0])

    run_state_machine_as_test(
        walk,  # type: ignore[arg-type]
        settings=settings(
            max_examples=max(15, settings().max_examples // 25),  # 100 in the long set
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    sessions.pop().close()


@pytest.mark.parametrize("seed", range(3))
def test_a_long_and_busy_walk_violates_no_invariant(database: Database, seed: int) -> None:
    """Chosen so that most steps succeed: many confirmations, undone ones and alternates moving on."""
    draw = Random(seed)
    session = database.session(read_only=False)
    walk = Walk(session)
    for _ in range(80):
        place = draw.randrange(12)
        choice = draw.randrange(14)
        if choice > 11:
            walk.propose_conditions(place, draw.randint(1, 6), draw.randint(-1, 2))
        elif choice > 9:
            walk.answer_conditions(place, draw.choice(sorted(COUNTER_SERVICES)))
        elif choice < 4:
            walk.go_forward(place, draw.randint(1, 5))
        elif choice < 7:
            walk.take_step(place, draw.choice(sorted(SERVICES)))
        elif choice == 7:
            walk.suggest(draw.randrange(PEOPLE), draw.randrange(NEEDS))
        elif choice == 8:
            walk.approve_everything()
        else:
            walk.wait(draw.randint(1, 3))
        walk.nothing_is_violated_and_no_version_falls()
    is_step = AuditEvent.action.startswith("placement.") | (
        AuditEvent.object_type == "counter_proposal"
    )
    seen = set(session.scalars(sa.select(AuditEvent.action).where(is_step)))
    session.close()
    assert "counter_proposal.make" in seen
    assert {"placement.confirm", "placement.offer", "placement.accept"} <= seen
