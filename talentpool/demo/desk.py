"""What the officers have written down of the work that is going on, and who sees to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.postal import PostalTask
from ..candidates.models import Candidate, Membership
from ..credentials.models import Credential
from ..dates import fiscal_year, fiscal_year_days, local_date
from ..db import Session
from ..desk.models import Owned
from ..desk.service import Plan, set_duty
from ..engagements.models import WorkLog
from ..engagements.plan_changes import OPEN, PlanChange
from ..needs.models import Need
from ..notes.models import NoteKind, Subject
from ..notes.service import Words, write_note
from ..placements.counters.models import CounterProposal
from ..placements.models import Placement
from ..placements.questions.models import Question
from ..reviews.models import Review
from ..states import (
    COUNTER_OPEN,
    CredentialState,
    MembershipState,
    NeedState,
    PlacementState,
    QuestionState,
    ReviewState,
    WorkLogState,
)
from .accounts import Officers

_MADE, _RECEIVED = NoteKind.CALL_MADE, NoteKind.CALL_RECEIVED
NOTES: Sequence[tuple[type[Subject], Any, Words]] = (  # what is in a state, and what is said of it
    (Placement, PlacementState.OFFERED,
     Words(_MADE, "打診が届いたことを確かめた。家族と相談し、期限までに返事をするとのこと。電話は夕方がよい。", "本人")),
    (Placement, PlacementState.INTRODUCED,
     Words(_RECEIVED, "庁内の会議が来週になるため、返事はその翌日になる見込み。", "情報政策課の担当者")),
    (Placement, PlacementState.AGREED,
     Words(NoteKind.NOTE, "任用形態は委嘱。初日の集合場所は市町から本人へ直接伝える。")),
    (Placement, PlacementState.AGREED,
     Words(NoteKind.HANDOVER, "市町の決裁は今月中に済む見込み。それまでは急がせない。")),
    (Need, NeedState.SUBMITTED,
     Words(_MADE, "達成したいことの数字がないため、今の待ち時間を測ってもらうよう頼んだ。", "デジタル推進課の担当者")),
    (Candidate, MembershipState.APPLIED,
     Words(_MADE, "不在。留守番電話に、職歴の確認をお願いしたいと残した。", "本人（留守番電話）")),
    (Candidate, MembershipState.APPLIED,
     Words(_RECEIVED, "折返しの電話。在職期間は正しいとのこと。証明書の写しを郵送してもらう。", "本人")),
)  # fmt: skip
SOON, SPRING = "soon", "spring"  # in these days; when the fiscal year begins
DUTIES: Sequence[tuple[type[Owned], Sequence[Any], str, str]] = (  # what is shared out, what is to be done, when
    (Membership, (MembershipState.APPLIED,), "証明書の写しが届いたか確かめる", SOON),
    (Need, (NeedState.SUBMITTED,), "待ち時間の数字が来たか確かめる", SOON),
    (Placement, (PlacementState.OFFERED, PlacementState.INTRODUCED), "返事がなければ電話する", SOON),
    (Placement, (PlacementState.AGREED,), "初日の様子を市町に聞く", SPRING),
    (PostalTask, (), "窓口の封筒で投函する", SOON),
    (CounterProposal, sorted(COUNTER_OPEN), "返事がなければ電話する", SOON),
    (PlanChange, sorted(OPEN), "市町に進み具合を聞く", SOON),
    (Question, (QuestionState.ASKED,), "市町に回答を促す", SOON),
    (WorkLog, (WorkLogState.SENT,), "市町に確認を頼む", SOON),
    (Review, (ReviewState.ASKED,), "回答がなければ声をかける", SOON),
    (Credential, (CredentialState.SAID,), "書類が届いたか確かめる", SOON),
)  # fmt: skip
SHARED = 6  # of each


def take_notes(session: Session, officers: Officers, midnight: datetime) -> None:
    """In the last two days, each about the first thing in its state."""
    for place, (kind, state, words) in enumerate(NOTES):
        thing = session.scalars(_first(kind, state)).first()
        if thing is not None:
            now = midnight - timedelta(hours=14 - place)
            write_note(session, thing, words, actor=officers.coordinator, now=now)


def share_out(session: Session, officers: Officers, midnight: datetime) -> None:
    """Of what waits today, part is one officer's, part the other's, part nobody's yet."""
    today = local_date(midnight)
    for place, (kind, states, line, when) in enumerate(DUTIES):
        model: Any = kind
        is_waiting = model.state.in_(states) if states else model.handled_at.is_(None)
        query = sa.select(model).where(is_waiting).order_by(model.id)
        found = session.scalars(query.limit(SHARED)).all()
        for number, thing in enumerate(found):
            owner = (officers.coordinator, officers.colleague, None)[(place + number) % 3]
            follow_up = _day(when, number, today) if number < 3 else None
            plan = Plan(owner.user_id if owner else None, follow_up, line if follow_up else "")
            now = midnight - timedelta(hours=7)
            set_duty(session, thing, plan, actor=officers.coordinator, now=now)


def _day(when: str, number: int, today: date) -> date:
    if when == SOON:
        return today + timedelta(days=number)
    return fiscal_year_days(fiscal_year(today) + 1)[0] + timedelta(days=number)


def _first(kind: type[Subject], state: Any) -> sa.Select[Any]:
    if kind is Candidate:
        query = sa.select(Candidate).join(Membership, Membership.candidate_id == Candidate.id)
        return query.where(Membership.state == state).order_by(Candidate.id).limit(1)
    model: Any = kind
    return sa.select(model).where(model.state == state).order_by(model.id).limit(1)
