"""Cases are written by the prefecture with their source, or come of reports; a town says whom others may ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from urllib.parse import urlsplit

import sqlalchemy as sa

from .. import audit
from ..dates import local_date
from ..db import Session, length_of
from ..engagements.models import Engagement
from ..errors import Conflict, Fault, Refused, UnknownCode, raise_first
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reviews.models import Report
from ..reviews.reporting import MOST_COST, when_agreed
from .models import FIRST_YEAR, LAST_YEAR, Case

_LONGEST = {
    column.key: length_of(column)
    for column in (Case.title, Case.did, Case.result, Case.who, Case.cost_note, Case.source, Case.source_url)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseContent:
    """result: empty where none was published. cost_yen: of the town; none where nobody knows."""

    municipality_code: str
    theme: str
    title: str
    did: str
    source: str
    result: str = ""
    who: str = ""
    cost_yen: int | None = None
    cost_note: str = ""
    fiscal_year: int | None = None
    source_url: str = ""
    checked_on: date | None = None


NAMES = tuple(field.name for field in fields(CaseContent))


def content_of(case: Case) -> CaseContent:
    return CaseContent(**{name: getattr(case, name) for name in NAMES})


def write_case(
    session: Session,
    content: CaseContent,
    case: Case | None = None,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Case:
    """A new one, or another content; nothing is recorded when nothing changed."""
    require(session, actor, Action.WRITE_CASE, case)
    if case is not None and case.report_id is not None:
        raise Conflict(say("報告からの事例は、報告を書いた人が直します。"))
    raise_first(faults(content, catalogue, actor.prefecture_code, local_date(now)))
    had_contact = False
    if case is None:
        case = make_case(session, content, actor=actor, now=now)
    elif content_of(case) == content:
        return case
    else:
        if content.municipality_code != case.municipality_code:  # the office is of the town before
            had_contact = bool(case.contact)
            case.contact, case.contact_at = "", None
        for name in NAMES:
            setattr(case, name, getattr(content, name))
        case.updated_at = now
    session.flush()
    audit.record(session, audit.Deed.CASE_WRITE, case, actor=actor, now=now)
    if had_contact:
        audit.record(session, audit.Deed.CASE_CONTACT_OFF, case, actor=actor, now=now)
    return case


def make_case(session: Session, content: CaseContent, *, actor: Actor, now: datetime) -> Case:
    require(session, actor, Action.WRITE_CASE)
    values = {name: getattr(content, name) for name in NAMES}
    case = Case(prefecture_code=actor.prefecture_code, created_at=now, updated_at=now, **values)
    session.add(case)
    return case


def faults(
    content: CaseContent, catalogue: Catalogue, prefecture_code: str | None, today: date
) -> Iterator[Fault]:
    """What is wrong with a case, by field: asked by page and import alike."""
    for name in ("title", "did", "source"):
        if not getattr(content, name).strip():
            yield name, say("入力してください。")
    for name, most in _LONGEST.items():
        if len(getattr(content, name)) > most:
            yield name, say("%(n)s文字以内で書いてください。", n=f"{most:,}")
    if not _is_of(content.municipality_code, catalogue, prefecture_code):
        yield "municipality_code", say("市町を一覧から選んでください。")
    if content.theme not in {term.code for term in catalogue.terms(Vocabulary.THEME)}:
        yield "theme", say("一覧から選んでください。")
    if content.cost_yen is not None and not 0 <= content.cost_yen <= MOST_COST:
        yield "cost_yen", say("0から%(most)sまでです。", most=f"{MOST_COST:,}")
    year = content.fiscal_year
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        yield (
            "fiscal_year",
            say("年度は%(least)sから%(most)sまでです。", least=FIRST_YEAR, most=LAST_YEAR),
        )
    if content.source_url and not _is_address(content.source_url):
        yield "source_url", say("https:// か http:// で始まる住所を入力してください。")
    if content.checked_on is not None and content.checked_on > today:
        yield "checked_on", say("今日より後の日は選べません。")


def _is_of(code: str, catalogue: Catalogue, prefecture_code: str | None) -> bool:
    try:
        return catalogue.municipality(code).prefecture_code == prefecture_code
    except UnknownCode:
        return False


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.netloc)
        and not set(text) & set(" \t\n\"'<>")
    )


def retire_case(session: Session, case: Case, *, actor: Actor, now: datetime) -> None:
    """下げる: no longer true, or replaced. It stays recorded."""
    require(session, actor, Action.WRITE_CASE, case)
    if case.retired_at is not None:
        raise Conflict(say("この事例は、もう下げられています。"))
    case.retired_at = now
    session.flush()
    audit.record(session, audit.Deed.CASE_RETIRE, case, actor=actor, now=now)


def restore_case(session: Session, case: Case, *, actor: Actor, now: datetime) -> None:
    require(session, actor, Action.WRITE_CASE, case)
    if case.retired_at is None:
        raise Conflict(say("この事例は、下げられていません。"))
    case.retired_at = None
    session.flush()
    audit.record(session, audit.Deed.CASE_RESTORE, case, actor=actor, now=now)


def offer_contact(
    session: Session, case: Case, contact: str, *, actor: Actor, now: datetime
) -> None:
    """聞ける人: the office that other towns may ask, written by its town alone; an empty one takes it back."""
    require(session, actor, Action.OFFER_CONTACT, case)
    contact = contact.strip()
    if len(contact) > length_of(Case.contact):
        raise Refused.at(
            "contact", say("%(n)s文字以内で書いてください。", n=length_of(Case.contact))
        )
    if contact == case.contact:
        return
    with session.no_autoflush:  # both change together
        case.contact, case.contact_at = contact, now if contact else None
    session.flush()
    deed = audit.Deed.CASE_CONTACT if contact else audit.Deed.CASE_CONTACT_OFF
    audit.record(session, deed, case, actor=actor, now=now)


@when_agreed
def _put_in(session: Session, report: Report, *, actor: Actor, now: datetime) -> None:
    """Both sides of a report agree: it stands in the library, by the title and theme of its vacancy."""
    known = sa.select(Case.id).where(Case.report_id == report.id)
    if session.scalar(known) is not None:
        return
    engagement = session.get_one(Engagement, report.engagement_id)
    need = session.get_one(Need, engagement.need_id)
    case = Case(
        prefecture_code=report.prefecture_code, municipality_code=report.municipality_code,
        theme=need.theme, title=need.title, report_id=report.id, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(case)
    session.flush()
    detail = {"engagement": engagement.id}
    audit.record(session, audit.Deed.CASE_PUT_IN, case, actor=actor, now=now, detail=detail)
