"""The steps of a profile that only describe the person: basics, career, skills, wishes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .. import audit
from ..dates import local_date
from ..db import Session
from ..errors import Refused, raise_first
from ..language import say
from ..permissions import Actor, Role
from ..reference.service import load_catalogue
from . import drafting, rules, writing
from .content import EMPLOYED, Basics, Career, Skills, Wishes
from .kinds import settle_kind
from .models import Candidate
from .service import require_editable
from .steps import Step


def save_basics(
    session: Session, candidate: Candidate, basics: Basics, *, actor: Actor, now: datetime
) -> Sequence[str]:
    require_editable(session, candidate, actor)
    catalogue = load_catalogue(session)
    raise_first(rules.basics_faults(basics, catalogue, local_date(now)))
    before = candidate.kind
    if (basics.kind == EMPLOYED) != (before == EMPLOYED) and actor.role is Role.CANDIDATE:
        raise Refused.at("kind", say("区分が「県の職員」かどうかは、県の担当者が決めます。"))
    settled = settle_kind(session, candidate, basics.kind, before, actor=actor, now=now)
    forms = [row.form for row in candidate.forms]
    for _field, sentence in rules.form_faults(forms, basics.kind, catalogue):
        raise Refused.at("kind", sentence)
    changed = writing.write_basics(candidate, basics) + settled
    return record_step(session, candidate, Step.BASICS, changed, actor=actor, now=now)


def save_career(
    session: Session, candidate: Candidate, career: Career, *, actor: Actor, now: datetime
) -> Sequence[str]:
    require_editable(session, candidate, actor)
    catalogue = load_catalogue(session)
    raise_first(rules.career_faults(career, catalogue, local_date(now)))
    changed = writing.write_career(candidate, career, catalogue)
    return record_step(session, candidate, Step.CAREER, changed, actor=actor, now=now)


def save_skills(
    session: Session, candidate: Candidate, skills: Skills, *, actor: Actor, now: datetime
) -> Sequence[str]:
    require_editable(session, candidate, actor)
    catalogue = load_catalogue(session)
    raise_first(rules.skills_faults(skills, catalogue, local_date(now)))
    changed = writing.write_skills(candidate, skills, catalogue)
    return record_step(session, candidate, Step.SKILLS, changed, actor=actor, now=now)


def save_wishes(
    session: Session, candidate: Candidate, wishes: Wishes, *, actor: Actor, now: datetime
) -> Sequence[str]:
    require_editable(session, candidate, actor)
    raise_first(rules.wishes_faults(wishes, candidate.kind, load_catalogue(session)))
    changed = writing.write_wishes(candidate, wishes)
    return record_step(session, candidate, Step.WISHES, changed, actor=actor, now=now)


def record_step(
    session: Session,
    candidate: Candidate,
    step: Step,
    changed: Sequence[str],
    *,
    actor: Actor,
    now: datetime,
) -> Sequence[str]:
    """What was saved replaces the draft; an event only when something changed. Names of fields, no contents."""
    drafting.drop_draft(session, candidate, step)
    if not changed:
        return changed
    candidate.updated_at = now
    detail = {"step": str(step), "fields": list(changed)}
    audit.record(session, audit.Deed.CANDIDATE_EDIT, candidate, actor=actor, now=now, detail=detail)
    session.flush()
    return changed
