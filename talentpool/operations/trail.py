"""The audit trail beside the rows: every change of a state has one event, and the last one says the state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from ..audit import AuditEvent
from ..candidates.models import Membership
from ..consultations.models import Consultation
from ..credentials.models import Credential
from ..db import Session
from ..engagements.models import Engagement, WorkLog
from ..engagements.month_additions import MonthAddition
from ..engagements.plan_changes import PlanChange
from ..needs.models import JointMember, Need
from ..placements.counters.models import CounterProposal
from ..placements.models import Placement
from ..placements.questions.models import Question
from ..reviews.models import Review
from ..rounds.models import Round

COMPARED: tuple[Any, ...] = (
    Membership,
    Need,
    JointMember,
    Round,
    Placement,
    Engagement,
    WorkLog,
    PlanChange,
    MonthAddition,
    Review,
    CounterProposal,
    Question,
    Consultation,
    Credential,
)
_AT_ONCE = 5000  # events


def changes_without_events(session: Session) -> Iterator[str]:
    """Gaps between the events of one object, states that no event explains, versions behind their changes."""
    for model in COMPARED:
        yield from _of_model(session, model)


def _of_model(session: Session, model: Any) -> Iterator[str]:
    name = model.__tablename__
    last: dict[str, str] = {}
    changes: dict[str, int] = {}
    events = (
        sa.select(AuditEvent.object_id, AuditEvent.detail)
        .where(AuditEvent.object_type == name)
        .order_by(AuditEvent.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    for ident, detail in session.execute(events):
        if "to" not in detail:
            continue
        before = last.get(ident)
        if before is not None and detail.get("from") not in {None, before}:
            yield f"audit: {name} {ident} was {before}, the next event begins at {detail['from']}"
        last[ident] = detail["to"]
        changes[ident] = changes.get(ident, 0) + ("from" in detail)
    initial = model.__table__.c.state.default.arg
    for ident, state, version in session.execute(sa.select(model.id, model.state, model.version)):
        said = last.get(str(ident))
        if said is None and state != initial:
            yield f"audit: no event says how {name} {ident} became {state}"
        elif said is not None and said != state:
            yield f"audit: {name} {ident} is {state}, its last event says {said}"
        if changes.get(str(ident), 0) > version:
            yield f"{name} {ident}: version {version} after {changes[str(ident)]} changes"
