"""The estimated cost of a need: pay, travel at the prefecture's price for a kilometre, and what runs on in the years after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..candidates.models import Candidate
from ..candidates.terms import is_employed
from ..costs import Work, YearCost, cost_by_year, road_km, trip_yen
from ..dates import fiscal_year_of_month
from ..db import Base, Session, Text, UtcDateTime
from ..matching.records import share_on_site
from ..pay import UNPAID
from ..reference.catalogue import Catalogue
from ..reference.models import Prefecture
from .models import Need

MOST_PER_KM, MOST_KM, MOST_YEN = 1_000, 2_000, 10_000_000_000
YEARS_AFTER = 3  # of running cost, from the second fiscal year on


class TravelRate(Base):
    """What a kilometre by road costs, and how far a person comes whom nobody knows yet."""

    __tablename__ = "travel_rate"
    __table_args__ = (
        sa.CheckConstraint(f"yen_per_km BETWEEN 1 AND {MOST_PER_KM}", name="price_of_a_kilometre"),
        sa.CheckConstraint(f"usual_km BETWEEN 0 AND {MOST_KM}", name="distance_in_japan"),
    )

    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), primary_key=True)
    yen_per_km: Mapped[int]
    usual_km: Mapped[int]  # one way
    basis: Mapped[str] = mapped_column(Text(300), default="")
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))


class RunningCost(Base):
    """What a need leaves to be paid in a fiscal year after its first, as its town expects."""

    __tablename__ = "running_cost"
    __table_args__ = (sa.CheckConstraint(f"yen BETWEEN 0 AND {MOST_YEN}", name="yen_of_a_year"),)

    need_id: Mapped[int] = mapped_column(
        sa.ForeignKey("need.id", ondelete="CASCADE"), primary_key=True
    )
    year: Mapped[int] = mapped_column(primary_key=True)  # fiscal
    yen: Mapped[int] = mapped_column(sa.BigInteger)
    source: Mapped[str | None] = mapped_column(Text(40))  # vocabulary funding_source
    note: Mapped[str] = mapped_column(Text(200), default="")


class Fee(NamedTuple):
    """Yen per unit of the basis, as a town pays one person."""

    amount: int
    basis: str


def fee_of(need: Need, person: Candidate) -> Fee:
    """What the need pays; nothing to somebody whom the prefecture employs."""
    return Fee(0, UNPAID) if is_employed(person) else Fee(need.pay_amount, need.pay_basis)


def find_rate(session: Session, prefecture_code: str, *, lock: bool = False) -> TravelRate | None:
    """lock: nobody else sets one until the end of the unit, the first one neither."""
    if lock:
        home = sa.select(Prefecture.code).where(Prefecture.code == prefecture_code)
        session.scalars(home.with_for_update(key_share=True)).all()
    return session.get(TravelRate, prefecture_code, populate_existing=lock)


def years_after(need: Need) -> range:
    """The fiscal years of which a town says what runs on."""
    first = fiscal_year_of_month(need.first_month) + 1
    return range(first, first + YEARS_AFTER)


def find_running(session: Session, need: Need) -> Mapping[int, RunningCost]:
    rows = session.scalars(sa.select(RunningCost).where(RunningCost.need_id == need.id))
    return {row.year: row for row in rows}


def share_in(mode: str, need_mode: str, share: int) -> int:
    """Percent on site that was said, 0 for none: of another mode than the need's nobody said it."""
    return share if mode == need_mode else 0


def work_of(need: Need) -> Work:
    """With all seats filled."""
    return Work(
        need.pay_amount, need.pay_basis, need.half_days, need.months,
        share_on_site(need.mode, need.on_site_share), need.seats,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outlook:
    """A fiscal year of a need: what the work costs, nothing once it is over, and what runs on beside it."""

    year: int
    work: YearCost | None
    running: RunningCost | None

    @property
    def total(self) -> int:
        return (self.work.total if self.work else 0) + (self.running.yen if self.running else 0)


def look_ahead(
    need: Need, rate: TravelRate | None, running: Mapping[int, RunningCost]
) -> Sequence[Outlook]:
    """From the first fiscal year of the need to its last, and to the third after the first where anything is said of it."""
    trip = trip_yen(rate.usual_km, rate.yen_per_km) if rate else None
    work = {row.year: row for row in cost_by_year(work_of(need), trip)}
    years = sorted({*work, *(year for year in running if year in years_after(need))})
    return [Outlook(year, work.get(year), running.get(year)) for year in years]


def trip_between(
    rate: TravelRate | None, home_code: str | None, hall_code: str, catalogue: Catalogue
) -> int | None:
    """Yen of one visit from a home to a hall; None where the price or the home is not known."""
    if rate is None or home_code is None:
        return None
    home, hall = (catalogue.municipality(code).place for code in (home_code, hall_code))
    return trip_yen(road_km(home, hall), rate.yen_per_km)
