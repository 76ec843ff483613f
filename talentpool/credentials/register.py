"""The credentials of a pool: what waits for officers, and what ends soon."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..candidates.models import Membership
from ..candidates.standing import REGISTERED, standing_on
from ..db import Session
from ..listing import EVERYTHING, Asked, Filter, Listing
from ..paging import Listed
from ..permissions import Action, Actor, require, visible
from ..states import CREDENTIALS_OPEN, CREDENTIALS_SHOWN, CredentialState
from .models import Credential, Kind

PAGE = 25  # rows
SOON = 60  # days
_C = Credential
_O = _C.__table__.alias().c  # another one; aliased() would settle all mappers before all are known


def is_waiting() -> sa.ColumnElement[bool]:
    """For an officer, for queries."""
    return _C.state == CredentialState.SAID


def is_unrenewed() -> sa.ColumnElement[bool]:
    """It expired, and the person has shown nothing of the same since, nor anything that lasts longer; for queries."""
    is_later = (_O.id > _C.id) | _O.state.in_(CREDENTIALS_SHOWN | {CredentialState.SAID})
    is_same = (
        (_O.candidate_id == _C.candidate_id)
        & (_O.prefecture_code == _C.prefecture_code)
        & (_O.kind == _C.kind)
        & (_O.subject == _C.subject)
        & (_O.id != _C.id)
        & (_O.state != CredentialState.WITHDRAWN)
    )
    return (_C.state == CredentialState.EXPIRED) & ~sa.exists().where(is_same, is_later)


def is_to_renew(today: date) -> sa.ColumnElement[bool]:
    """Of somebody who is registered: a required training until it is renewed, anything else for a while; for queries."""
    registered = sa.select(Membership.candidate_id).where(
        standing_on(today).in_(map(str, REGISTERED)),
        Membership.prefecture_code == _C.prefecture_code,
    )
    is_recent = _C.valid_until >= today - timedelta(days=SOON)
    lately = (_C.kind == Kind.TRAINING) | is_recent
    return is_unrenewed() & lately & _C.candidate_id.in_(registered)


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
