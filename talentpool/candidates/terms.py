"""The term for which the prefecture employs somebody: what it may say, and which days and months it opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import sqlalchemy as sa

from ..dates import fiscal_year, fiscal_year_days, month_of
from ..db import Session, length_of
from ..errors import Conflict, Fault
from ..language import say
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from .content import EMPLOYED, MOST_COST, Term
from .employed import Employment
from .models import Candidate, Membership

LONGEST = 5  # fiscal years, as the longest registration


def is_employed(candidate: Candidate) -> bool:
    """Whether the prefecture employs the person, so that no town appoints or pays them."""
    return candidate.kind == EMPLOYED


def find_employment(session: Session, candidate: Candidate) -> Employment | None:
    return session.get(Employment, candidate.id)


def term_of(row: Employment) -> Term:
    return Term(row.post, row.first_day, row.last_day, row.half_day_cost, row.note)


def find_term(session: Session, candidate: Candidate) -> Term | None:
    row = find_employment(session, candidate)
    return term_of(row) if row else None


def list_terms(session: Session, prefecture_code: str) -> Mapping[int, Term]:
    """By person, of everybody whom the prefecture employs or has employed."""
    rows = session.scalars(
        sa.select(Employment).where(Employment.prefecture_code == prefecture_code)
    )
    return {row.candidate_id: term_of(row) for row in rows}


def term_faults(term: Term, catalogue: Catalogue, today: date) -> Iterator[Fault]:
    """What no page and no file may say of a term."""
    if not catalogue.is_valid(Vocabulary.PREFECTURAL_POST, term.post):
        yield "post", say("一覧から選んでください。")
    latest = fiscal_year_days(fiscal_year(today) + LONGEST)[1]
    if term.last_day < term.first_day:
        yield "last_day", say("雇用の終わりの日が、始まりの日より前です。")
    elif term.last_day > latest:
        message = say(
            "雇用の終わりの日は、%(latest)sまでの日にしてください。", latest=latest.isoformat()
        )
        yield "last_day", message
    if term.half_day_cost is not None and not 1 <= term.half_day_cost <= MOST_COST:
        yield "half_day_cost", say("1〜%(most)s円で入力してください。", most=f"{MOST_COST:,}")
    if len(term.note) > length_of(Employment.note):
        yield (
            "note",
            say("%(longest)s文字以内で書いてください。", longest=length_of(Employment.note)),
        )


def registration_of(session: Session, candidate: Candidate, today: date) -> tuple[date, date]:
    """First and last day of the registration of somebody whom the prefecture employs: those of the term from today on.

    Conflict without a term, or after it.
    """
    row = find_employment(session, candidate)
    if row is None:
        raise Conflict(say("雇用の期間がまだ記録されていません。"))
    if row.last_day < today:
        raise Conflict(say("雇用の期間が終わっています。期間を直してから、登録を認めてください。"))
    return max(today, row.first_day), row.last_day


def within_term(term: Term | None, capacity: Mapping[int, int]) -> dict[int, int]:
    """Half-days by month, none in a month that the term does not cover whole; all of them without a term."""
    if term is None:
        return dict(capacity)
    first = month_of(term.first_day) + (term.first_day.day > 1)
    last = month_of(term.last_day + timedelta(days=1)) - 1
    return {month: n if first <= month <= last else 0 for month, n in capacity.items()}


def lock_registrations(session: Session, candidate: Candidate) -> None:
    """The registrations, as whoever accepts one does: its days are those of one term. As they are now."""
    session.flush()
    rows = sa.select(Membership).where(Membership.candidate_id == candidate.id)
    fresh = rows.order_by(Membership.id).with_for_update()
    session.scalars(fresh.execution_options(populate_existing=True)).all()
