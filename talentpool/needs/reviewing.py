"""The steps of a need that concern no placement: hand in, publish, return, hold, resume, open again.

Closing and withdrawing end placements and therefore live there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from ..accounts import telling
from ..dates import local_date, month_of
from ..db import Session
from ..errors import Refused, raise_first
from ..language import say
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..reference.reasons import check_said
from ..states import NEED, Transition, move
from .checks import ReviewCheck
from .drafting import find_draft
from .joint.service import keep_agreed, require_agreed
from .joint.telling import OF_NEED, tell_members
from .models import Need, NeedForm, Outcome
from .priorities import USUAL, Priority, check_priority, write_priority
from .rules import faults, list_missing, past_faults
from .standing import has_free_seats
from .versions import keep_version
from .writing import content_of


def submit_need(
    session: Session, need: Need, *, catalogue: Catalogue, actor: Actor, now: datetime
) -> None:
    require(session, actor, Action.EDIT_NEED, need)
    if find_draft(session, need) is not None:
        raise Refused(
            say(
                "この募集には、まだ仕上げていない下書きがあります。仕上げるか削除してから、申請してください。"
            )
        )
    _require_future(need, now)
    missing = list_missing(content_of(need), catalogue)
    if missing:
        raise Refused(
            say("書かれていない項目があるため、まだ申請できません。"), fields=dict(missing)
        )
    require_agreed(need)
    step = move(session, need, "submit", actor=actor, now=now)
    need.submitted_at, need.answered_at = now, None
    need.review_reason, need.review_comment = None, ""
    tell(session, need, step, actor=actor, now=now)


def publish_need(
    session: Session,
    need: Need,
    *,
    checked: Collection[str],
    forms: Collection[str] = (),
    priority: Priority = USUAL,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> None:
    """`checked`: what was confirmed, all of `ReviewCheck`; `forms`: settled with a town that asked (県に相談)."""
    require(session, actor, Action.REVIEW_NEED, need)
    check_priority(session, need, priority)
    if not set(ReviewCheck) <= set(checked):
        raise Refused.at("checked", say("すべて確かめてから、公開してください。"))
    require_agreed(need)
    _settle_form(need, forms, catalogue)
    _require_future(need, now)
    detail = {"checked": sorted(set(ReviewCheck)), "forms": sorted(row.form for row in need.forms)}
    step = move(session, need, "publish", actor=actor, now=now, detail=detail)
    write_priority(need, priority)
    need.opened_at = need.answered_at = now
    keep_version(session, need, actor=None, now=now)
    tell(session, need, step, actor=actor, now=now)


def _settle_form(need: Need, forms: Collection[str], catalogue: Catalogue) -> None:
    if not need.asks_form:
        return
    if not forms:
        raise Refused.at("forms", say("市町と決めた任用形態を選んでください。"))
    settled = replace(content_of(need), forms=tuple(sorted(set(forms))), asks_form=False)
    raise_first(faults(settled, catalogue))
    hindered = list_missing(settled, catalogue)
    raise_first(fault for fault in hindered if fault[0] in {"forms", "pay_basis"})
    need.forms = [NeedForm(form=form) for form in settled.forms]
    need.asks_form = False
    need.content_version += 1
    keep_agreed(need)


def _require_future(need: Need, now: datetime) -> None:
    raise_first(past_faults(need.last_month, month_of(local_date(now))))


def return_need(
    session: Session, need: Need, *, reason: str, comment: str = "", actor: Actor, now: datetime
) -> None:
    require(session, actor, Action.REVIEW_NEED, need)
    check_said(session, NEED.transition("return", need.state), reason, comment)
    step = move(session, need, "return", actor=actor, now=now, reason=reason)
    need.review_reason, need.review_comment = reason, comment
    need.answered_at = now
    tell(session, need, step, actor=actor, now=now)


def hold_need(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    tell(session, need, move(session, need, "hold", actor=actor, now=now), actor=actor, now=now)


def resume_need(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    tell(session, need, move(session, need, "resume", actor=actor, now=now), actor=actor, now=now)


def reopen_need(
    session: Session, need: Need, *, reason: str, comment: str = "", actor: Actor, now: datetime
) -> None:
    """再び公開する: a closed need with months ahead and a free seat; what its town has withdrawn stays so."""
    require(session, actor, Action.REVIEW_NEED, need)
    check_said(session, NEED.transition("reopen", need.state), reason, comment)
    if need.outcome is Outcome.WITHDRAWN:
        raise Refused(
            say("市町が取り下げた募集は、再び公開できません。市町が写して新しい募集を作れます。")
        )
    _require_future(need, now)
    if not has_free_seats(session, need):
        raise Refused(say("すべての枠に活動する人がいるため、再び公開できません。"))
    require_agreed(need)
    step = move(session, need, "reopen", actor=actor, now=now, reason=reason)
    need.closed_at = need.outcome = None
    need.review_reason, need.review_comment = None, ""
    tell(session, need, step, actor=actor, now=now)


def tell(session: Session, need: Need, step: Transition, *, actor: Actor, now: datetime) -> None:
    """One mail for everybody the table of states names, but not for who did it."""
    links = dict.fromkeys(step.notice, f"/needs/{need.id}")
    telling.tell(session, need, step, links, actor=actor, now=now)
    tell_members(session, need.id, need, step.verb, OF_NEED, actor=actor, now=now)
