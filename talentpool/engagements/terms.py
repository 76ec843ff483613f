"""Terms of work (勤務条件) as plain values: what a version says, its terms by fiscal year, what has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date

import sqlalchemy as sa

from ..dates import fiscal_year, fiscal_year_days
from ..db import Session, canonical_json
from ..errors import Fault, raise_first
from ..language import say
from .models import REMARK, TERM, Engagement, WorkTerms

DERIVED = ("half_days", "pay_amount", "pay_basis")  # from the ledger and the need


@dataclass(frozen=True, slots=True)
class TermsContent:
    """What a town says of the work of a person."""

    form: str
    first_day: date
    last_day: date
    work: str
    place: str
    days: str
    travel: str
    supervisor: str
    remark: str = ""

    @classmethod
    def of(cls, row: WorkTerms) -> TermsContent:
        return cls(**{item.name: getattr(row, item.name) for item in fields(cls)})


def check_content(content: TermsContent) -> None:
    """Refused where something is empty or too long."""
    raise_first(_faults(content))


def _faults(content: TermsContent) -> Iterator[Fault]:
    for name in ("work", "place", "days", "travel", "supervisor"):
        said = getattr(content, name)
        if not said.strip():
            yield name, say("入力してください。")
        elif len(said) > TERM:
            yield name, say("%(longest)s文字以内で書いてください。", longest=TERM)
    if len(content.remark) > REMARK:
        yield "remark", say("%(longest)s文字以内で書いてください。", longest=f"{REMARK:,}")
    if content.last_day < content.first_day:
        yield "last_day", say("最後の日が、最初の日より前になっています。")


def list_terms(first: date, last: date, *, is_yearly: bool) -> Sequence[tuple[date, date]]:
    """The days of each appointment: one, or one for every fiscal year where the form ends with it."""
    if not is_yearly:
        return [(first, last)]
    found = []
    for year in range(fiscal_year(first), fiscal_year(last) + 1):
        begins, ends = fiscal_year_days(year)
        found.append((max(first, begins), min(last, ends)))
    return found


def find_terms(session: Session, engagement: Engagement) -> WorkTerms | None:
    """The version in force."""
    return session.get(WorkTerms, engagement.terms_id) if engagement.terms_id else None


def list_versions(session: Session, placement_id: int) -> Sequence[WorkTerms]:
    """The newest first."""
    query = sa.select(WorkTerms).where(WorkTerms.placement_id == placement_id)
    return session.scalars(query.order_by(WorkTerms.number.desc())).all()


def list_changed(old: WorkTerms, new: WorkTerms) -> Sequence[str]:
    """The names of what `new` says otherwise than `old`."""
    names = (*(item.name for item in fields(TermsContent)), *DERIVED)
    return [name for name in names if getattr(old, name) != getattr(new, name)]


def digest(row: WorkTerms) -> str:
    """SHA-256 of what a version says (hex)."""
    said = asdict(TermsContent.of(row)) | {
        name: getattr(row, name) for name in ("placement_id", "number", "is_yearly", *DERIVED)
    }
    text = canonical_json(said | {name: str(said[name]) for name in ("first_day", "last_day")})
    return hashlib.sha256(text.encode()).hexdigest()
