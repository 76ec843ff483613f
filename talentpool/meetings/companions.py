"""Towns with the same theme find each other. Whoever wants to see others names the theme, and is seen by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..db import Session
from ..errors import Conflict, NotFound, Refused, raise_first
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, require, visible
from ..reference.catalogue import Catalogue
from ..reference.entries import Vocabulary
from ..states import NeedState
from .models import Companion

MOST_CONTACT = 200  # characters
_C = Companion


def list_companions(session: Session, actor: Actor) -> Sequence[Companion]:
    """Those that `actor` may see, by theme and town."""
    require(session, actor, Action.VIEW_COMPANION)
    query = visible(actor, _C).order_by(_C.theme, _C.municipality_code)
    return session.scalars(query).all()


def suggest_themes(session: Session, actor: Actor) -> Sequence[str]:
    """Themes of the town's own open vacancies that it has not named."""
    named = sa.select(_C.theme).where(_C.municipality_code == actor.municipality_code)
    query = visible(actor, Need).where(
        Need.municipality_code == actor.municipality_code, Need.state == NeedState.OPEN,
        Need.theme.not_in(named),
    )  # fmt: skip
    return session.scalars(
        query.with_only_columns(Need.theme).distinct().order_by(Need.theme)
    ).all()


def name_theme(
    session: Session,
    theme: str,
    contact: str,
    *,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> Companion:
    """Be seen by the towns that have named the theme, and see them."""
    require(session, actor, Action.NAME_COMPANION)
    faults = []
    if not catalogue.is_valid(Vocabulary.THEME, theme):
        faults.append(("theme", say("テーマを一覧から選んでください。")))
    if not contact.strip():
        faults.append(("contact", say("連絡先の課と電話番号を入力してください。")))
    if len(contact) > MOST_CONTACT:
        message = say("%(longest)s文字以内で書いてください。", longest=MOST_CONTACT)
        faults.append(("contact", message))
    raise_first(faults)
    again = sa.select(_C.id).where(
        _C.municipality_code == actor.municipality_code, _C.theme == theme
    )
    if session.scalar(again) is not None:
        raise Refused.at("theme", say("このテーマは、もう知らせています。"))
    row = Companion(
        prefecture_code=actor.prefecture_code, municipality_code=actor.municipality_code,
        theme=theme, contact=contact.strip(), said_at=now, said_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, audit.Deed.COMPANION_NAME, row, actor=actor, now=now, detail={"theme": theme}
    )
    return row


def drop_theme(session: Session, ident: int, *, actor: Actor, now: datetime) -> None:
    """Be seen no longer, and see no longer; NotFound where that was done already, Conflict of another town's."""
    require(session, actor, Action.NAME_COMPANION)
    query = visible(actor, _C).where(_C.id == ident).with_for_update()
    row = session.scalar(query)
    if row is None:
        raise NotFound
    if row.municipality_code != actor.municipality_code:
        raise Conflict(say("ほかの市町の登録は取り消せません。"))
    detail = {"theme": row.theme}
    audit.record(session, audit.Deed.COMPANION_DROP, row, actor=actor, now=now, detail=detail)
    session.delete(row)
    session.flush()
