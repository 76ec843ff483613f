"""Consultations as lists: one's own, the desk's, and those over that other towns allow to be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ..dates import fiscal_year, fiscal_year_days, local_date, start_of_day
from ..db import Session
from ..errors import NotFound
from ..listing import Asked, Filter, Listing, in_order
from ..paging import Listed
from ..permissions import Action, Actor, Role, condition, get_visible, require, visible
from ..reference.catalogue import Catalogue
from ..reference.sizes import size_of
from ..searching import Condition, every_word, number_in
from ..states import ConsultationState
from .models import Consultation, Ending, Sharing
from .stepping import last_answer

PAGE = 25  # rows
ALIKE = 3  # shown beside a consultation
_C = Consultation


def list_consultations(
    session: Session, actor: Actor, asked: Asked, *, catalogue: Catalogue
) -> Listed[Consultation]:
    """Those that `actor` may see, the nearest deadline first and then the last that moved."""
    own = sa.select(_C.id)
    listing = Listing(
        _C.id,
        filters={
            "state": Filter(own.add_columns(sa.cast(_C.state, sa.String))),
            "theme": Filter(own.add_columns(_C.theme)),
            "municipality": Filter(own.add_columns(_C.municipality_code)),
            "size": Filter(
                own.add_columns(size_of(_C.municipality_code, catalogue, actor.prefecture_code))
            ),
        },
        orders={
            "number": (_C.id,),
            "due": (_C.answer_until, -_C.id),
            "moved": (_C.moved_at,),
            "town": (_C.municipality_code,),
            "state": (in_order(ConsultationState, _C.state),),
        },
        first_order="due" if actor.role is not Role.MUNICIPALITY else "-moved",
    )
    query = visible(actor, _C).where(*every_word(asked.words, _is_numbered))
    return listing.ask(session, query, asked, size=PAGE)


def _is_numbered(key: str) -> Iterator[Condition]:
    number = number_in(key, "q")
    yield _C.id == number if number is not None else sa.false()


def get_consultation(
    session: Session, actor: Actor, ident: int, *, lock: bool = False
) -> Consultation:
    return get_visible(session, actor, _C, ident, lock=lock)


@dataclass(frozen=True, slots=True)
class Shared:
    """What other towns read of a consultation: nothing else of it leaves its town and the prefecture."""

    ident: int
    headline: str
    words: str
    answer: str
    theme: str | None
    municipality_code: str | None  # none where the town stays unnamed
    size: int | None
    ending: Ending
    closed_on: date


def list_shared(
    session: Session, actor: Actor, asked: Asked, *, catalogue: Catalogue
) -> Listed[Consultation]:
    """Of all towns of the prefecture, the last closed first; `shared_of` says what is shown of them."""
    require(session, actor, Action.VIEW_SHARED)
    own = sa.select(_C.id)
    size = size_of(_C.municipality_code, catalogue, actor.prefecture_code)
    listing = Listing(
        _C.id,
        filters={
            "theme": Filter(own.add_columns(_C.theme)),
            "size": Filter(own.add_columns(size)),
            "ending": Filter(own.add_columns(sa.cast(_C.ending, sa.String))),
        },
        orders={"closed": (_C.closed_at,), "theme": (_C.theme,)},
        first_order="-closed",
    )
    words = every_word(asked.words, lambda key: [_C.shared_key.contains(key, autoescape=True)])
    query = _all_shared(actor).where(*words)
    return listing.ask(session, query, asked, size=PAGE, options=(selectinload(_C.messages),))


def _all_shared(actor: Actor) -> sa.Select[Consultation]:
    return sa.select(_C).where(condition(actor, Action.VIEW_SHARED, _C), _C.is_shared)


def shared_of(consultation: Consultation, catalogue: Catalogue) -> Shared:
    assert consultation.closed_at is not None
    assert consultation.ending is not None
    is_named = consultation.sharing is Sharing.NAMED
    return Shared(
        consultation.id, consultation.headline, consultation.words, last_answer(consultation),
        consultation.theme, consultation.municipality_code if is_named else None,
        catalogue.size_class(consultation.municipality_code), consultation.ending,
        local_date(consultation.closed_at),
    )  # fmt: skip


def get_shared(session: Session, actor: Actor, ident: int, *, catalogue: Catalogue) -> Shared:
    require(session, actor, Action.VIEW_SHARED)
    found = session.scalar(_all_shared(actor).where(_C.id == ident))
    if found is None:
        raise NotFound
    return shared_of(found, catalogue)


def list_alike(
    session: Session,
    actor: Actor,
    *,
    theme: str | None,
    municipality_code: str | None,
    but: int = 0,
    catalogue: Catalogue,
) -> Sequence[Shared]:
    """横展開: who else had this, of the same theme, the same size before others. `but`: id of the one it is shown beside."""
    require(session, actor, Action.VIEW_SHARED)
    if theme is None:
        return []
    size = catalogue.size_class(municipality_code) if municipality_code else None
    of_size = size_of(_C.municipality_code, catalogue, actor.prefecture_code) == str(size)
    query = _all_shared(actor).where(_C.id != but, _C.theme == theme)
    if municipality_code is not None:
        query = query.where(_C.municipality_code != municipality_code)
    order = (sa.case((of_size, 0), else_=1), _C.closed_at.desc(), _C.id)
    rows = session.scalars(query.order_by(*order).limit(ALIKE).options(selectinload(_C.messages)))
    return [shared_of(row, catalogue) for row in rows]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a fiscal year. days: until the first answer, on average; needs: that are vacancies of their towns by now."""

    year: int
    total: int
    answered: int
    days: float | None
    needs: int


def count_year(session: Session, actor: Actor, now: datetime) -> Figures:
    require(session, actor, Action.VIEW_CONSULTATION)
    year = fiscal_year(local_date(now))
    columns = (_C.sent_at, _C.answered_at, _C.need_id)
    since = start_of_day(fiscal_year_days(year)[0])
    query = visible(actor, _C).where(_C.sent_at >= since).with_only_columns(*columns)
    rows = session.execute(query).all()
    spans = [
        (local_date(done) - local_date(sent)).days for sent, done, _need in rows if sent and done
    ]
    mean = sum(spans) / len(spans) if spans else None
    needs = sum(need is not None for _sent, _done, need in rows)
    return Figures(year, len(rows), len(spans), mean, needs)
