"""What administrators change in the reference tables: terms, travel minutes, mail domains."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..db import Session
from ..errors import NotFound, Refused, UnknownCode
from ..geo import MOST_MINUTES
from ..language import say
from ..permissions import Action, Actor, require
from ..text import UnsafeText, clean
from . import shipped
from .entries import Form, Skill, Theme, Vocabulary
from .models import MailDomain, Municipality, ReferenceRevision, Term, TravelTime
from .revision import advance, get_revision

_CODE = re.compile(r"[A-Za-z0-9_]{1,40}")
_DOMAIN = re.compile(
    r"(?=.{4,120}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"
)
_READERS = {
    Vocabulary.FORM: Form.of,
    Vocabulary.THEME: Theme.of,
    Vocabulary.SKILL: Skill.of,
}


def revise_term(
    session: Session,
    vocabulary: Vocabulary,
    code: str,
    *,
    ja: str,
    en: str,
    attributes: Mapping[str, Any] | None = None,
    valid_from: date,
    actor: Actor,
    now: datetime,
) -> Term:
    """A new item, or a new version of one from a day on. `attributes` None: those of the version before."""
    require(session, actor, Action.MANAGE_REFERENCE)
    revision = _revision(session)
    if not _CODE.fullmatch(code):
        raise Refused(say("コードは半角の英数字と下線で、40文字以内にしてください。"))
    latest = _latest(session, vocabulary, code)
    term = _next_version(session, vocabulary, code, latest, valid_from)
    term.ja, term.en = _label(ja, "ja"), _label(en, "en")
    if attributes is not None:
        term.attributes = dict(attributes)
    _check_readable(vocabulary, term)
    session.flush()
    change = {
        "vocabulary": vocabulary.value,
        "code": code,
        "valid_from": valid_from.isoformat(),
    }
    _note(session, revision, audit.Deed.REFERENCE_REVISE, change, term, actor=actor, now=now)
    return term


def retire_term(
    session: Session,
    vocabulary: Vocabulary,
    code: str,
    *,
    last_day: date,
    replaced_by: str | None = None,
    actor: Actor,
    now: datetime,
) -> Term:
    """End an item after `last_day`. `replaced_by` names its successor; the label stays readable."""
    require(session, actor, Action.MANAGE_REFERENCE)
    revision = _revision(session)
    term = _latest(session, vocabulary, code)
    if term is None:
        raise UnknownCode(say("この項目はありません。"))
    if last_day < term.valid_from:
        raise Refused(say("終了日は開始日以後にしてください。"))
    if replaced_by is not None:
        if replaced_by == code or _latest(session, vocabulary, replaced_by) is None:
            raise UnknownCode(say("置き換え先の項目がありません。"))
        term.attributes = {**term.attributes, "replaced_by": replaced_by}
    term.valid_to, term.is_local = last_day, True
    session.flush()
    change = {
        "vocabulary": vocabulary.value,
        "code": code,
        "valid_to": last_day.isoformat(),
    }
    _note(session, revision, audit.Deed.REFERENCE_RETIRE, change, term, actor=actor, now=now)
    return term


def set_travel_time(
    session: Session,
    home_code: str,
    hall_code: str,
    *,
    minutes: int,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> TravelTime:
    """A better value than the rule's, one way."""
    hall = _town(session, hall_code)
    require(session, actor, Action.SET_TRAVEL, hall)
    revision = _revision(session)
    _town(session, home_code)
    if not 0 <= minutes <= MOST_MINUTES:
        raise Refused(
            say(
                "移動時間は0分から%(most_minutes)s分までにしてください。", most_minutes=MOST_MINUTES
            )
        )
    row = session.get(TravelTime, (home_code, hall_code))
    if row is None:
        row = TravelTime(home_code=home_code, hall_code=hall_code)
        session.add(row)
    row.minutes, row.note = minutes, clean(note)
    row.entered_by, row.entered_at = actor.user_id, now
    session.flush()
    change = {"home": home_code, "hall": hall_code, "minutes": minutes}
    _note(session, revision, audit.Deed.REFERENCE_TRAVEL, change, None, actor=actor, now=now)
    return row


