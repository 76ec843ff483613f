"""Credentials: said by the person, checked or refused by officers, answered by the office that was asked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..accounts import telling
from ..candidates.consenting import consents_in_force
from ..candidates.models import Candidate
from ..candidates.service import ENDED, find_membership, require_editable
from ..candidates.standing import SEARCH
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, NotFound, Refused, raise_first
from ..language import say
from ..permissions import SYSTEM, Action, Actor, get_visible, require, scope_of, visible
from ..reference.reasons import check_said
from ..reference.service import load_catalogue
from ..states import (
    CREDENTIAL,
    CREDENTIALS_OPEN,
    Audience,
    CredentialState,
    Transition,
    move,
)
from .content import FURTHEST, Content, faults, last_day_of
from .models import Credential, Kind
from .weighing import mark_of, weigh

MOST = 60  # credentials of one person that are not withdrawn
LIFETIME = timedelta(days=30)  # of the link for the office
_CLOSED: dict[str, Any] = {"token_hash": None, "token_until": None}
DEAD = say(
    "このリンクは使えません。期限が切れたか、すでに回答されたか、確かめる必要がなくなっています。"
)


def say_credential(
    session: Session, candidate: Candidate, content: Content, *, actor: Actor, now: datetime
) -> Credential:
    """By the person, or by an officer from paper or telephone. It counts once it is checked."""
    require_editable(session, candidate, actor)
    catalogue, today = load_catalogue(session), local_date(now)
    raise_first(faults(content, candidate, catalogue, today))
    level = next((row.level for row in candidate.skills if row.skill == content.subject), None)
    membership = find_membership(candidate, actor.prefecture_code)
    if membership is None:
        raise Conflict(say("登録を始めると、証明を届けられます。"))
    row = Credential(
        candidate_id=candidate.id, prefecture_code=membership.prefecture_code, kind=content.kind,
        subject=content.subject, level=level if content.kind is Kind.SKILL else None,
        title=content.title, link=content.link, done_on=content.done_on,
        valid_until=last_day_of(content, catalogue, today), note=content.note,
        verifier_kind=content.verifier_kind, verifier=content.verifier, contact=content.contact,
        said_at=now, said_by=actor.user_id,
    )  # fmt: skip
    _refuse_another(session, row)
    session.add(row)
    session.flush()
    detail = {"candidate": candidate.id}
    audit.record(session, audit.Deed.CREDENTIAL_SAY, row, actor=actor, now=now, detail=detail)
    return row


def _refuse_another(session: Session, row: Credential) -> None:
    """The same again while it waits, and more than anybody can look at."""
    session.execute(
        sa.select(Candidate.id).where(Candidate.id == row.candidate_id).with_for_update()
    )
    held = sa.select(Credential).where(
        Credential.candidate_id == row.candidate_id, Credential.state != CredentialState.WITHDRAWN
    )
    rows = session.scalars(held).all()
    same = ("kind", "subject", "title", "link", "done_on")
    for one in rows:
        if one.state is CredentialState.SAID and all(
            getattr(one, name) == getattr(row, name) for name in same
        ):
            raise Refused.at("about", say("同じ証明が、もう確認を待っています。"))
    if len(rows) >= MOST:
        raise Refused.at("about", say("%(most)s件までにしてください。", most=MOST))


def check_credential(
    session: Session, row: Credential, *, until: date | None, actor: Actor, now: datetime
) -> None:
    """An officer has seen a document. until: the day to which it counts, where that differs from what was said."""
    require(session, actor, Action.CHECK_CREDENTIAL, row)
    last = until or row.valid_until
    if last is None and row.kind is not Kind.EXAM:
        raise Refused.at("until", say("有効期限を入力してください。"))
    if last is not None and last < local_date(now):
        raise Refused.at("until", say("今日より前の日は選べません。"))
    if last is not None and last.year > now.year + FURTHEST:
        raise Refused.at("until", say("%(n)s年より先の日は入力できません。", n=FURTHEST))
    detail = {"until": last.isoformat()} if last else {}
    before = mark_of(session, row, load_catalogue(session))
    changes = {
        "valid_until": last, "checked_at": now, "checked_by": actor.user_id, "reason": None,
        "comment": "",
    }  # fmt: skip
    _step(session, row, "check", before, changes, actor=actor, now=now, detail=detail)


def refuse_credential(
    session: Session, row: Credential, *, reason: str, comment: str, actor: Actor, now: datetime
) -> None:
    """What does not show it. The person reads why."""
    require(session, actor, Action.CHECK_CREDENTIAL, row)
    check_said(session, CREDENTIAL.transition("refuse", row.state), reason, comment)
    before = mark_of(session, row, load_catalogue(session))
    changes = {
        "reason": reason, "comment": comment.strip(), "checked_at": now,
        "checked_by": actor.user_id,
    }  # fmt: skip
    _step(session, row, "refuse", before, changes | _CLOSED, actor=actor, now=now, reason=reason)


def withdraw_credential(session: Session, row: Credential, *, actor: Actor, now: datetime) -> None:
    """By the person, or by an officer who takes the person's word."""
    require(session, actor, Action.EDIT_CREDENTIAL, row)
    before = mark_of(session, row, load_catalogue(session))
    _step(session, row, "withdraw", before, _CLOSED, actor=actor, now=now)


