"""The list of mails: what they can be looked for by, and how they are sorted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import defer

from ..db import Session
from ..listing import EVERYTHING, Asked, Filter, Listing, in_order
from ..mail import MailOrder, MailState
from ..paging import Listed
from ..permissions import Action, Actor, require, visible
from ..searching import Condition, every_word, number_in
from .directory import CANDIDATE, officers_like

PAGE = 25  # rows
LOST = "lost"  # states together: of steps, failed or unknown
_OWN = sa.select(MailOrder.id)
_LISTING = Listing(
    MailOrder.id,
    filters={
        "state": Filter(
            sa.union_all(
                _OWN.add_columns(sa.cast(MailOrder.state, sa.String)),
                _OWN.add_columns(sa.literal(LOST, sa.String)).where(MailOrder.is_lost()),
            )
        ),
        "template": Filter(_OWN.add_columns(MailOrder.template)),
    },
    orders={
        "number": (MailOrder.id,),
        "template": (MailOrder.template,),
        "state": (in_order(MailState, MailOrder.state),),
    },
    first_order="-number",
)


def list_mails(session: Session, actor: Actor, asked: Asked = EVERYTHING) -> Listed[MailOrder]:
    """The orders that `actor` may see, newest first."""
    require(session, actor, Action.VIEW_MAIL)
    query = visible(actor, MailOrder).where(
        *every_word(asked.words, partial(_places, session, actor))
    )
    return _LISTING.ask(session, query, asked, size=PAGE, options=(defer(MailOrder.values),))


def list_templates(session: Session, actor: Actor) -> list[str]:
    query = visible(actor, MailOrder).with_only_columns(MailOrder.template).distinct()
    return sorted(session.scalars(query))


def _places(session: Session, actor: Actor, key: str) -> Iterator[Condition]:
    """Where a word stands that a mail is looked for by: its place in the site, an officer, the code of a person."""
    yield MailOrder.link.contains(key, autoescape=True)
    yield MailOrder.event.startswith(key, autoescape=True)
    yield MailOrder.recipient_id.in_(officers_like(session, actor, key))
    if (number := number_in(key, "c")) is not None:
        person = sa.select(CANDIDATE.c.user_id).where(CANDIDATE.c.code == f"C-{number:06d}")
        yield MailOrder.recipient_id.in_(person)
