"""The credentials of a pool: what waits for officers, and what ends soon."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..db import Session
from ..listing import EVERYTHING, Asked, Filter, Listing
from ..paging import Listed
from ..permissions import Action, Actor, require, visible
from ..states import CREDENTIALS_OPEN, CREDENTIALS_SHOWN, CredentialState
from .models import Credential

PAGE = 25  # rows
SOON = 60  # days
_C = Credential


def is_waiting() -> sa.ColumnElement[bool]:
    """For an officer, for queries."""
    return _C.state == CredentialState.SAID


def list_all(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, *, today: date
) -> Listed[Credential]:
    """Those that `actor` may see, the newest first."""
    require(session, actor, Action.VIEW_CREDENTIAL)
    own = sa.select(_C.id)
    ends = sa.case(
        (
            _C.state.in_(CREDENTIALS_SHOWN) & (_C.valid_until <= today + timedelta(days=SOON)),
            "soon",
        ),
        else_="later",
    )
    asks = sa.case(
        (_C.token_until.is_not(None) & _C.state.in_(CREDENTIALS_OPEN), "asked"), else_=""
    )
    listing = Listing(
        _C.id,
        filters={
            "state": Filter(own.add_columns(sa.cast(_C.state, sa.String))),
            "kind": Filter(own.add_columns(sa.cast(_C.kind, sa.String))),
            "ending": Filter(own.add_columns(ends)),
            "office": Filter(own.add_columns(asks)),
        },
        orders={"number": (_C.id,), "said": (_C.said_at,), "until": (_C.valid_until, _C.id)},
        first_order="-number",
    )
    options = (joinedload(_C.candidate),)
    return listing.ask(session, visible(actor, _C), asked, size=PAGE, options=options)
