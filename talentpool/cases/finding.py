"""Cases as they are read: listed, searched, and suggested to a town of the same size that has the same theme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption

from ..candidates.content import EMPLOYED
from ..dates import fiscal_year_of_month
from ..db import Session
from ..engagements.models import Engagement
from ..listing import Asked, Filter, Listing
from ..paging import Listed
from ..pay import UNPAID
from ..permissions import Action, Actor, get_visible, require, visible
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.sizes import size_of
from ..reviews.models import Report
from ..searching import Condition, every_word
from ..text import search_key
from .models import Case

PAGE = 25  # rows
SUGGESTED = 3  # beside a need or a consultation
SHOWN, RETIRED = "shown", "retired"  # filter


def _along() -> ExecutableOption:
    return joinedload(Case.report).joinedload(Report.engagement).joinedload(Engagement.need)


@dataclass(frozen=True, slots=True)
class Story:
    """What is read of a case, from its own columns or from its report as it is now.

    pay: yen per unit of `pay_basis`; half_days: a month, for `months` months; none where it is of no report.
    """

    case: Case
    did: str
    result: str
    who: str
    cost_yen: int | None
    cost_note: str
    fiscal_year: int | None
    size: int | None
    half_days: int = 0
    months: int = 0
    pay_amount: int = 0
    pay_basis: str = ""

    @property
    def is_of_report(self) -> bool:
        return self.case.report_id is not None


def story_of(case: Case, catalogue: Catalogue) -> Story:
    size = catalogue.size_class(case.municipality_code)
    report = case.report
    if report is None:
        return Story(
            case, case.did, case.result, case.who, case.cost_yen, case.cost_note,
            case.fiscal_year, size,
        )  # fmt: skip
    work = report.engagement
    is_paid = work.form != EMPLOYED
    return Story(
        case, report.made, report.outcome, "", report.cost_yen, report.cost_note,
        fiscal_year_of_month(work.first_month), size, work.need.half_days,
        work.last_month - work.first_month + 1, work.need.pay_amount if is_paid else 0,
        work.need.pay_basis if is_paid else UNPAID,
    )  # fmt: skip


def list_cases(
    session: Session, actor: Actor, asked: Asked, *, catalogue: Catalogue
) -> Listed[Case]:
    """The newest first; what was taken down only where it is asked for."""
    own = sa.select(Case.id)
    listing = Listing(
        Case.id,
        filters={
            "state": Filter(
                own.add_columns(
                    sa.case((Case.retired_at.is_(None), SHOWN), else_=RETIRED)
                )
            ),
            "theme": Filter(own.add_columns(Case.theme)),
            "size": Filter(
                own.add_columns(size_of(Case.municipality_code, catalogue, actor.prefecture_code))
            ),
            "municipality": Filter(own.add_columns(Case.municipality_code)),
        },
        orders={
            "number": (Case.id,),
            "town": (Case.municipality_code,),
            "theme": (Case.theme,),
            "title": (Case.title,),
        },
        first_order="-number",
    )  # fmt: skip
    words = every_word(asked.words, partial(_places, session, actor, catalogue))
    return listing.ask(
        session, visible(actor, Case).where(*words), asked, size=PAGE, options=(_along(),)
    )


def _places(session: Session, actor: Actor, catalogue: Catalogue, key: str) -> Iterator[Condition]:
    """Where a word of a search can stand."""
    yield Case.search_key.contains(key, autoescape=True)
    if towns := catalogue.towns_like(key):
        yield Case.municipality_code.in_(towns)
    if themes := catalogue.codes_like(Vocabulary.THEME, key):
        yield Case.theme.in_(themes)
    if reports := _reports_with(session, actor, key):
        yield Case.id.in_(reports)


def _reports_with(session: Session, actor: Actor, key: str) -> list[int]:
    """Cases whose report has the word: these are encrypted, so they are read one by one."""
    query = (
        visible(actor, Case)
        .join(Report, Report.id == Case.report_id)
        .with_only_columns(Case.id, Report.made, Report.outcome)
    )
    return [
        ident for ident, made, outcome in session.execute(query)
        if key in search_key(made) or key in search_key(outcome)
    ]  # fmt: skip


def get_case(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Case:
    return get_visible(session, actor, Case, ident, lock=lock)


def suggest_cases(
    session: Session,
    actor: Actor,
    *,
    theme: str | None,
    municipality_code: str | None,
    catalogue: Catalogue,
    most: int = SUGGESTED,
) -> Sequence[Story]:
    """Of other towns, of the same theme or class of size: the theme first, then the size, then the newest. None fits: none."""
    require(session, actor, Action.VIEW_CASE)
    query = visible(actor, Case).where(Case.retired_at.is_(None))
    fits: list[sa.ColumnElement[bool]] = []  # what weighs more first
    if theme:
        fits.append(Case.theme == theme)
    if municipality_code is not None:
        query = query.where(Case.municipality_code != municipality_code)
        size = catalogue.size_class(municipality_code)
        fits.append(size_of(Case.municipality_code, catalogue, actor.prefecture_code) == str(size))
    query = query.where(sa.or_(sa.false(), *fits))
    order = [sa.case((fit, 0), else_=1) for fit in fits]
    rows = session.scalars(query.order_by(*order, Case.id.desc()).limit(most).options(_along()))
    return [story_of(row, catalogue) for row in rows]
