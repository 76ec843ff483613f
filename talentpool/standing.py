"""Where a thing stands for its readers: the stored state and what follows from dates, seats and consents.

What follows is decided in SQL, once for each model, in `standing.py` of its feature; here are the words. A person, a
town and the prefecture read different ones for the same state. A reader who never sees a state has none for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from .language import Words
from .permissions import Role
from .states import (
    MACHINES,
    AdditionState,
    Audience,
    ConsultationState,
    CounterState,
    CredentialState,
    EngagementState,
    JointState,
    MembershipState,
    NeedState,
    PlacementState,
    PlanChangeState,
    QuestionState,
    ReviewState,
    WorkLogState,
)


class Reader(StrEnum):
    PERSON = "person"
    TOWN = "town"
    STAFF = "staff"


_READERS = {Role.CANDIDATE: Reader.PERSON, Role.MUNICIPALITY: Reader.TOWN}


def reader_of(role: Role | None) -> Reader:
    return _READERS.get(role, Reader.STAFF) if role else Reader.STAFF


class MembershipStanding(StrEnum):
    """States of a membership; who is active may be more than that, the first that is true."""

    DRAFT = MembershipState.DRAFT
    APPLIED = MembershipState.APPLIED
    ACTIVE = MembershipState.ACTIVE
    EXPIRED = "expired"  # the last day is over
    UNCONSENTED = "unconsented"  # no consent to be matched
    PAUSED = "paused"  # this month is one of a pause
    RETURNED = MembershipState.RETURNED
    NOT_ACCEPTED = MembershipState.NOT_ACCEPTED
    LEFT = MembershipState.LEFT


class NeedStanding(StrEnum):
    """States of a need; what follows from a return and from its seats."""

    DRAFT = NeedState.DRAFT
    RETURNED = "returned"  # a draft that the prefecture sent back
    SUBMITTED = NeedState.SUBMITTED
    OPEN = NeedState.OPEN
    UNDER_WAY = "under_way"  # open, somebody is asked or confirmed for every seat
    FILLED = "filled"  # open, every seat is confirmed
    ON_HOLD = NeedState.ON_HOLD
    CLOSED = NeedState.CLOSED


class PlacementStanding(StrEnum):
    """States of a placement; what follows from a return, and from the last month of a need that is confirmed."""

    SUGGESTED = PlacementState.SUGGESTED
    RETURNED = "returned"  # a suggestion that the approver sent back to be drafted again
    PROPOSED = PlacementState.PROPOSED
    APPROVED = PlacementState.APPROVED
    OFFERED = PlacementState.OFFERED
    INTRODUCED = PlacementState.INTRODUCED
    AGREED = PlacementState.AGREED
    CONFIRMED = PlacementState.CONFIRMED
    FINISHED = PlacementState.FINISHED
    NOT_ADVANCED = PlacementState.NOT_ADVANCED
    REFUSED = PlacementState.REFUSED
    DECLINED_BY_CANDIDATE = PlacementState.DECLINED_BY_CANDIDATE
    DECLINED_BY_TOWN = PlacementState.DECLINED_BY_TOWN
    LAPSED = PlacementState.LAPSED
    WITHDRAWN = PlacementState.WITHDRAWN
    REVOKED = PlacementState.REVOKED
    SUPERSEDED = PlacementState.SUPERSEDED


_MS, _NS, _PS = MembershipStanding, NeedStanding, PlacementStanding
_ES, _LS, _CS, _KS = EngagementState, WorkLogState, PlanChangeState, CounterState
_AS = AdditionState
_SS = ConsultationState

# What staff read of the stored states stands beside the machines.
_STAFF: Mapping[type[StrEnum], Mapping[StrEnum, Words]] = {
    _MS: {
        _MS.EXPIRED: ("期限切れ", "Expired"),
        _MS.UNCONSENTED: ("同意なし", "Without consent"),
        _MS.PAUSED: ("休止中", "Pausing"),
    },
    _NS: {
        _NS.RETURNED: ("差戻し中", "Returned"),
        _NS.UNDER_WAY: ("手続き中", "Places under way"),
        _NS.FILLED: ("充足", "Filled"),
    },
    _PS: {
        _PS.RETURNED: ("差戻しあり", "Returned"),
    },
}

_ENGAGED: Mapping[StrEnum, Words] = {  # for both who work together
    _ES.PREPARING: ("準備中", "Preparing"),
    _ES.ACTIVE: ("活動中", "Active"),
    _ES.SUSPENDED: ("休止中", "Suspended"),
    _ES.ENDED: ("終了", "Ended"),
}

_VS = ReviewState
_DS = CredentialState
_REVIEWED: Mapping[StrEnum, Words] = {  # for both who work together
    _VS.ASKED: ("回答待ち", "Waiting for an answer"),
    _VS.GIVEN: ("回答しました", "Answered"),
    _VS.SHOWN: ("双方が見られます", "Both sides can read it"),
    _VS.CONTESTED: ("県が異議を確かめています", "The prefecture is looking at a contest"),
    _VS.KEPT: ("異議は認められませんでした", "The contest was not upheld"),
    _VS.VOID: ("異議が認められました", "The contest was upheld"),
    _VS.MISSED: ("回答がありませんでした", "There was no answer"),
}
_CHANGED: Mapping[StrEnum, Words] = {  # of a change of what was agreed, for both
    _CS.PROPOSED: ("県が検討しています", "Being decided by the prefecture"),
    _CS.OPEN: ("双方の承諾待ち", "Waiting for both sides"),
    _CS.DONE: ("延長済み", "Extended"),
    _CS.REFUSED: ("延長しないことになりました", "Not extended"),
    _CS.WITHDRAWN: ("取り下げられました", "Withdrawn"),
    _CS.DECLINED: ("承諾されませんでした", "Not agreed"),
}

_PROPOSED: Mapping[StrEnum, Words] = {  # for both between whom conditions are proposed
    _KS.REVIEW: ("県が確かめています", "The prefecture is checking it"),
    _KS.PROPOSED: ("県が判断しています", "The prefecture is deciding on it"),
    _KS.ASKED: ("相手の返事待ち", "Waiting for the other side"),
    _KS.ACCEPTED: ("合意しました", "Accepted"),
    _KS.DECLINED: ("合意しませんでした", "Not accepted"),
    _KS.LAPSED: ("返事がなく終了", "Ended without an answer in time"),
    _KS.WITHDRAWN: ("取下げ", "Withdrawn"),
    _KS.REFUSED: ("県が認めませんでした", "Not allowed by the prefecture"),
    _KS.SUPERSEDED: ("終了", "Ended"),
}

_SHOWN: Mapping[StrEnum, Words] = {  # of what shows a skill or a training
    _DS.SAID: ("県の確認待ち", "Waiting for the prefecture"),
    _DS.DOCUMENTED: ("県が書類で確認しました", "Seen on paper by the prefecture"),
    _DS.CONFIRMED: ("確かめる先が認めました", "Confirmed by the office that was asked"),
    _DS.REFUSED: ("認められませんでした", "Not accepted"),
    _DS.EXPIRED: ("期限切れ", "Expired"),
    _DS.WITHDRAWN: ("取り下げました", "Withdrawn"),
}

_ADDED: Mapping[StrEnum, Words] = {  # of more half-days in a month, for both
    _AS.REVIEW: ("県が確かめています", "The prefecture is checking it"),
    _AS.PROPOSED: ("県が判断しています", "The prefecture is deciding on it"),
    _AS.ASKED: ("相手の返事待ち", "Waiting for the other side"),
    _AS.DONE: ("追加しました", "Added"),
    _AS.DECLINED: ("合意しませんでした", "Not accepted"),
    _AS.WITHDRAWN: ("取下げ", "Withdrawn"),
    _AS.REFUSED: ("県が認めませんでした", "Not allowed by the prefecture"),
    _AS.SUPERSEDED: ("終了", "Ended"),
}

_ASKED: Mapping[StrEnum, Words] = {  # for whoever may read a question
    QuestionState.ASKED: ("回答待ち", "Waiting for an answer"),
    QuestionState.ANSWERED: ("回答済み", "Answered"),
    QuestionState.WITHDRAWN: ("取下げ", "Withdrawn"),
    QuestionState.DISMISSED: ("取り上げられませんでした", "Not taken up"),
}

_PERSON: Mapping[type[StrEnum], Mapping[StrEnum, Words]] = {
    QuestionState: _ASKED,
    _CS: _CHANGED,
    _KS: _PROPOSED,
    _DS: _SHOWN,
    _AS: _ADDED,
    _ES: _ENGAGED,
    _VS: _REVIEWED,
    _LS: {
        _LS.DRAFT: ("書きかけ", "Draft"),
        _LS.SENT: ("市町が確かめています", "The municipality is checking it"),
        _LS.RETURNED: ("差戻し", "Returned to you"),
        _LS.CLOSED: ("確認済み", "Signed"),
    },
    _MS: {
        _MS.DRAFT: ("入力中", "Being filled in"),
        _MS.APPLIED: ("県の確認待ち", "Waiting for the prefecture"),
        _MS.ACTIVE: ("登録中", "Registered"),
        _MS.EXPIRED: ("登録の期限切れ", "Registration expired"),
        _MS.UNCONSENTED: ("同意待ち", "Waiting for your consent"),
        _MS.PAUSED: ("休止中", "Pausing"),
        _MS.RETURNED: ("差戻し", "Returned to you"),
        _MS.NOT_ACCEPTED: ("登録見送り", "Not accepted"),
        _MS.LEFT: ("退会", "Left"),
    },
    _PS: {
        _PS.OFFERED: ("あなたの返事待ち", "Waiting for your answer"),
        _PS.INTRODUCED: ("市町の返事待ち", "Waiting for the municipality's answer"),
        _PS.AGREED: ("確定の手続き中", "Being settled"),
        _PS.CONFIRMED: ("確定しました", "Confirmed"),
        _PS.FINISHED: ("活動が終わりました", "Assignment over"),
        _PS.DECLINED_BY_CANDIDATE: ("辞退しました", "You declined"),
        _PS.DECLINED_BY_TOWN: ("市町が見送りました", "Not taken on by the municipality"),
        _PS.LAPSED: ("期限までに返事がなく終了", "Ended without an answer in time"),
        _PS.REVOKED: ("取り消されました", "Called off"),
        _PS.SUPERSEDED: ("終了しました", "Ended"),
    },
}

_TOWN: Mapping[type[StrEnum], Mapping[StrEnum, Words]] = {
    QuestionState: _ASKED,
    JointState: {
        JointState.ASKED: ("同意待ち", "Asked to agree"),
        JointState.AGREED: ("同意済み", "Agreed"),
        JointState.DECLINED: ("参加しない", "Does not take part"),
        JointState.LEAVING: ("離脱の申出中", "Asks to leave"),
    },
    _SS: {
        _SS.DRAFT: ("下書き", "Draft"),
        _SS.SENT: ("県の返事待ち", "Waiting for the prefecture"),
        _SS.ASKED: ("県から質問があります", "The prefecture asks you something"),
        _SS.ANSWERED: ("県の返事があります", "The prefecture has answered"),
        _SS.REFERRED: ("事業の案内があります", "The prefecture names a programme"),
        _SS.SORTING: ("県といっしょに要件を整理中", "Requirements being worked out together"),
        _SS.CLOSED: ("終了", "Closed"),
    },
    _CS: _CHANGED,
    _KS: _PROPOSED,
    _AS: _ADDED,
    _ES: _ENGAGED,
    _VS: _REVIEWED,
    _LS: {
        _LS.DRAFT: ("本人が書いています", "Being written by the person"),
        _LS.SENT: ("あなたの確認待ち", "Waiting for you to sign"),
        _LS.RETURNED: ("本人に差し戻しました", "Returned to the person"),
        _LS.CLOSED: ("確認済み", "Signed"),
    },
    _NS: {
        _NS.DRAFT: ("下書き", "Draft"),
        _NS.RETURNED: ("差戻し", "Returned to you"),
        _NS.SUBMITTED: ("県の確認待ち", "Waiting for the prefecture"),
        _NS.OPEN: ("公開中", "Open"),
        _NS.UNDER_WAY: ("手続き中", "Places under way"),
        _NS.FILLED: ("充足", "Filled"),
        _NS.ON_HOLD: ("県が保留中", "On hold at the prefecture"),
        _NS.CLOSED: ("終了", "Closed"),
    },
    _PS: {
        _PS.OFFERED: ("打診中", "The person is asked"),
        _PS.INTRODUCED: ("返事をお待ちしています", "Waiting for your answer"),
        _PS.AGREED: ("確定の手続き中", "Being settled"),
        _PS.CONFIRMED: ("確定", "Confirmed"),
        _PS.FINISHED: ("活動終了", "Assignment over"),
        _PS.DECLINED_BY_CANDIDATE: ("本人が辞退", "Declined by the person"),
        _PS.DECLINED_BY_TOWN: ("見送りました", "You did not take them on"),
        _PS.LAPSED: ("期限切れで終了", "Ended without an answer in time"),
        _PS.REVOKED: ("取消し", "Called off"),
        _PS.SUPERSEDED: ("終了", "Ended"),
    },
}

STATES: Mapping[type[StrEnum], type[StrEnum]] = {
    _MS: MembershipState,
    _NS: NeedState,
    _PS: PlacementState,
}


def _words() -> Mapping[type[StrEnum], Mapping[Reader, Mapping[StrEnum, Words]]]:
    """By machine or standing, reader and member; a stored state reads as the standing of its name."""
    found = {states: _by_reader(states, machine.labels) for states, machine in MACHINES.items()}
    for standing, states in STATES.items():
        labels = {**MACHINES[states].labels, **_STAFF[standing]}
        found[standing] = found[states] = _by_reader(standing, labels)
    return found


def _by_reader(
    key: type[StrEnum], staff: Mapping[StrEnum, Words]
) -> dict[Reader, dict[StrEnum, Words]]:
    rows = {Reader.STAFF: dict(staff)}
    for reader, table in ((Reader.PERSON, _PERSON), (Reader.TOWN, _TOWN)):
        if key in table:
            rows[reader] = dict(table[key])
    return rows


WORDS = _words()

AUDIENCE_LABELS: Mapping[Audience, Words] = {  # who is told of a step
    Audience.CANDIDATE: ("登録者本人", "The person"),
    Audience.MUNICIPALITY: ("市町の担当者", "Municipal officers"),
    Audience.COORDINATOR: ("県の担当者", "Coordinators of the prefecture"),
    Audience.APPROVER: ("県の決裁者", "Approvers of the prefecture"),
}


def words_of(thing: StrEnum, reader: Reader) -> Words:
    return WORDS[type(thing)][reader][thing]
