"""The people of a test: one officer of each role, and the steps of a placement as one-liners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from talentpool.candidates.models import Candidate
from talentpool.db import Session
from talentpool.engagements.preparing import forms_of
from talentpool.engagements.terms import list_versions
from talentpool.ledger.models import LedgerMonth
from talentpool.mail import MailOrder
from talentpool.needs.models import Need
from talentpool.operations import check
from talentpool.permissions import RULES, Actor, Role
from talentpool.placements import service
from talentpool.placements.models import Placement
from talentpool.placements.stepping import take_step
from talentpool.states import PLACEMENT, PlacementState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cast:
    session: Session
    coordinator: Actor
    approver: Actor
    town: Actor

    @classmethod
    def of(cls, session: Session) -> Cast:
        return cls(
            session,
            make.make_user(session, Role.COORDINATOR).actor,
            make.make_user(session, Role.APPROVER).actor,
            make.make_user(session, Role.MUNICIPALITY).actor,
        )

    def person(self, placement: Placement) -> Actor:
        assert placement.candidate.user_id is not None
        return Actor(placement.candidate.user_id, Role.CANDIDATE, make.HYOGO)

    def step(
        self,
        placement: Placement,
        verb: str,
        *,
        reason: str | None = None,
        comment: str = "",
        now: datetime = make.NOW,
        actor: Actor | None = None,
    ) -> Placement:
        if verb == "confirm" and not list_versions(self.session, placement.id):
            self.agree_on_terms(placement, now)
        take_step(
            self.session, placement, verb, actor=actor or self.actor_of(placement, verb),
            now=now, reason=reason, comment=comment,
        )  # fmt: skip
        self.session.flush()
        return placement

    def agree_on_terms(self, placement: Placement, now: datetime = make.NOW) -> None:
        """Where it can be: others are refused by the step itself."""
        can_be = bool(forms_of(placement.need, placement.candidate))
        if placement.state is PlacementState.AGREED and can_be:
            make.make_terms(self.session, placement, town=self.town, now=now)

    def actor_of(self, placement: Placement, verb: str) -> Actor:
        """Who takes the step in the usual course."""
        roles = RULES[PLACEMENT.steps[verb].action].keys() - {Role.SYSTEM}
        return {
            Role.CANDIDATE: self.person(placement),
            Role.MUNICIPALITY: self.town,
            Role.COORDINATOR: self.coordinator,
            Role.APPROVER: self.approver,
        }[roles.pop()]

    def walk(self, placement: Placement, *verbs: str) -> Placement:
        for verb in verbs:
            self.step(placement, verb)
        return placement

    def suggested(self, need: Need | None = None, candidate: Candidate | None = None) -> Placement:
        return make.make_placement(
            self.session,
            need or make.make_need(self.session),
            candidate or make.make_candidate(self.session),
        )

    def proposed_list(self, need: Need, count: int) -> list[Placement]:
        """`count` people on one paper, in this order."""
        rows = [self.suggested(need) for _ in range(count)]
        return self.walk_all(rows, "propose")

    def walk_all(self, rows: Sequence[Placement], verb: str) -> list[Placement]:
        """One step for each, where the step of another did not take it along: papers are decided whole."""
        for row in rows:
            if PLACEMENT.transition(verb, row.state) is not None:
                self.step(row, verb)
        return list(rows)


def states(rows: Sequence[Placement]) -> list[PlacementState]:
    return [row.state for row in rows]


def ledger_of(session: Session, candidate: Candidate) -> set[tuple[int, int]]:
    """The different (held, booked) of the person's months."""
    session.expire_all()
    query = sa.select(LedgerMonth.held, LedgerMonth.booked).where(
        LedgerMonth.candidate_id == candidate.id
    )
    return {(held, booked) for held, booked in session.execute(query)}


def mails(session: Session, placement: Placement, verb: str) -> list[int]:
    """Recipients of the mails of a step."""
    prefix = f"placement/{placement.id}/{verb}/"
    query = sa.select(MailOrder.recipient_id).where(MailOrder.event.startswith(prefix))
    return sorted(session.scalars(query))


def assert_sound(session: Session) -> None:
    session.commit()
    session.expire_all()
    assert list(check.violations(session)) == []


def shown_papers(app: TalentpoolFlask) -> dict[int, str]:
    """Paper id → what the list of approvals says of it."""
    with app.database.reading() as session:
        approver = Actor(None, Role.APPROVER, make.HYOGO)
        return {row.record.id: row.shown for row in service.list_papers(session, approver)}
