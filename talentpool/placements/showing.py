"""What a person and a town see of a placement: lists of plain values. What is not in a list is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..candidates.terms import is_employed
from ..engagements.preparing import forms_of
from ..needs.costing import fee_of
from ..standing import PlacementStanding
from ..states import NAMED, PlacementState
from .conditions import Conditions
from .models import Placement


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody is asked for, in codes."""

    title: str
    town: str  # municipality
    department: str
    background: str
    outcome_wanted: str
    theme: str
    involvement: str | None
    first_month: int
    last_month: int
    half_days: int  # per month
    mode: str
    on_site_share: int  # percent
    place: str  # municipality
    pay_amount: int  # yen
    pay_basis: str
    forms: Sequence[str]
    is_employed: bool  # the person by the prefecture, which pays alone

    @classmethod
    def of(cls, placement: Placement, under: Conditions | None = None) -> Terms:
        """`under`: other conditions than those that stand."""
        need, agreed = placement.need, under or placement.conditions
        fee = fee_of(need, placement.candidate)
        return cls(
            title=need.title,
            town=need.municipality_code,
            department=need.department,
            background=need.background,
            outcome_wanted=need.outcome_wanted,
            theme=need.theme,
            involvement=need.involvement,
            first_month=agreed.first_month,
            last_month=agreed.last_month,
            half_days=agreed.half_days,
            mode=str(agreed.mode),
            on_site_share=agreed.on_site_share,
            place=need.place_code,
            pay_amount=fee.amount,
            pay_basis=fee.basis,
            forms=forms_of(need, placement.candidate)
            if is_employed(placement.candidate)
            else [row.form for row in need.forms],
            is_employed=is_employed(placement.candidate),
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """For the person who is asked."""

    id: int
    version: int
    state: PlacementState
    standing: PlacementStanding
    terms: Terms
    offered_at: datetime | None
    offer_until: datetime | None
    introduced_at: datetime | None
    introduction_until: datetime | None
    agreed_at: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None or self.standing is PlacementStanding.FINISHED

    @classmethod
    def of(cls, placement: Placement, standing: PlacementStanding) -> Offer:
        return cls(
            placement.id,
            placement.version,
            placement.state,
            standing,
            Terms.of(placement),
            placement.offered_at,
            placement.offer_until,
            placement.introduced_at,
            placement.introduction_until,
            placement.agreed_at,
            placement.confirmed_at,
            placement.ended_at,
        )


@dataclass(frozen=True, slots=True)
class Introduction:
    """For the officers of the town. The name is there only while the introduction stands."""

    id: int
    version: int
    state: PlacementState
    standing: PlacementStanding
    need_id: int
    need_title: str
    first_month: int
    last_month: int
    half_days: int  # per month
    fit: int | None  # bp
    candidate_code: str
    candidate_id: int | None
    name: str | None
    introduced_at: datetime | None
    introduction_until: datetime | None
    agreed_at: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, placement: Placement, standing: PlacementStanding) -> Introduction:
        is_named = placement.state in NAMED
        need, person, agreed = placement.need, placement.candidate, placement.conditions
        return cls(
            placement.id,
            placement.version,
            placement.state,
            standing,
            need.id,
            need.title,
            agreed.first_month,
            agreed.last_month,
            agreed.half_days,
            placement.fit if is_named else None,
            person.code,
            person.id if is_named else None,
            person.name if is_named else None,
            placement.introduced_at,
            placement.introduction_until,
            placement.agreed_at,
            placement.confirmed_at,
            placement.ended_at,
        )
