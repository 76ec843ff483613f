"""Where the signed-in person's registration stands: what it means, what comes next, one button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ..candidates import submitting
from ..candidates.merged import find_merge
from ..candidates.models import Candidate, Membership
from ..candidates.service import find_membership
from ..candidates.standing import standings
from ..candidates.steps import Step
from ..dates import local_date
from ..db import Session
from ..language import Words
from ..permissions import Actor
from ..standing import MembershipStanding
from ..states import MembershipState


@dataclass(frozen=True, slots=True)
class Situation:
    title: Words
    text: Words
    button: Words
    endpoint: str = "candidates.show_profile"
    parameters: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False  # for the person
    standing: MembershipStanding | None = None  # none before the registration is begun
    lacking: Sequence[Step] = ()
    reason: str | None = None  # code of profile_return_reason
    comment: str = ""
    since: datetime | None = None
    until: date | None = None  # last day of the registration


@dataclass(frozen=True, slots=True)
class _Meaning:
    title: Words
    text: Words
    button: Words = ("登録情報を見る", "See your registration")
    endpoint: str = "candidates.show_profile"
    parameters: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False


_STEP = "candidates.show_step"
_UNBEGUN = _Meaning(
    ("登録はまだ始まっていません", "You have not begun to register"),
    ("6つの段階に分けて入力し、申請してください。途中で保存できます。",
     "Fill in the six steps and submit. You can save and go on later."),
    ("登録情報の入力を始める", "Begin"), _STEP, {"step": str(Step.BASICS)}, waits=True,
)  # fmt: skip
_COMPLETE = _Meaning(
    ("入力がそろいました。まだ申請していません", "Everything is filled in, but not submitted"),
    ("申請すると、県の担当者が内容を確かめます。", "Once you submit, the prefecture reviews it."),
    ("登録情報を見て申請する", "See it and submit"), waits=True,
)  # fmt: skip
_MERGED = _Meaning(
    ("この登録は、別の登録に統合されています", "This registration was merged into another of yours"),
    ("あなたのもう一つの登録でログインしてください。心当たりがないときは、県の担当窓口に連絡してください。",
     "Sign in with your other account. If you do not know of one, contact the prefecture's office."),
)  # fmt: skip
_MS = MembershipStanding
MEANINGS: Mapping[MembershipStanding, _Meaning] = {
    _MS.DRAFT: _Meaning(
        ("登録の入力の途中です", "Your registration is not complete"),
        ("足りないところを入力すると、申請できます。", "You can submit once the rest is filled in."),
        ("続きを入力する", "Go on"), _STEP, waits=True,
    ),
    _MS.RETURNED: _Meaning(
        ("登録情報が差し戻されています", "Your registration was returned"),
        ("理由を読んで直し、もう一度申請してください。", "Read why, change it and submit it again."),
        ("登録情報を直す", "Change it"), waits=True,
    ),
    _MS.APPLIED: _Meaning(
        ("県の担当者が確認しています", "The prefecture is reviewing your registration"),
        ("結果が出ると、この画面に示されます。", "The result will be shown here."),
    ),
    _MS.ACTIVE: _Meaning(
        ("登録されています", "You are registered"),
        ("マッチングの対象です。経歴・技能・稼働できる月が変わったときは、登録情報を直してください。",
         "You are included in matching. Change your registration when your career, skills or months change."),
    ),
    _MS.PAUSED: _Meaning(
        ("今月は休止中です", "You are pausing this month"),
        ("登録は続いています。休止している月には、新しい打診はありません。",
         "You stay registered. Nothing new is offered for the months of the pause."),
        ("稼働を見る", "See your months"), "candidates.show_availability",
    ),
    _MS.EXPIRED: _Meaning(
        ("登録の期限が切れています", "Your registration has expired"),
        ("マッチングの対象になりません。続けるときは、県の担当窓口に期限の変更を申し出てください。",
         "You are not included in matching. Ask the prefecture's office to extend it if you wish to go on."),
    ),
    _MS.UNCONSENTED: _Meaning(
        ("マッチングでの利用への同意がありません", "You have not consented to be matched"),
        ("同意するまで、マッチングの対象になりません。", "You are not included in matching until you do."),
        ("同意の画面を開く", "Open the consents"), _STEP, {"step": str(Step.CONSENTS)}, waits=True,
    ),
    _MS.NOT_ACCEPTED: _Meaning(
        ("今回は登録が見送られました", "Your registration was not accepted"),
        ("マッチングの対象になりません。登録情報の画面から、もう一度申し込めます。",
         "You are not included in matching. You can apply again from your registration."),
    ),
    _MS.LEFT: _Meaning(
        ("退会しています", "You have left the pool"),
        ("マッチングの対象になりません。登録情報の画面から、もう一度申し込めます。",
         "You are not included in matching. You can apply again from your registration."),
    ),
}  # fmt: skip
_EXPLAINED = {_MS.RETURNED, _MS.NOT_ACCEPTED}
_DATED = {_MS.ACTIVE, _MS.PAUSED, _MS.EXPIRED, _MS.UNCONSENTED}


def situation_of(
    session: Session, actor: Actor, candidate: Candidate | None, *, now: datetime
) -> Situation:
    """`candidate`: the profile of the person who is signed in."""
    membership = find_membership(candidate, actor.prefecture_code) if candidate else None
    if candidate is None or membership is None:
        return _situation(_UNBEGUN, None, None)
    if membership.state is MembershipState.LEFT and find_merge(session, candidate) is not None:
        return _situation(_MERGED, MembershipStanding.LEFT, membership)
    standing = standings(session, [membership], local_date(now))[membership.id]
    if standing is _MS.DRAFT:
        return _of_draft(session, candidate, membership, now)
    return _situation(MEANINGS[standing], standing, membership)


def _of_draft(
    session: Session, candidate: Candidate, membership: Membership, now: datetime
) -> Situation:
    missing = submitting.list_missing(session, candidate, membership.prefecture_code, now=now)
    lacking = list(dict.fromkeys(one.step for one in missing))
    if not lacking:
        return _situation(_COMPLETE, _MS.DRAFT, membership)
    meaning = MEANINGS[_MS.DRAFT]
    return _situation(meaning, _MS.DRAFT, membership, {"step": str(lacking[0])}, lacking)


def _situation(
    meaning: _Meaning,
    standing: MembershipStanding | None,
    membership: Membership | None,
    parameters: Mapping[str, str] | None = None,
    lacking: Sequence[Step] = (),
) -> Situation:
    row = membership
    return Situation(
        meaning.title, meaning.text, meaning.button, meaning.endpoint,
        parameters or meaning.parameters, meaning.waits, standing, lacking,
        reason=row.review_reason if row and standing in _EXPLAINED else None,
        comment=row.review_comment if row and standing in _EXPLAINED else "",
        since=row.applied_at if row and standing is _MS.APPLIED else None,
        until=row.active_until if row and standing in _DATED else None,
    )  # fmt: skip
