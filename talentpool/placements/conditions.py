"""What somebody is asked for: the need's conditions, or others that both sides agreed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ..candidates.models import Candidate
from ..costs import Work, pay_by_year
from ..dates import months
from ..language import Words
from ..matching.records import share_on_site
from ..needs.costing import Fee, fee_of, share_in
from ..needs.models import Need, NeedMode


@dataclass(frozen=True, slots=True)
class Conditions:
    half_days: int  # per month
    first_month: int
    last_month: int
    mode: NeedMode
    on_site_share: int  # percent; 0 where it follows from the mode

    @classmethod
    def of(cls, need: Need) -> Conditions:
        return cls.changed(need, need.half_days, need.first_month, need.last_month, need.mode)

    @classmethod
    def changed(
        cls, need: Need, half_days: int, first_month: int, last_month: int, mode: NeedMode
    ) -> Conditions:
        share = share_in(mode, need.mode, need.on_site_share)
        return cls(half_days, first_month, last_month, mode, share)

    @property
    def months(self) -> range:
        return months(self.first_month, self.last_month)

    @property
    def on_site(self) -> int:
        """Percent of the work."""
        return share_on_site(self.mode, self.on_site_share)


class Excess(StrEnum):
    """What goes beyond the decision."""

    HALF_DAYS = "half_days"
    PERIOD = "period"
    PAY = "pay"
    TRAVEL = "travel"


EXCESS_LABELS: Mapping[Excess, Words] = {
    Excess.HALF_DAYS: ("月の半日コマ", "Half-days a month"),
    Excess.PERIOD: ("期間", "Months"),
    Excess.PAY: ("年度ごとの報酬", "Pay of a fiscal year"),
    Excess.TRAVEL: ("現地での半日コマ（旅費）", "Half-days on site (travel)"),
}


def find_excess(
    need: Need,
    person: Candidate,
    asked: Conditions,
    decided: Iterable[Conditions],
    before: Need | None = None,
) -> list[Excess]:
    """By how much less than all of `asked` was decided; nothing where one decision covers it.

    `before`: the need as it was then, where its pay was another.
    """
    now, then = fee_of(need, person), fee_of(before or need, person)
    return min((list(_beyond(asked, now, one, then)) for one in decided), key=len)


def _beyond(asked: Conditions, fee: Fee, decided: Conditions, then: Fee) -> Iterator[Excess]:
    if asked.half_days > decided.half_days:
        yield Excess.HALF_DAYS
    if asked.first_month < decided.first_month or asked.last_month > decided.last_month:
        yield Excess.PERIOD
    before, after = pay_by_year(_work(then, decided)), pay_by_year(_work(fee, asked))
    if any(yen > before.get(year, 0) for year, yen in after.items()):
        yield Excess.PAY
    if _on_site(asked) > _on_site(decided):
        yield Excess.TRAVEL


def work_of(need: Need, person: Candidate, asked: Conditions) -> Work:
    """What the person does and is paid by the town."""
    return _work(fee_of(need, person), asked)


def _work(fee: Fee, asked: Conditions) -> Work:
    return Work(*fee, asked.half_days, asked.months, asked.on_site)


def _on_site(conditions: Conditions) -> Fraction:
    half_days = conditions.half_days * len(conditions.months)
    return Fraction(half_days * conditions.on_site, 100)
