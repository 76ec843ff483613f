"""A programme, and a town that was referred to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from talentpool.db import Session
from talentpool.permissions import Actor, Role
from talentpool.programmes.content import ProgrammeContent
from talentpool.programmes.models import Programme, Referral
from talentpool.programmes.referring import refer_to_programme
from talentpool.programmes.service import save_programme
from talentpool.reference.service import load_catalogue
from tests import factories as make


def make_programme(
    session: Session, *, prefecture_code: str = make.HYOGO, **content: Any
) -> Programme:
    officer = make.make_user(session, Role.COORDINATOR, prefecture_code=prefecture_code).actor
    given = {"name": "助言の制度", "report_days": 7, **content}
    return save_programme(
        session, None, ProgrammeContent(**given), catalogue=load_catalogue(session), actor=officer,
        now=make.NOW,
    )  # fmt: skip


def make_referral(session: Session, town: str = make.HIMEJI, **content: Any) -> Referral:
    programme = make_programme(session, prefecture_code=town[:2], **content)
    officer = Actor(programme.saved_by, Role.COORDINATOR, town[:2])
    return refer_to_programme(
        session, programme, town, reason="計画づくりに役立つ。", actor=officer, now=make.NOW
    )


IN_JANUARY = ((date(2027, 1, 29), "第1次"),)