def add_mail_domain(
    session: Session,
    municipality_code: str,
    domain: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """A further domain that officers of a town may have."""
    town = _town(session, municipality_code)
    require(session, actor, Action.MANAGE_REFERENCE, town)
    plain = domain.strip().lower()
    if not _DOMAIN.fullmatch(plain):
        raise Refused(say("ドメインの形が正しくありません。"))
    if plain in list_mail_domains(session, municipality_code):
        return
    session.add(MailDomain(municipality_code=municipality_code, domain=plain))
    session.flush()
    audit.record(
        session,
        audit.Deed.REFERENCE_MAIL_DOMAIN,
        town,
        actor=actor,
        now=now,
        detail={"domain": plain},
    )


def list_mail_domains(session: Session, municipality_code: str) -> list[str]:
    """The domains that officers of a town may have, the usual one first."""
    town = _town(session, municipality_code)
    further = sa.select(MailDomain.domain).where(MailDomain.municipality_code == municipality_code)
    usual = [town.mail_domain] if town.mail_domain else []
    return usual + list(session.scalars(further.order_by(MailDomain.domain)))


def _next_version(
    session: Session,
    vocabulary: Vocabulary,
    code: str,
    latest: Term | None,
    valid_from: date,
) -> Term:
    if latest is not None and valid_from < latest.valid_from:
        raise Refused(
            say(
                "開始日は %(day)s 以後にしてください。",
                day=latest.valid_from.isoformat(),
            )
        )
    if latest is not None and valid_from == latest.valid_from:
        latest.is_local, latest.valid_to = True, None
        return latest
    if latest is not None:
        latest.valid_to = min(latest.valid_to or date.max, valid_from - timedelta(days=1))
    term = Term(
        vocabulary=vocabulary.value,
        code=code,
        valid_from=valid_from,
        position=latest.position if latest else _next_position(session, vocabulary),
        attributes=dict(latest.attributes) if latest else {},
        standard=shipped.titles()[vocabulary].standard,
        source="entered here",
        provenance="local",
        is_local=True,
    )
    session.add(term)
    return term


def _next_position(session: Session, vocabulary: Vocabulary) -> int:
    query = sa.select(sa.func.max(Term.position)).where(Term.vocabulary == vocabulary.value)
    return (session.scalar(query) or 0) + 10


def _latest(session: Session, vocabulary: Vocabulary, code: str) -> Term | None:
    query = sa.select(Term).where(Term.vocabulary == vocabulary.value, Term.code == code)
    return session.scalars(query.order_by(Term.valid_from.desc()).limit(1)).first()


def _label(text: str, field: str) -> str:
    try:
        label = clean(text)
    except UnsafeText as error:
        raise Refused.at(field, str(error)) from error
    if not label or len(label) > 200:
        raise Refused.at(field, say("名称は1文字から200文字までにしてください。"))
    return label


def _check_readable(vocabulary: Vocabulary, term: Term) -> None:
    reader = _READERS.get(vocabulary)
    if reader is None:
        return
    try:
        reader(term.entry())
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(say("この項目に必要な属性が足りないか、正しくありません。")) from error


def _town(session: Session, code: str) -> Municipality:
    town = session.get(Municipality, code)
    if town is None:
        raise UnknownCode(say("市区町村のコードが正しくありません。"))
    return town


def _revision(session: Session) -> ReferenceRevision:
    revision = get_revision(session)
    if revision is None:
        raise NotFound(say("参照データがありません。"))
    return revision


def _note(
    session: Session,
    revision: ReferenceRevision,
    deed: audit.Deed,
    change: dict[str, Any],
    term: Term | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    content = [term.ja, term.en, term.attributes] if term else []
    advance(revision, [deed.code, change, content])
    session.flush()
    audit.record(session, deed, revision, actor=actor, now=now, detail=change)
