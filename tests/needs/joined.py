"""A joint need of three towns, by its services; with an officer of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from talentpool.db import Session
from talentpool.needs import reviewing
from talentpool.needs.checks import ReviewCheck
from talentpool.needs.joint import service
from talentpool.needs.joint.shares import Part
from talentpool.needs.models import JointMember, Need
from talentpool.permissions import Actor, Role
from talentpool.reference.catalogue import Catalogue
from talentpool.states import NeedState

from .. import factories as make

CATALOGUE = Catalogue.shipped()
TUESDAY, THURSDAY = 1 << 1, 1 << 3
SHARES = {  # the first, second and third Tuesday; the first and third Thursday; the second one
    make.HIMEJI: Part(make.HIMEJI, 4, 0b111, TUESDAY),
    make.ASAGO: Part(make.ASAGO, 2, 0b101, THURSDAY),
    make.SAYO: Part(make.SAYO, 2, 0b010, THURSDAY),
}


@dataclass(frozen=True)
class Joint:
    session: Session
    need: Need
    officers: Mapping[str, Actor]
    coordinator: Actor

    @property
    def lead(self) -> Actor:
        return self.officers[make.HIMEJI]

    def member(self, town: str) -> JointMember:
        return next(row for row in self.need.members if row.municipality_code == town)

    def share(self, *members: Part, lead: int = 4, **more: Any) -> None:
        service.share_out(
            self.session, self.need, lead, members, catalogue=CATALOGUE, actor=self.lead,
            now=make.NOW, **more,
        )  # fmt: skip
        self.session.flush()

    def answer(self, town: str, act: Any = service.agree, **said: Any) -> None:
        act(self.session, self.member(town), actor=self.officers[town], now=make.NOW, **said)
        self.session.flush()

    def submit(self) -> None:
        reviewing.submit_need(
            self.session, self.need, catalogue=CATALOGUE, actor=self.lead, now=make.NOW
        )

    def publish(self, forms: Collection[str] = ()) -> None:
        reviewing.publish_need(
            self.session, self.need, checked=set(ReviewCheck), forms=forms, catalogue=CATALOGUE,
            actor=self.coordinator, now=make.NOW,
        )  # fmt: skip
        self.session.flush()


def make_joint(session: Session, *, state: NeedState = NeedState.DRAFT, **columns: Any) -> Joint:
    """Eight half-days a month: four of Himeji, which leads, two of Asago and two of Sayo."""
    given: dict[str, Any] = {"half_days": 8, "outcome_wanted": "待ち時間を半分にする。"}
    need = make.make_need(session, state=NeedState.DRAFT, **given | columns)
    officers = {
        town: make.make_user(session, Role.MUNICIPALITY, municipality_code=town).actor
        for town in SHARES
    }
    joint = Joint(session, need, officers, make.make_user(session, Role.COORDINATOR).actor)
    lead, *members = SHARES.values()
    joint.share(*members, weeks=lead.weeks, weekdays=lead.weekdays)
    if state is not NeedState.DRAFT:
        for part in members:
            joint.answer(part.municipality_code)
        joint.submit()
    if state is NeedState.OPEN:
        joint.publish()
    return joint
