"""What a person weighs before answering: the pay in all, the way there, and the months beside what they are taken for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa

from ..candidates.models import Candidate, CandidateSkill
from ..db import Session
from ..geo import Travel
from ..ledger import service as ledger
from ..ledger.models import Commitment, CommitmentState
from ..needs.content import SkillRequirement
from ..needs.costing import Fee, fee_of
from ..needs.models import Need, NeedSkill
from ..pay import HALF_DAYS_A_DAY, total_pay, units_in_all
from ..reference.catalogue import Catalogue
from .conditions import Conditions
from .models import Placement


@dataclass(frozen=True, slots=True)
class Pay:
    """Of the whole work, in yen; `units` times the pay of one."""

    total: int
    units: Fraction

    @classmethod
    def of(cls, fee: Fee, conditions: Conditions) -> Pay:
        terms = fee.basis, conditions.half_days, len(conditions.months)
        return cls(total_pay(fee.amount, *terms), units_in_all(*terms))


@dataclass(frozen=True, slots=True)
class Month:
    """Half-days of one month of the work: what this placement takes, and what is beside it."""

    month: int
    booked: int
    held: int
    asked: int
    free: int


@dataclass(frozen=True, slots=True)
class AskedSkill:
    """What a need asks of a skill beside what the person claims now. since: the year of last use that is asked for."""

    skill: str
    must: bool
    level: int
    used_within: int | None = None
    since: int | None = None
    own_level: int | None = None
    last_used: int | None = None
    evidence: str | None = None

    @property
    def is_recent(self) -> bool | None:
        """None where no year is asked for, or the skill is not claimed; a year that is not known is too long ago."""
        if self.since is None or self.own_level is None:
            return None
        return self.last_used is not None and self.last_used >= self.since


def list_asked(need: Need, person: Candidate) -> list[AskedSkill]:
    claims = {claim.skill: claim for claim in person.skills}
    return [_asked(need, row, claims.get(row.skill)) for row in need.skills]


def _asked(need: Need, row: NeedSkill, claim: CandidateSkill | None) -> AskedSkill:
    asked = SkillRequirement(row.skill, row.level, used_within=row.used_within)
    held = (claim.level, claim.last_used, claim.evidence) if claim else ()
    return AskedSkill(
        row.skill, row.must, row.level, row.used_within, asked.since(need.first_month), *held
    )


@dataclass(frozen=True, slots=True)
class Weighing:
    pay: Pay
    days_on_site: Fraction  # per month
    travel: Travel | None  # one way; none for work online, or without a home
    home: str | None  # municipality
    months: Sequence[Month]  # none without a ledger
    skills: Sequence[AskedSkill]


def weigh(
    session: Session,
    placement: Placement,
    catalogue: Catalogue,
    under: Conditions | None = None,
) -> Weighing:
    """`under`: other conditions than those that stand."""
    need, person = placement.need, placement.candidate
    conditions = under or placement.conditions
    days, share = Fraction(conditions.half_days, HALF_DAYS_A_DAY), conditions.on_site
    goes = person.home_code is not None and share > 0
    return Weighing(
        pay=Pay.of(fee_of(need, person), conditions),
        days_on_site=days * share / 100,
        travel=catalogue.travel(person.home_code or "", need.place_code) if goes else None,
        home=person.home_code,
        months=_months(session, placement, conditions),
        skills=list_asked(need, person),
    )


def _months(session: Session, placement: Placement, conditions: Conditions) -> list[Month]:
    first, last = conditions.first_month, conditions.last_month
    taken = _taken(session, placement)
    return [
        _beside(row.month, row.capacity, row.held, row.booked, taken.get(row.month, (0, 0)))
        for row in ledger.list_months(session, placement.candidate_id, from_month=first)
        if row.month <= last
    ]


def _beside(month: int, capacity: int, held: int, booked: int, own: tuple[int, int]) -> Month:
    own_held, own_booked = own
    return Month(
        month, booked - own_booked, held - own_held, own_held + own_booked, capacity - held - booked
    )


def _taken(session: Session, placement: Placement) -> Mapping[int, tuple[int, int]]:
    """Month → half-days that this placement holds, and has booked."""
    is_hold = Commitment.state == CommitmentState.HOLD
    n = Commitment.half_days
    query = sa.select(
        Commitment.month, sa.case((is_hold, n), else_=0), sa.case((is_hold, 0), else_=n)
    ).where(Commitment.placement_id == placement.id)
    return {month: (held, booked) for month, held, booked in session.execute(query)}
