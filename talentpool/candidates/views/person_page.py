"""The page of a person for staff: what is free when, what is claimed and who checked it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from ...ledger.models import LedgerMonth
from ...web.filters import show_month, show_year
from ...web.labels import term, town
from ...web.timeline import Bar
from ..models import Candidate, CandidateSkill
from ..reviewing import Check
from ..steps import Step
from .presenting import Presenter, Section

SPAN = 18  # months shown
USUAL = 4  # half-days a month that most needs ask for


@dataclass(frozen=True, slots=True)
class Claim:
    """A skill as claimed. by, at: of the last check by an officer."""

    row: CandidateSkill
    by: str
    at: datetime | None


@dataclass(frozen=True)
class PersonPage:
    candidate: Candidate
    presenter: Presenter
    ledger: Sequence[LedgerMonth]
    first: int  # this month
    checks: Mapping[str, Check]  # by skill
    officers: Mapping[int, Any]  # by account

    @property
    def last(self) -> int:
        return self.first + SPAN - 1

    @property
    def bars(self) -> list[Bar]:
        by_month = {row.month: row for row in self.ledger}
        return [self._bar(month, by_month.get(month)) for month in range(self.first, self.last + 1)]

    def _bar(self, month: int, row: LedgerMonth | None) -> Bar:
        if row is not None and row.capacity:
            return Bar(month, row.capacity, row.held, row.booked)
        return Bar(month, 0, 0, 0, is_paused=self._is_paused(month))

    def _is_paused(self, month: int) -> bool:
        return any(
            not window.is_available and window.first_month <= month <= window.last_month
            for window in self.candidate.windows
        )

    @property
    def pauses(self) -> list[tuple[str, str]]:
        """(months, note) of each pause that is not over."""
        return [
            (
                _("%(first)s〜%(last)s", first=show_month(row.first_month), last=show_month(row.last_month)),
                row.note,
            )
            for row in self.candidate.windows
            if not row.is_available and row.last_month >= self.first
        ]  # fmt: skip

    @property
    def earliest(self) -> str:
        """When somebody could begin who asks for the usual half-days, as the ledger stands."""
        free = (row.month for row in self.ledger if row.month >= self.first and _free(row) >= USUAL)
        month = min(free, default=None)
        if month is None:
            return str(_("月%(n)sコマが空いている月はありません。", n=USUAL))
        return str(
            _(
                "月%(n)sコマが空いている最も早い月は、%(month)sです。",
                n=USUAL,
                month=show_month(month),
            )
        )

    @property
    def description(self) -> str:
        told = _("、").join(
            _("%(year)s%(month)s月%(free)s", year=show_year(bar.month), month=bar.month % 12 + 1, free=bar.free)
            for bar in self.bars
        )  # fmt: skip
        return str(_("空いている半日コマ：%(told)s", told=told))

    @property
    def past(self) -> list[LedgerMonth]:
        return [row for row in self.ledger if row.month < self.first]

    @property
    def coming(self) -> list[LedgerMonth]:
        return [row for row in self.ledger if row.month >= self.first]

    @property
    def facts(self) -> list[tuple[str, str]]:
        person = self.candidate
        limit = (
            _("上限なし")
            if person.travel_limit is None
            else _("片道%(n)s分", n=person.travel_limit)
        )
        stays = _("泊まれる") if person.overnight else _("泊まらない")
        found = [
            (_("区分"), term(person.kind, "candidate_kind") if person.kind else ""),
            (_("住まい"), town(person.home_code) if person.home_code else ""),
            (_("移動"), _("%(limit)s・%(stays)s", limit=limit, stays=stays)),
            (_("同時に"), _("%(n)s件まで", n=person.most_at_once)),
            (_("任用形態"), _("・").join(term(row.form, "form") for row in person.forms)),
            (_("最低報酬（半日）"), self.presenter.pay(person.pay_minimum) or ""),
        ]
        return [(str(name), str(value)) for name, value in found if value]

    @property
    def claims(self) -> list[Claim]:
        return [self._claim(row) for row in self.presenter.claims]

    def _claim(self, row: CandidateSkill) -> Claim:
        check = self.checks.get(row.skill)
        if check is None or check.state != row.evidence:
            return Claim(row, "", None)
        officer = self.officers.get(check.by) if check.by is not None else None
        return Claim(row, officer.name if officer else "", check.at)

    @property
    def checked(self) -> int:
        """Claims with more evidence than the person's word."""
        return sum(row.evidence != "self" for row in self.candidate.skills)

    @property
    def career(self) -> Section:
        return self.presenter.career()

    @property
    def folded(self) -> list[Section]:
        """What is read less often."""
        kept = {Step.BASICS, Step.AVAILABILITY, Step.WISHES}
        return [section for section in self.presenter.whole() if section.step in kept]


def _free(row: LedgerMonth) -> int:
    return row.capacity - row.held - row.booked
