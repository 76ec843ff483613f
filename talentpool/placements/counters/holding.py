"""The half-days that are held while other conditions are proposed, and once they are answered."""

from __future__ import annotations

from datetime import datetime

from ... import matching as m
from ...dates import local_date, month_of
from ...db import Session
from ...errors import NoCapacity, Refused
from ...language import named, say
from ...ledger import service as ledger
from ..conditions import Conditions
from ..guards import months_ahead
from ..models import Placement


def hold_both(session: Session, placement: Placement, asked: Conditions, now: datetime) -> None:
    """The greater of both in every month that is not over, so that either answer can be kept."""
    present = ahead(placement.conditions, now)
    wanted = {month: max(present.get(month, 0), n) for month, n in ahead(asked, now).items()}
    try:
        ledger.change_hold(
            session, placement.id, placement.candidate_id, placement.municipality_code,
            present | wanted, now,
        )  # fmt: skip
    except NoCapacity as error:
        raise Refused.at("half_days", _of_rule(m.Rule.CAPACITY, error.message)) from error


def hold_exactly(session: Session, placement: Placement, now: datetime) -> None:
    """What the conditions of the placement ask for in the months that are not over."""
    ledger.change_hold(
        session, placement.id, placement.candidate_id, placement.municipality_code,
        ahead(placement.conditions, now), now,
    )  # fmt: skip


def ahead(conditions: Conditions, now: datetime) -> dict[int, int]:
    """Month → half-days, of the months that are not over."""
    return dict.fromkeys(months_ahead(conditions, month_of(local_date(now))), conditions.half_days)


def _of_rule(rule: m.Rule, sentence: str) -> str:
    text = m.RULES[rule]
    return say("「%(rule)s」：%(sentence)s", rule=named((text.ja, text.en)), sentence=sentence)
