"""The list of needs: what they can be looked for by, and how they are sorted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import load_only

from ..db import Session
from ..listing import Asked, Filter, Listing, in_order
from ..paging import Listed
from ..permissions import Actor, visible
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..reference.models import Municipality
from ..searching import Condition, every_word, number_in
from ..standing import NeedStanding
from ..states import NeedState
from .models import Need, NeedForm, NeedSkill, Side
from .standing import standing

PAGE = 25  # rows
MOST_EARLIER = 10
_SHOWN = (
    Need.code, Need.title, Need.municipality_code, Need.theme, Need.seats, Need.half_days,
    Need.first_month, Need.last_month, Need.side, Need.priority,
)  # fmt: skip


def list_needs(
    session: Session, actor: Actor, asked: Asked, *, catalogue: Catalogue
) -> Listed[Need]:
    """The needs that `actor` may see, newest first."""
    query = visible(actor, Need).where(*every_word(asked.words, partial(_places, catalogue)))
    return _listing().ask(session, query, asked, size=PAGE, options=(load_only(*_SHOWN),))


def list_earlier(session: Session, actor: Actor) -> Sequence[Need]:
    """The last needs of the town, of which a new one can be a copy."""
    query = visible(actor, Need).order_by(Need.id.desc()).limit(MOST_EARLIER)
    return session.scalars(query.options(load_only(*_SHOWN))).all()


def _listing() -> Listing:
    own = sa.select(Need.id)
    town = Need.municipality_code == Municipality.code
    return Listing(
        Need.id,
        filters={
            "state": Filter(own.add_columns(standing())),
            "region": Filter(own.add_columns(Municipality.region).join(Municipality, town)),
            "municipality": Filter(own.add_columns(Need.municipality_code)),
            "side": Filter(own.add_columns(sa.cast(Need.side, sa.String))),
            "theme": Filter(own.add_columns(Need.theme)),
            "form": Filter(sa.select(NeedForm.need_id, NeedForm.form)),
            "skill": Filter(sa.select(NeedSkill.need_id, NeedSkill.skill)),
        },
        orders={
            "number": (Need.id,),
            "title": (Need.title,),
            "town": (Need.municipality_code,),
            "theme": (Need.theme,),
            "state": (in_order(NeedStanding, standing()),),
            "seats": (Need.seats,),
            "half_days": (Need.half_days,),
            "months": (Need.first_month, Need.last_month),
        },
        first_order="-number",
    )


def count_sides(session: Session, actor: Actor) -> Mapping[Side, int]:
    """The open needs of each side that `actor` may see."""
    query = visible(actor, Need).where(Need.state == NeedState.OPEN).group_by(Need.side)
    found = dict(session.execute(query.with_only_columns(Need.side, sa.func.count())).all())
    return {side: found.get(side, 0) for side in Side}


def is_called(key: str) -> Condition:
    """Whether a word stands in the texts of a need, or is the number."""
    called: Condition = Need.search_key.contains(key, autoescape=True)
    if (number := number_in(key, "n")) is not None:
        called |= Need.code == f"N-{number:06d}"
    return called


def _places(catalogue: Catalogue, key: str) -> Iterator[Condition]:
    """Where a word stands that a need is looked for by."""
    yield is_called(key)
    if towns := catalogue.towns_like(key):
        yield Need.municipality_code.in_(towns)
    if themes := catalogue.codes_like(Vocabulary.THEME, key):
        yield Need.theme.in_(themes)
    if skills := catalogue.codes_like(Vocabulary.SKILL, key):
        yield Need.id.in_(sa.select(NeedSkill.need_id).where(NeedSkill.skill.in_(skills)))
