"""People without e-mail: one whose letter waits for an answer, one who was asked back by post."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..candidates import availability, consenting, editing
from ..candidates.content import (
    Availability,
    Basics,
    Career,
    Post,
    SkillClaim,
    Skills,
    Window,
    Wishes,
)
from ..candidates.models import Candidate
from ..candidates.reading_back import Call, confirm_by_telephone, issue_letter
from ..candidates.received import Source
from ..candidates.receiving import Origin, save_received, start_reception
from ..candidates.reviewing import return_membership
from ..candidates.steps import Step
from ..dates import local_date, month_number, month_of
from ..db import Session
from ..permissions import Actor
from . import names
from .people import HYOGO

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HOME = "285854"  # 香美町
HOW = f"登録の電話番号にかけ、生年月日を言ってもらった。（{names.LABEL}）"


def receive_people(session: Session, first: int, officer: Actor, midnight: datetime) -> None:
    """`first`: the number of the first of them."""
    at = midnight - DAY * 4 + HOUR * 10
    paper = _register(session, first, "紙谷", "カミタニ", Source.PAPER, officer, at)
    issue_letter(session, paper, actor=officer, now=at + DAY)
    spoken = _register(session, first + 1, "声野", "コエノ", Source.TELEPHONE, officer, at)
    called = at + DAY
    call = Call(local_date(called), spoken.name, HOW)
    confirm_by_telephone(session, spoken, call, actor=officer, now=called)
    return_membership(
        session, spoken.memberships[0], reason="unclear_history", comment="在職した部署の名前を教えてください。",
        actor=officer, now=called + DAY,
    )  # fmt: skip


def _register(
    session: Session,
    number: int,
    family: str,
    kana: str,
    source: Source,
    officer: Actor,
    now: datetime,
) -> Candidate:
    person = start_reception(session, Origin(source, local_date(now)), actor=officer, now=now)
    month = month_of(local_date(now))
    basics = Basics(
        "official", family, kana, HOME, "文子", "フミコ", names.phone(number), "1958-05-05", None,
        names.POSTAL_CODE, names.street(number),
    )  # fmt: skip
    told: tuple[tuple[Step, Any, Any], ...] = (
        (Step.BASICS, editing.save_basics, basics),
        (Step.CAREER, editing.save_career, Career([Post("香美町役場", month_number(1980, 4), month_number(2018, 3))])),
        (Step.SKILLS, editing.save_skills, Skills([SkillClaim("administration", 4), SkillClaim("bridging", 3)])),
        (Step.AVAILABILITY, availability.save_availability, Availability([Window(month + 2, month + 13, 6)])),
        (Step.WISHES, editing.save_wishes, Wishes(["commission"], pay_minimum=4000, pay_wish=6000)),
        (Step.CONSENTS, give_consents, ["search", "introduction"]),
    )  # fmt: skip
    for step, save, value in told:
        save_received(session, person, step, save, value, source, actor=officer, now=now)
    return person


def give_consents(
    session: Session, person: Candidate, purposes: list[str], *, actor: Actor, now: datetime
) -> list[str]:
    return consenting.save_consents(session, person, HYOGO, purposes, actor=actor, now=now)
