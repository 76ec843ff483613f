"""Conflicts of interest of a pair, and letting it pass although the screening says `hold`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..candidates.models import Candidate
from ..db import Session
from ..errors import Conflict, Refused
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..pool.conflicts import Finding
from .models import HoldLift
from .screening import screen_pairs

LONGEST = 500  # characters
HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Screening:
    """What the screening says of a pair, lifted holds included, and rule → why it was lifted."""

    findings: Sequence[Finding]
    lifted: Mapping[str, str]


def screen_pair(session: Session, candidate: Candidate, need: Need) -> Screening:
    pair = (candidate.id, need.id)
    findings = screen_pairs(session, need.prefecture_code, [pair])[pair]
    query = sa.select(HoldLift.rule, HoldLift.reason).where(
        HoldLift.candidate_id == candidate.id, HoldLift.need_id == need.id
    )
    return Screening(findings, {row.rule: row.reason for row in session.execute(query)})


def lift_hold(
    session: Session,
    candidate: Candidate,
    need: Need,
    rule: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> HoldLift:
    """Only a coordinator may, with a reason that goes into the decision paper; a `block` cannot be lifted."""
    require(session, actor, Action.DRAFT_PLACEMENT)
    require(session, actor, Action.REVIEW_NEED, need)
    require(session, actor, Action.VIEW_CANDIDATE, candidate)
    if not reason.strip() or len(reason) > LONGEST:
        message = say("解除の理由を%(longest)s文字以内で書いてください。", longest=LONGEST)
        raise Refused.at("reason", message)
    found = screen_pair(session, candidate, need)
    if rule in found.lifted:
        raise Conflict(say("この保留は、すでに解除されています。"))
    if not any(finding.rule == rule and finding.severity == HOLD for finding in found.findings):
        raise Conflict(say("この項目は、解除できる保留ではありません。"))
    lift = HoldLift(
        candidate_id=candidate.id,
        need_id=need.id,
        rule=rule,
        reason=reason.strip(),
        lifted_by=actor.user_id,
        lifted_at=now,
    )
    session.add(lift)
    session.flush()
    detail = {"need": need.id, "candidate": candidate.id, "rule": rule}
    audit.record(session, audit.Deed.PLACEMENT_LIFT_HOLD, lift, actor=actor, now=now, detail=detail)
    return lift
