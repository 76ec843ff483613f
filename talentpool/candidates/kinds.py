"""What it means for the rest of a profile that the prefecture employs the person, or no longer does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .. import audit
from ..db import Session
from ..errors import Refused
from ..language import say
from ..ledger import service as ledger
from ..permissions import Actor
from ..states import MembershipState
from .content import EMPLOYED
from .models import Candidate, CandidateForm
from .terms import find_employment, lock_registrations


def settle_kind(
    session: Session,
    candidate: Candidate,
    kind: str,
    before: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """What a change of kind to or from `EMPLOYED` brings with it; the names of the fields that changed.

    Refused for somebody in the pool or with work in the ledger: what was agreed as one kind was paid as that kind.
    """
    if before is None or EMPLOYED not in {kind, before} or kind == before:
        return _as_employed(candidate) if before is None and kind == EMPLOYED else []
    lock_registrations(session, candidate)
    is_in_pool = any(row.state is MembershipState.ACTIVE for row in candidate.memberships)
    if is_in_pool or ledger.lock_taken_months(session, candidate.id, from_month=0):
        message = say(
            "登録中の人や、活動・推薦の記録がある人の区分は、「県の職員」との間では変えられません。新しく登録してください。"
        )
        raise Refused.at("kind", message)
    if kind == EMPLOYED:
        return _as_employed(candidate)
    _drop_term(session, candidate, actor, now)
    candidate.forms = []
    return ["forms"]


def _drop_term(session: Session, candidate: Candidate, actor: Actor, now: datetime) -> None:
    row = find_employment(session, candidate)
    if row is None:
        return
    detail = {
        "post": row.post, "first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat(),
    }  # fmt: skip
    deed = audit.Deed.EMPLOYMENT_DROP
    audit.record(session, deed, candidate, actor=actor, now=now, detail=detail)
    session.delete(row)


def _as_employed(candidate: Candidate) -> list[str]:
    """Only the prefecture appoints and pays, and the work is no second job."""
    plain: dict[str, Any] = {
        "pay_minimum": 0, "pay_wish": 0, "side_job": None, "income_ceiling": None,
    }  # fmt: skip
    changed = [
        name for name, value in plain.items() if getattr(candidate, name) not in {value, None}
    ]
    for name, value in plain.items():
        setattr(candidate, name, value)
    if [row.form for row in candidate.forms] != [EMPLOYED]:
        candidate.forms = [CandidateForm(form=EMPLOYED)]
        changed.append("forms")
    return changed
