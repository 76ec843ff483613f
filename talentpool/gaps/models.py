from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Base, Text, UtcDateTime, choice
from ..language import Words
from ..needs.models import Need
from ..permissions import Action, Actor, Scope, viewed_by, within
from ..rounds.models import Round

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Ending(StrEnum):
    """Why a gap is no longer one."""

    SUPPLIED = "supplied"  # people have come who fit
    FILLED = "filled"  # all places are taken
    CLOSED = "closed"  # the vacancy is no longer open


ENDINGS: Mapping[Ending, Words] = {
    Ending.SUPPLIED: ("合う人が現れた", "People have come"),
    Ending.FILLED: ("枠が埋まった", "Filled"),
    Ending.CLOSED: ("募集が公開でなくなった", "No longer open"),
}


class SupplyGap(Base):
    """Places of an open need for which there were not enough people, by the rules or by the plan of a round.

    What is looked for stands in the need, as it is written now.
    """

    __tablename__ = "supply_gap"
    __table_args__ = (
        sa.CheckConstraint("seats >= 1", name="some_seats"),
        sa.CheckConstraint("fitting >= 0 AND (supply IS NULL OR supply >= 0)", name="counts_people"),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (ending IS NULL) AND (closed_at IS NULL) = (supply IS NULL)"
            " AND (closed_at IS NULL OR closed_at >= opened_at)",
            name="closed_with_reason",
        ),
        sa.Index(
            "uq_supply_gap_open", "need_id", unique=True,
            sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(sa.ForeignKey("prefecture.code"), index=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("need.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("round.id"))  # whose plan left them
    seats: Mapped[int]  # for which there is nobody
    fitting: Mapped[int]  # people who met the rules when it was recorded
    rule: Mapped[str | None] = mapped_column(Text(20))  # that ruled out most of all others
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ending: Mapped[Ending | None] = mapped_column(choice(Ending))
    supply: Mapped[
        int | None
    ]  # people who met the rules when it was closed; told where they have come
    version: Mapped[int] = mapped_column(sa.Integer)

    need: Mapped[Need] = relationship()
    round: Mapped[Round | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


viewed_by(SupplyGap, Action.VIEW_GAP)


@within(SupplyGap, Scope.PREFECTURE)
def _of_prefecture(actor: Actor) -> sa.ColumnElement[bool]:
    return SupplyGap.prefecture_code == actor.prefecture_code
