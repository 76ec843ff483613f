"""Some people have answered the self-check of a DX推進リーダー: one wholly, others in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..candidates.models import Candidate, CandidateSkill, Membership
from ..db import Session
from ..permissions import Actor, Role
from ..selfchecks.questions import GROUPS, Answer
from ..selfchecks.service import Said, save_group
from ..states import MembershipState

_PARTLY, _NO = Said(Answer.PARTLY, "係の中では行った。"), Said(Answer.NO)
LINES: Mapping[str, str] = {
    "explained_work": "転入の手順と根拠の条例を図にし、税務課と福祉課に説明した（令和3年度）。",
    "made_budget": "窓口システムの更新の予算要求書と仕様書を作った（令和元年度）。",
    "prepared_procedure": "番号法の評価書の見直しで、各課の期限を決めた（令和2年度）。",
    "listened": "証明窓口の職員8人に聞き取り、困りごとを一覧にした。",
    "drew_steps": "保育の申請の手順を表にし、二重の入力を一つやめた。",
    "wrote_requirements": "税の還付の事務を、業者が見積もれる要件に書き直した。",
    "plain_words": "クラウドの移行の説明を、課長会で専門用語なしに行った。",
    "made_agreement": "申請書の統一で、5課の様式を一つにまとめた。",
    "taught": "表計算の手引きを作り、各課の推進員に3回教えた。",
}
ANSWERED = 4  # people
_HELD: Sequence[int] = (4, 2, 1, 3)  # groups that each has answered


def answer_checks(session: Session, prefecture_code: str, midnight: datetime) -> None:
    query = (
        sa.select(Candidate)
        .join(Membership, Membership.candidate_id == Candidate.id)
        .join(CandidateSkill, CandidateSkill.candidate_id == Candidate.id)
        .where(
            Membership.prefecture_code == prefecture_code,
            Membership.state == MembershipState.ACTIVE,
            Candidate.user_id.is_not(None),
            CandidateSkill.skill == "bridging",
            CandidateSkill.level >= 3,
        )
        .order_by(Candidate.id)
        .limit(ANSWERED)
    )
    for number, person in enumerate(session.scalars(query)):
        actor = Actor(person.user_id, Role.CANDIDATE, prefecture_code)
        for place, group in enumerate(GROUPS[: _HELD[number]]):
            said = {code: _said(code, place + number) for code in group.questions}
            now = midnight - timedelta(hours=6, minutes=10 * (number + 1) - place)
            save_group(session, person, group, said, actor=actor, now=now)


def _said(code: str, turn: int) -> Said:
    if code in LINES:
        return Said(Answer.YES, LINES[code])
    return _PARTLY if turn % 2 else _NO
