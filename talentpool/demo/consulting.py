"""Consultations of towns at every stage, and what other towns may read of those that are over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..cases.documented import take_documented
from ..cases.models import Case
from ..cases.service import offer_contact
from ..consultations import answering, writing
from ..consultations.models import Consultation, Sharing, Urgency
from ..consultations.writing import ConsultationContent
from ..dates import local_date
from ..db import Session
from ..desk.service import Plan, set_duty
from ..permissions import Actor
from ..programmes.models import Outcome, Programme
from ..programmes.referring import Course, record_course
from ..reference.catalogue import Catalogue
from .accounts import Officers

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Over:
    """A consultation of the past: when it was sent, what was said, and who may read it."""

    days: int  # ago
    town: str
    theme: str
    words: str
    answer: str
    sharing: Sharing = Sharing.NAMED
    programme: str = ""


_OVER = (
    _Over(200, "284467", "bpr", "システムの担当が1人で、異動したら誰も分からなくなります。手順書もありません。",
          "退職の半年前から行政OBが月2日入り、手順書をいっしょに作る形を案内します。まず業務の一覧を書き出しましょう。"),
    _Over(50, "284424", "standardization", "標準化が終わったあと、どの業務から見直せばよいか決められません。",
          "まず業務の棚卸しを1日でしましょう。国のアドバイザーの派遣を先に使えます。", programme="地域情報化アドバイザー"),
    _Over(120, "285862", "training", "庁内にデジタルのことを聞ける人がいません。",
          "同じ規模の町の担当者と、月1回オンラインで質問し合う場を紹介します。"),
    _Over(90, "282081", "frontyard", "窓口で同じことを何度も書いてもらっています。待ち時間の苦情も増えました。",
          "書かない窓口を始めた市の手順を送ります。まず、よくある届出5つの記入の回数を数えてください。", Sharing.UNNAMED),
    _Over(60, "285854", "ai_rpa", "生成AIを職員に使わせてよいか、決まりがなく迷っています。",
          "利用の決まりのひな形を送ります。個人情報を入れないことから決めましょう。"),
    _Over(45, "282260", "security", "委託先の点検をどこまでしてよいか分かりません。",
          "点検表を送りました。契約の更新のときに、再委託の有無から確かめてください。", Sharing.NONE),
)  # fmt: skip


def consult(session: Session, officers: Officers, catalogue: Catalogue, midnight: datetime) -> None:
    """Six that are over; one each that is late, waits, is asked back, answered, worked out, and not sent."""
    staff = officers.coordinator
    for over in _OVER:
        _close(session, over, officers, catalogue, midnight)
    waiting = _open(session, officers, catalogue, midnight)
    late, first, asked, answered, sorted_out = waiting
    set_duty(session, late, Plan(officers.colleague.user_id), actor=staff, now=midnight - _DAY)
    set_duty(session, first, Plan(staff.user_id), actor=staff, now=midnight - _DAY)
    answering.ask_back(
        session,
        asked,
        "観光協会は、どんなデータを持っていますか。",
        actor=staff,
        now=midnight - 3 * _DAY,
    )
    answering.answer_consultation(
        session, answered, "住民に届く通知のうち、電話の多いものを3つ選んで、文面の見本を比べてみましょう。", actor=staff,
        now=midnight - 4 * _DAY,
    )  # fmt: skip
    _sort_out(session, sorted_out, staff, midnight)


def _close(
    session: Session, over: _Over, officers: Officers, catalogue: Catalogue, midnight: datetime
) -> None:
    town, staff = officers.towns[over.town], officers.coordinator
    sent = midnight - over.days * _DAY + timedelta(hours=10)
    content = ConsultationContent(over.words, over.theme, None, over.sharing)
    row = _send(session, content, town, catalogue, sent)
    now = sent + 2 * _DAY
    if over.programme:
        named = sa.select(Programme).where(Programme.name.contains(over.programme))
        programme = session.scalars(named.limit(1)).one()
        referral = answering.refer_consultation(
            session, row, over.answer, programme, actor=staff, now=now
        )
        course = Course(local_date(now) + 5 * _DAY, Outcome.ACCEPTED)
        now += 20 * _DAY
        record_course(session, referral, course, actor=town, now=now)
    else:
        answering.answer_consultation(session, row, over.answer, actor=staff, now=now)
    writing.settle_consultation(session, row, actor=town, now=now + 3 * _DAY)


def _open(
    session: Session, officers: Officers, catalogue: Catalogue, midnight: datetime
) -> list[Consultation]:
    """Those that go on, in the order of `consult`; the draft is nobody's but its town's."""
    rows = list(_sent(session, officers, catalogue, midnight))
    draft = ConsultationContent("防災の見守りに使えるアプリを比べたいのですが、")
    writing.write_consultation(
        session, draft, catalogue=catalogue, actor=officers.towns["282057"], now=midnight - _DAY
    )
    return rows


def _sent(
    session: Session, officers: Officers, catalogue: Catalogue, midnight: datetime
) -> Iterator[Consultation]:
    for days, town, theme, urgency, words in (
        (
            9,
            "282120",
            "training",
            Urgency.THREE_MONTHS,
            "高校生向けのプログラミング教室を、だれに頼めるでしょうか。",
        ),
        (
            1,
            "284815",
            "bpr",
            Urgency.HALF_YEAR,
            "情報システムの担当が1人で、来年3月に定年で辞めます。引き継ぐ職員が決まっていません。業者の見積りが高いのかも判断できません。",
        ),
        (
            6,
            "282090",
            "tourism",
            None,
            "観光の人の流れのデータをもらいましたが、見方が分かりません。",
        ),
        (8, "285013", None, Urgency.NOT, "税の通知を出すたびに、電話が80件ほど来ます。"),
        (
            14,
            "284467",
            "frontyard",
            Urgency.HALF_YEAR,
            "施設の予約を紙で受けています。やめたいのですが、庁内で意見が分かれています。",
        ),
    ):
        content = ConsultationContent(words, theme, urgency, Sharing.NAMED)
        yield _send(
            session, content, officers.towns[town], catalogue, midnight - days * _DAY + timedelta(hours=10)
        )  # fmt: skip


def _send(
    session: Session, content: ConsultationContent, town: Actor, catalogue: Catalogue, now: datetime
) -> Consultation:  # fmt: skip
    row = writing.write_consultation(session, content, catalogue=catalogue, actor=town, now=now)
    writing.send_consultation(session, row, actor=town, now=now)
    return row


def _sort_out(session: Session, row: Consultation, staff: Actor, midnight: datetime) -> None:
    now = midnight - 7 * _DAY + timedelta(hours=11)
    answering.begin_sorting(
        session,
        row,
        "いっしょに整理しましょう。来週の火曜日、14時からオンラインで30分ください。",
        actor=staff,
        now=now,
    )
    answers = {
        "outcome_wanted": "1年後に、予約の半分がオンラインで済む。", "background": "3施設、月に240件。電話と紙の台帳が別々。",
        "tasks": "予約の流れの整理と、試しに1施設で始める準備。",
    }  # fmt: skip
    answering.write_interview(session, row, answers, actor=staff, now=now + 2 * _DAY)


def open_library(session: Session, officers: Officers, midnight: datetime) -> None:
    """The published cases of Hyogo, and a town that says whom to ask about one of its own."""
    take_documented(session, actor=officers.coordinator, now=midnight - 30 * _DAY)
    of_reports = sa.select(Case).where(Case.report_id.is_not(None)).order_by(Case.id)
    for case in session.scalars(of_reports.limit(2)):
        town = officers.towns[case.municipality_code]
        offer_contact(session, case, "企画課（架空） 内線0000", actor=town, now=midnight - 3 * _DAY)
