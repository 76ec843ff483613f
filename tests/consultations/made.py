"""A consultation as a town has sent it."""

from __future__ import annotations

from datetime import datetime

from talentpool.consultations import answering, writing
from talentpool.consultations.models import Consultation, Sharing
from talentpool.consultations.writing import ConsultationContent
from talentpool.db import Session
from talentpool.permissions import Actor, Role
from talentpool.reference.catalogue import Catalogue
from tests import factories as make
from tests.programmes.made import make_programme

WORDS = "情報システムの担当が1人で、来年3月に辞めます。引き継ぐ職員が決まっていません。"


def make_consultation(
    session: Session,
    *,
    town: str = make.HIMEJI,
    words: str = WORDS,
    theme: str | None = "bpr",
    sharing: Sharing = Sharing.NONE,
    is_sent: bool = True,
    now: datetime = make.NOW,
) -> Consultation:
    actor = make.make_user(session, Role.MUNICIPALITY, municipality_code=town).actor
    content = ConsultationContent(words, theme, None, sharing)
    catalogue = Catalogue.shipped()
    row = writing.write_consultation(session, content, catalogue=catalogue, actor=actor, now=now)
    if is_sent:
        writing.send_consultation(session, row, actor=actor, now=now)
    return row


def make_closed(
    session: Session, answer: str = "手順書から始めましょう。", *, now: datetime = make.NOW, **more: object
) -> Consultation:  # fmt: skip
    """Answered and closed by an officer of the prefecture."""
    row = make_consultation(session, now=now, **more)  # type: ignore[arg-type]
    actor = officer_of(session, row)
    answering.answer_consultation(session, row, answer, actor=actor, now=now)
    answering.close_consultation(session, row, actor=actor, now=now)
    return row


def make_referred(session: Session, *, town: str = make.HIMEJI) -> Consultation:
    row = make_consultation(session, town=town)
    programme = make_programme(session, prefecture_code=town[:2])
    answering.refer_consultation(
        session, row, "申し込めます。", programme, actor=officer_of(session, row), now=make.NOW
    )
    return row


def officer_of(session: Session, row: Consultation) -> Actor:
    code = row.prefecture_code
    return make.make_user(session, Role.COORDINATOR, prefecture_code=code).actor


def town_of(row: Consultation) -> Actor:
    return Actor(row.author_id, Role.MUNICIPALITY, row.prefecture_code, row.municipality_code)