def issue_link(session: Session, row: Credential, *, actor: Actor, now: datetime) -> str:
    """The secret of a page for the office that the person named, said once. A link from before ends."""
    require(session, actor, Action.CHECK_CREDENTIAL, row)
    if row.state not in CREDENTIALS_OPEN:
        raise Conflict(say("確認待ちか書類で確認済みの証明だけ、勤め先などに確かめられます。"))
    if row.verifier_kind is None:
        raise Conflict(say("本人が確かめる先を書いていないため、尋ねられません。"))
    if not _may_be_named(row):
        raise Conflict(
            say("登録が終わっているか、マッチングでの利用への同意がないため、尋ねられません。")
        )
    secret = secrets.token_urlsafe(32)
    row.token_hash, row.token_until, row.asked_at = digest(secret), now + LIFETIME, now
    session.flush()
    detail = {"until": local_date(row.token_until).isoformat()}
    audit.record(session, audit.Deed.CREDENTIAL_ASK, row, actor=actor, now=now, detail=detail)
    return secret


def _may_be_named(row: Credential) -> bool:
    """An office reads the name of somebody only while that person is registered and consents."""
    membership = find_membership(row.candidate, row.prefecture_code)
    given = consents_in_force(row.candidate, row.prefecture_code)
    return membership is not None and membership.state not in ENDED and SEARCH in given


def digest(secret: str) -> str:
    """A slow hash is not needed for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def get_asked(session: Session, secret: str, *, now: datetime, lock: bool = False) -> Credential:
    """What a link asks; NotFound for every other secret."""
    query = sa.select(Credential).where(
        Credential.token_hash == digest(secret), Credential.token_until > now
    )
    if lock:
        query = query.with_for_update()
    row = session.scalar(query)
    if row is None or not _may_be_named(row):
        raise NotFound(DEAD)
    return row


def answer_link(
    session: Session,
    secret: str,
    *,
    is_right: bool,
    who: str,
    comment: str = "",
    now: datetime,
) -> Credential:
    """The office says whether it is right, once. Nobody is signed in: the link is the permission."""
    row = get_asked(session, secret, now=now, lock=True)
    if not is_right and not comment.strip():
        raise Refused.at("comment", say("どこが違うかを書いてください。"))
    before = mark_of(session, row, load_catalogue(session))
    changes = {"answered_at": now, "answered_by": who.strip(), "answer": comment.strip()}
    verb = "confirm" if is_right else "dispute"
    _step(session, row, verb, before, changes | _CLOSED, actor=SYSTEM, now=now)
    return row


def lapse_credential(session: Session, row: Credential, *, now: datetime) -> None:
    """Its last day is over."""
    before = mark_of(session, row, load_catalogue(session))
    _step(session, row, "lapse", before, _CLOSED, actor=SYSTEM, now=now)


def _step(
    session: Session,
    row: Credential,
    verb: str,
    before: str,
    changes: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    **more: Any,
) -> None:
    """The state and what goes with it change together. before: as `mark_of` said."""
    step = move(session, row, verb, actor=actor, now=now, **more)
    for name, value in changes.items():
        setattr(row, name, value)
    session.flush()
    weigh(session, row, before, load_catalogue(session))
    _tell(session, row, step, actor=actor, now=now)


def _tell(
    session: Session, row: Credential, step: Transition, *, actor: Actor, now: datetime
) -> None:
    pages = {
        Audience.CANDIDATE: "/profile/credentials",
        Audience.COORDINATOR: f"/candidates/{row.candidate_id}/credentials",
    }
    telling.tell(
        session, row, step, {audience: pages[audience] for audience in step.notice},
        user_id=row.candidate.user_id, actor=actor, now=now,
    )  # fmt: skip


def list_seen(session: Session, candidate: Candidate, actor: Actor) -> Sequence[Credential]:
    """Of one person, those that `actor` may see, the newest first."""
    query = visible(actor, Credential).where(Credential.candidate_id == candidate.id)
    return session.scalars(query.order_by(Credential.id.desc())).all()


def verbs_of(row: Credential, actor: Actor) -> set[str]:
    """The steps that `actor`, who sees it, may take: whoever sees one has the same reach for its steps."""
    return {
        step.verb
        for step in CREDENTIAL.by_hand()
        if row.state in step.sources and scope_of(actor, step.action) is not None
    }


def get_credential(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Credential:
    return get_visible(session, actor, Credential, ident, lock=lock)
