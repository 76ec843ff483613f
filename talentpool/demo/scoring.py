"""Two towns score whom they are introduced to: one has concluded, in the other somebody has still to submit."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ..db import Session
from ..needs.models import Need
from ..panels.models import Advice
from ..panels.service import open_panel, say_consensus, submit_sheet
from ..permissions import Actor, Role
from ..placements.models import Placement
from ..reference.catalogue import Catalogue
from ..states import PlacementState
from . import names
from .accounts import Officers, open_officer, town_email

COLLEAGUES = ("上田 薫", "岸本 望")
POINTS = (5, 3)  # of the first and of the second officer, so that the spread is flagged
CONCLUSION = "経験は十分。庁内の調整は担当課長が支えることとし、受け入れがよい。"


def score(
    session: Session,
    officers: Officers,
    catalogue: Catalogue,
    password_hash: str,
    midnight: datetime,
) -> None:
    query = sa.select(Placement).where(Placement.state == PlacementState.INTRODUCED)
    found: dict[str, Placement] = {}
    for row in session.scalars(query.order_by(Placement.id)):
        found.setdefault(row.municipality_code, row)
    for number, (code, row) in enumerate(list(found.items())[: len(COLLEAGUES)]):
        town, chair = catalogue.municipality(code), officers.towns[code]
        assert row.introduced_at is not None
        now = max(row.introduced_at, midnight - timedelta(days=1)) + timedelta(minutes=30)
        colleague = open_officer(
            session, f"deputy.{town_email(town)}", Role.MUNICIPALITY, password_hash,
            now - timedelta(minutes=20), town, name=f"{COLLEAGUES[number]}（{names.LABEL}）",
        )  # fmt: skip
        session.flush()
        need = session.get_one(Need, row.need_id)
        both: list[Actor] = [chair, colleague.actor]
        panel = open_panel(
            session, need, members=[actor.user_id or 0 for actor in both], chair=chair.user_id,
            actor=chair, now=now,
        )  # fmt: skip
        for actor, points in list(zip(both, POINTS, strict=True))[: 2 - number]:
            submit_sheet(
                session, panel, row, points=dict.fromkeys(panel.criteria, points), abstains=False,
                remark="", actor=actor, now=now + timedelta(minutes=10),
            )  # fmt: skip
        if number == 0:
            say_consensus(
                session, panel, row, advice=Advice.TAKE, text=CONCLUSION, actor=chair,
                now=now + timedelta(minutes=20),
            )  # fmt: skip
