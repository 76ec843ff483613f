from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..db import Session
from ..errors import Refused, UnknownCode
from ..geo import Travel, travel_minutes
from ..language import say
from ..permissions import Action, Actor, require
from ..reference.models import Municipality, TravelTime
from ..reference.revising import set_travel_time
from ..reference.service import load_catalogue

LONGEST = 95  # characters of the reason and of the source; both stand in one note
MOST = 300  # lines


@dataclass(frozen=True, slots=True)
class Correction:
    """One way. rule: what is taken without it."""

    row: TravelTime
    rule: Travel


def correct_travel(
    session: Session,
    home_code: str,
    hall_code: str,
    *,
    minutes: int,
    reason: str,
    source: str,
    actor: Actor,
    now: datetime,
) -> TravelTime:
    """A better value, with why and from where; a later one replaces it. From the next round on it counts."""
    require(session, actor, Action.SET_TRAVEL)
    for name, text in (("reason", reason), ("source", source)):
        if not text.strip():
            raise Refused.at(name, say("入力してください。"))
        if len(text) > LONGEST:
            raise Refused.at(name, say("%(longest)s文字以内で書いてください。", longest=LONGEST))
    catalogue = load_catalogue(session)
    for name, code in (("home", home_code), ("hall", hall_code)):
        try:
            town = catalogue.municipality(code)
        except UnknownCode as error:
            raise Refused.at(name, error.message) from error
        if town.prefecture_code != actor.prefecture_code:
            raise Refused.at(name, say("この都道府県の市町ではありません。"))
    note = f"{reason.strip()}（{source.strip()}）"
    return set_travel_time(
        session, home_code, hall_code, minutes=minutes, note=note, actor=actor, now=now
    )


def list_corrections(session: Session, actor: Actor) -> Sequence[Correction]:
    """Of the halls of the prefecture, the newest first."""
    require(session, actor, Action.SET_TRAVEL)
    catalogue = load_catalogue(session)
    query = (
        sa.select(TravelTime)
        .join(Municipality, Municipality.code == TravelTime.hall_code)
        .where(Municipality.prefecture_code == actor.prefecture_code)
        .order_by(TravelTime.entered_at.desc(), TravelTime.home_code, TravelTime.hall_code)
        .limit(MOST)
    )
    return [
        Correction(
            row,
            travel_minutes(
                catalogue.municipality(row.home_code).place,
                catalogue.municipality(row.hall_code).place,
            ),
        )
        for row in session.scalars(query)
    ]
