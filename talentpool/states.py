"""Every state machine of the product as a table, and `move`, the only code that sets a state.

Pages draw their buttons from the same tables; docs/workflow.md is generated from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from . import audit
from .db import Base, Session
from .errors import Conflict, Forbidden, Refused
from .language import named, say
from .permissions import Action, Actor, Role, can, require, scope_of


class MembershipState(StrEnum):
    DRAFT = "draft"
    APPLIED = "applied"
    ACTIVE = "active"
    RETURNED = "returned"
    NOT_ACCEPTED = "not_accepted"
    LEFT = "left"


class NeedState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class JointState(StrEnum):
    """Of a member town of a joint need."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    LEAVING = "leaving"  # after the publication: its lead town decides


class RoundState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    OPTIMAL = "optimal"
    FEASIBLE_WITH_GAP = "feasible_with_gap"
    NOTHING_FILLABLE = "nothing_fillable"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPLORED = "explored"  # what-if: there is no way on to ADOPTED
    ADOPTED = "adopted"
    DISCARDED = "discarded"


class PlacementState(StrEnum):
    SUGGESTED = "suggested"
    PROPOSED = "proposed"
    APPROVED = "approved"
    OFFERED = "offered"
    INTRODUCED = "introduced"
    AGREED = "agreed"
    CONFIRMED = "confirmed"
    FINISHED = "finished"
    NOT_ADVANCED = "not_advanced"
    REFUSED = "refused"
    DECLINED_BY_CANDIDATE = "declined_by_candidate"
    DECLINED_BY_TOWN = "declined_by_town"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class EngagementState(StrEnum):
    PREPARING = "preparing"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class WorkLogState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    RETURNED = "returned"
    CLOSED = "closed"


class ReviewState(StrEnum):
    ASKED = "asked"
    GIVEN = "given"  # the other side has not answered, and there is time
    SHOWN = "shown"  # to the other side
    CONTESTED = "contested"
    KEPT = "kept"
    VOID = "void"
    MISSED = "missed"


class PlanChangeState(StrEnum):
    PROPOSED = "proposed"
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class QuestionState(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"


class CounterState(StrEnum):
    REVIEW = "review"
    PROPOSED = "proposed"
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class CredentialState(StrEnum):
    SAID = "said"
    DOCUMENTED = "documented"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class AdditionState(StrEnum):
    REVIEW = "review"
    PROPOSED = "proposed"
    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class ConsultationState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ASKED = "asked"
    ANSWERED = "answered"
    REFERRED = "referred"
    SORTING = "sorting"
    CLOSED = "closed"


class Audience(StrEnum):
    """Who is told of a change."""

    CANDIDATE = "candidate"
    MUNICIPALITY = "municipality"
    COORDINATOR = "coordinator"
    APPROVER = "approver"


@dataclass(frozen=True, slots=True)
class Transition:
    verb: str
    ja: str  # label of the button
    en: str
    sources: frozenset[StrEnum]
    target: StrEnum
    action: Action
    reasons: str | None = None  # vocabulary of reason codes; a reason is then required
    notice: tuple[Audience, ...] = ()
    has_comment: bool = False
    is_end: bool = False
    is_danger: bool = False
    is_automatic: bool = False  # follows from something else: no button leads to it
    proxy: Action | None = None  # the right of who takes it for somebody else

    @property
    def asks_comment(self) -> bool:
        return self.has_comment or self.reasons is not None


@dataclass(frozen=True, slots=True)
class Machine:
    name: str
    states: type[StrEnum]
    labels: Mapping[StrEnum, tuple[str, str]]
    transitions: tuple[Transition, ...]

    @property
    def steps(self) -> Mapping[str, Transition]:
        """By verb."""
        return {step.verb: step for step in self.transitions}

    def transition(self, verb: str, state: StrEnum) -> Transition | None:
        step = self.steps.get(verb)
        return step if step is not None and state in step.sources else None

    def entry(self, step: Transition) -> audit.Entry:
        """What the audit chain says of a step."""
        return audit.Entry(f"{self.name}.{step.verb}", step.ja, step.en)

    def by_hand(self) -> Sequence[Transition]:
        """The steps that somebody takes by a button."""
        return [step for step in self.transitions if not step.is_automatic]


def _step(
    verb: str,
    labels: tuple[str, str],
    sources: StrEnum | Iterable[StrEnum],
    target: StrEnum,
    action: Action,
    **more: Any,
) -> Transition:
    froms = frozenset([sources]) if isinstance(sources, StrEnum) else frozenset(sources)
    return Transition(verb, labels[0], labels[1], froms, target, action, **more)


_MS, _NS, _RS, _PS = MembershipState, NeedState, RoundState, PlacementState
_ES, _LS = EngagementState, WorkLogState

_GOING_ON = frozenset({_MS.DRAFT, _MS.APPLIED, _MS.RETURNED, _MS.ACTIVE})

MEMBERSHIP = Machine(
    "membership",
    MembershipState,
    {
        _MS.DRAFT: ("下書き", "Draft"),
        _MS.APPLIED: ("確認待ち", "Waiting for review"),
        _MS.ACTIVE: ("登録中", "Active"),
        _MS.RETURNED: ("差戻し", "Returned"),
        _MS.NOT_ACCEPTED: ("登録見送り", "Not accepted"),
        _MS.LEFT: ("退会", "Left"),
    },
    (
        _step("submit", ("申請する", "Submit"), {_MS.DRAFT, _MS.RETURNED}, _MS.APPLIED,
              Action.EDIT_PROFILE, notice=(Audience.COORDINATOR,)),
        _step("activate", ("登録を認める", "Activate"), _MS.APPLIED, _MS.ACTIVE,
              Action.REVIEW_PROFILE, notice=(Audience.CANDIDATE,)),
        _step("return", ("差し戻す", "Return"), _MS.APPLIED, _MS.RETURNED, Action.REVIEW_PROFILE,
              reasons="profile_return_reason", notice=(Audience.CANDIDATE,)),
        _step("decline", ("登録を見送る", "Do not accept"), _MS.APPLIED, _MS.NOT_ACCEPTED,
              Action.REVIEW_PROFILE, reasons="profile_return_reason",
              notice=(Audience.CANDIDATE,), is_danger=True),
        _step("leave", ("退会する", "Leave"),
              {_MS.DRAFT, _MS.APPLIED, _MS.RETURNED, _MS.ACTIVE}, _MS.LEFT, Action.EDIT_PROFILE,
              notice=(Audience.COORDINATOR,), is_danger=True),
        _step("merge", ("別の登録に統合する", "Merge into another"), _GOING_ON, _MS.LEFT,
              Action.MERGE_PEOPLE, is_end=True, is_automatic=True),
        *(
            _step(f"unmerge_{state}", ("統合を取り消す", "Undo the merge"), _MS.LEFT, state,
                  Action.MERGE_PEOPLE, is_automatic=True)
            for state in sorted(_GOING_ON)
        ),
        _step("reapply", ("もう一度申し込む", "Apply again"), {_MS.NOT_ACCEPTED, _MS.LEFT},
              _MS.DRAFT, Action.EDIT_PROFILE),
    ),
)  # fmt: skip

NEED = Machine(
    "need",
    NeedState,
    {
        _NS.DRAFT: ("下書き", "Draft"),
        _NS.SUBMITTED: ("確認待ち", "Waiting for review"),
        _NS.OPEN: ("公開中", "Open"),
        _NS.ON_HOLD: ("保留", "On hold"),
        _NS.CLOSED: ("終了", "Closed"),
    },
    (
        _step("submit", ("申請する", "Submit"), _NS.DRAFT, _NS.SUBMITTED, Action.EDIT_NEED,
              notice=(Audience.COORDINATOR,)),
        _step("publish", ("公開する", "Publish"), _NS.SUBMITTED, _NS.OPEN, Action.REVIEW_NEED,
              notice=(Audience.MUNICIPALITY,)),
        _step("return", ("差し戻す", "Return"), _NS.SUBMITTED, _NS.DRAFT, Action.REVIEW_NEED,
              reasons="need_return_reason", notice=(Audience.MUNICIPALITY,)),
        _step("hold", ("保留にする", "Put on hold"), _NS.OPEN, _NS.ON_HOLD, Action.REVIEW_NEED,
              notice=(Audience.MUNICIPALITY,)),
        _step("resume", ("再開する", "Resume"), _NS.ON_HOLD, _NS.OPEN, Action.REVIEW_NEED,
              notice=(Audience.MUNICIPALITY,)),
        _step("withdraw", ("取り下げる", "Withdraw"),
              {_NS.DRAFT, _NS.SUBMITTED, _NS.OPEN, _NS.ON_HOLD}, _NS.CLOSED, Action.EDIT_NEED,
              reasons="need_withdrawal_reason", notice=(Audience.COORDINATOR,), is_end=True,
              is_danger=True),
        _step("close", ("募集を終了する", "Close"), {_NS.OPEN, _NS.ON_HOLD}, _NS.CLOSED,
              Action.REVIEW_NEED, reasons="need_close_reason",
              notice=(Audience.MUNICIPALITY,), is_end=True, is_danger=True),
        _step("reopen", ("再び公開する", "Open again"), _NS.CLOSED, _NS.OPEN, Action.REVIEW_NEED,
              reasons="need_reopen_reason", notice=(Audience.MUNICIPALITY,)),
    ),
)  # fmt: skip

_JS = JointState
JOINED = frozenset({_JS.AGREED, _JS.LEAVING})  # bound by its share as long as the need stands
_JOINT_TOLD = (Audience.MUNICIPALITY, Audience.COORDINATOR)

JOINT_MEMBER = Machine(
    "joint_member",
    JointState,
    {
        _JS.ASKED: ("同意待ち", "Asked to agree"),
        _JS.AGREED: ("同意済み", "Agreed"),
        _JS.DECLINED: ("参加しない", "Does not take part"),
        _JS.LEAVING: ("離脱の申出中", "Asks to leave"),
    },
    (
        _step("ask", ("同意を求める", "Ask to agree"), frozenset(_JS) - {_JS.LEAVING}, _JS.ASKED,
              Action.ASK_JOINT, notice=(Audience.MUNICIPALITY,), is_automatic=True),
        _step("agree", ("分担に同意する", "Agree to the share"), {_JS.ASKED, _JS.DECLINED},
              _JS.AGREED, Action.ANSWER_JOINT, notice=(Audience.MUNICIPALITY,)),
        _step("decline", ("参加しない", "Do not take part"), {_JS.ASKED, _JS.AGREED},
              _JS.DECLINED, Action.ANSWER_JOINT, notice=_JOINT_TOLD, has_comment=True,
              is_danger=True),
        _step("leave", ("抜けたいと申し出る", "Ask to leave"), _JS.AGREED, _JS.LEAVING,
              Action.ANSWER_JOINT, notice=_JOINT_TOLD, has_comment=True, is_danger=True),
        _step("stay", ("申出を取り下げる", "Stay after all"), _JS.LEAVING, _JS.AGREED,
              Action.ANSWER_JOINT, notice=_JOINT_TOLD),
    ),
)  # fmt: skip

SOLVED = frozenset({_RS.OPTIMAL, _RS.FEASIBLE_WITH_GAP})  # waits to be adopted
EXPLORING = frozenset(  # what a what-if can be
    {_RS.QUEUED, _RS.RUNNING, _RS.EXPLORED, _RS.FAILED, _RS.CANCELLED, _RS.DISCARDED}
)

ROUND = Machine(
    "round",
    RoundState,
    {
        _RS.QUEUED: ("待機中", "Queued"),
        _RS.RUNNING: ("計算中", "Running"),
        _RS.OPTIMAL: ("最適", "Optimal"),
        _RS.FEASIBLE_WITH_GAP: ("最適か未確認", "Not proved the best"),
        _RS.NOTHING_FILLABLE: ("割当なし", "Nothing can be filled"),
        _RS.FAILED: ("失敗", "Failed"),
        _RS.CANCELLED: ("中止", "Cancelled"),
        _RS.EXPLORED: ("試算済み", "Explored"),
        _RS.ADOPTED: ("採用済み", "Adopted"),
        _RS.DISCARDED: ("破棄", "Discarded"),
    },
    (
        _step("start", ("計算を始める", "Start"), {_RS.QUEUED, _RS.RUNNING}, _RS.RUNNING,
              Action.RUN_ROUND, is_automatic=True),
        _step("prove", ("最適を証明", "Prove"), _RS.RUNNING, _RS.OPTIMAL, Action.RUN_ROUND,
              is_automatic=True),
        _step("stop_short", ("証明に至らず終了", "End without a proof"), _RS.RUNNING, _RS.FEASIBLE_WITH_GAP,
              Action.RUN_ROUND, is_automatic=True),
        _step("halt", ("中止（途中の案あり）", "Cancelled with a plan"), _RS.RUNNING,
              _RS.FEASIBLE_WITH_GAP, Action.RUN_ROUND, is_automatic=True),
        _step("come_up_empty", ("割当なし", "Nothing"), _RS.RUNNING, _RS.NOTHING_FILLABLE,
              Action.RUN_ROUND, is_end=True, is_automatic=True),
        _step("explore", ("試算を終える", "Explore"), _RS.RUNNING, _RS.EXPLORED,
              Action.RUN_ROUND, is_automatic=True),
        _step("fail", ("失敗", "Fail"), {_RS.QUEUED, _RS.RUNNING}, _RS.FAILED, Action.RUN_ROUND,
              is_end=True, is_automatic=True),
        _step("cancel", ("中止する", "Cancel"), {_RS.QUEUED, _RS.RUNNING}, _RS.CANCELLED,
              Action.RUN_ROUND, is_end=True, is_danger=True),
        _step("adopt", ("採用する", "Adopt"), SOLVED, _RS.ADOPTED, Action.RUN_ROUND),
        _step("discard", ("破棄する", "Discard"), SOLVED | {_RS.NOTHING_FILLABLE, _RS.EXPLORED},
              _RS.DISCARDED, Action.RUN_ROUND, is_end=True, is_danger=True),
    ),
)  # fmt: skip

UNDECIDED = frozenset({_PS.SUGGESTED, _PS.PROPOSED})  # no approver has said yes
HOLDING = frozenset({_PS.OFFERED, _PS.INTRODUCED, _PS.AGREED})  # a hold on the ledger
PENDING = UNDECIDED | HOLDING | {_PS.APPROVED}  # neither confirmed nor ended
LIVE = PENDING | {_PS.CONFIRMED}
ENDED = frozenset(_PS) - LIVE
SEATED = HOLDING | {_PS.CONFIRMED}  # takes a seat of the need
APPROVED = SEATED | {_PS.APPROVED}  # an approver has said yes
AGREED = frozenset({_PS.AGREED, _PS.CONFIRMED})  # both have said yes: the town may call
NAMED = AGREED | {_PS.INTRODUCED}  # the town knows the name
SERVED = frozenset({_PS.CONFIRMED, _PS.FINISHED})  # has an engagement that counts
TURNED_DOWN = frozenset(  # the pair is not proposed again for the same need
    {_PS.NOT_ADVANCED, _PS.REFUSED, _PS.DECLINED_BY_CANDIDATE, _PS.DECLINED_BY_TOWN}
)

PLACEMENT = Machine(
    "placement",
    PlacementState,
    {
        _PS.SUGGESTED: ("候補", "Suggested"),
        _PS.PROPOSED: ("決裁待ち", "Waiting for approval"),
        _PS.APPROVED: ("決裁済み", "Approved"),
        _PS.OFFERED: ("本人に打診中", "The person is asked"),
        _PS.INTRODUCED: ("市町に紹介中", "The municipality is asked"),
        _PS.AGREED: ("双方合意", "Agreed"),
        _PS.CONFIRMED: ("確定", "Confirmed"),
        _PS.FINISHED: ("活動終了", "Assignment over"),
        _PS.NOT_ADVANCED: ("推薦せず", "Not advanced"),
        _PS.REFUSED: ("却下", "Rejected"),
        _PS.DECLINED_BY_CANDIDATE: ("本人辞退", "Declined by the person"),
        _PS.DECLINED_BY_TOWN: ("市町見送り", "Not taken on"),
        _PS.LAPSED: ("期限切れ", "Lapsed"),
        _PS.WITHDRAWN: ("取下げ", "Withdrawn"),
        _PS.REVOKED: ("取消し", "Revoked"),
        _PS.SUPERSEDED: ("自動終了", "Ended by itself"),
    },
    (
        _step("propose", ("起案する", "Draft"), _PS.SUGGESTED, _PS.PROPOSED,
              Action.DRAFT_PLACEMENT, notice=(Audience.APPROVER,), has_comment=True),
        _step("pass_over", ("推薦しない", "Do not advance"), _PS.SUGGESTED, _PS.NOT_ADVANCED,
              Action.DRAFT_PLACEMENT, reasons="not_proposing_reason", is_end=True, is_danger=True),
        _step("approve", ("承認する", "Approve"), _PS.PROPOSED, _PS.APPROVED,
              Action.APPROVE_PLACEMENT, notice=(Audience.COORDINATOR,), has_comment=True),
        _step("return", ("差し戻す", "Return"), _PS.PROPOSED, _PS.SUGGESTED,
              Action.APPROVE_PLACEMENT, reasons="refusal_reason",
              notice=(Audience.COORDINATOR,)),
        _step("refuse", ("却下する", "Reject"), _PS.PROPOSED, _PS.REFUSED,
              Action.APPROVE_PLACEMENT, reasons="refusal_reason",
              notice=(Audience.COORDINATOR,), is_end=True, is_danger=True),
        _step("withdraw", ("取り下げる", "Withdraw"), {_PS.PROPOSED, _PS.APPROVED}, _PS.WITHDRAWN,
              Action.DRAFT_PLACEMENT, reasons="withdrawal_reason", is_end=True, is_danger=True),
        _step("offer", ("本人に打診する", "Offer"), _PS.APPROVED, _PS.OFFERED,
              Action.APPROVE_PLACEMENT, notice=(Audience.CANDIDATE,), is_automatic=True),
        _step("accept", ("引き受ける", "Accept"), _PS.OFFERED, _PS.INTRODUCED,
              Action.ANSWER_OFFER, notice=(Audience.MUNICIPALITY, Audience.COORDINATOR),
              proxy=Action.RECORD_ANSWER),
        _step("decline", ("辞退する", "Decline"), HOLDING, _PS.DECLINED_BY_CANDIDATE,
              Action.ANSWER_OFFER, reasons="candidate_decline_reason",
              notice=(Audience.COORDINATOR,), is_end=True, is_danger=True,
              proxy=Action.RECORD_ANSWER),
        _step("welcome", ("受け入れる", "Take on"), _PS.INTRODUCED, _PS.AGREED,
              Action.ANSWER_INTRODUCTION, notice=(Audience.CANDIDATE, Audience.COORDINATOR)),
        _step("turn_down", ("見送る", "Do not take on"), _PS.INTRODUCED, _PS.DECLINED_BY_TOWN,
              Action.ANSWER_INTRODUCTION, reasons="town_decline_reason",
              notice=(Audience.CANDIDATE, Audience.COORDINATOR), is_end=True, is_danger=True),
        _step("confirm", ("確定する", "Confirm"), _PS.AGREED, _PS.CONFIRMED,
              Action.CONFIRM_PLACEMENT, notice=(Audience.CANDIDATE, Audience.MUNICIPALITY)),
        _step("revoke", ("取り消す", "Revoke"), HOLDING, _PS.REVOKED, Action.CONFIRM_PLACEMENT,
              reasons="revoke_reason", notice=(Audience.CANDIDATE,), is_end=True, is_danger=True),
        _step("undo", ("取り消す", "Undo"), _PS.CONFIRMED, _PS.REVOKED, Action.CONFIRM_PLACEMENT,
              reasons="revoke_reason", notice=(Audience.CANDIDATE, Audience.MUNICIPALITY),
              is_end=True, is_danger=True),
        _step("finish", ("活動を終える", "Finish"), _PS.CONFIRMED, _PS.FINISHED,
              Action.EXPIRE_PLACEMENT, reasons="engagement_end_reason", is_end=True,
              is_automatic=True),
        _step("lapse", ("期限切れにする", "Lapse"), {_PS.OFFERED, _PS.INTRODUCED}, _PS.LAPSED,
              Action.EXPIRE_PLACEMENT, reasons="lapse_reason",
              notice=(Audience.CANDIDATE, Audience.COORDINATOR), is_end=True, is_automatic=True),
        _step("supersede", ("終わらせる", "Supersede"), PENDING, _PS.SUPERSEDED,
              Action.EXPIRE_PLACEMENT, reasons="supersede_reason", is_end=True, is_automatic=True),
    ),
)  # fmt: skip

RUNNING = frozenset({_ES.PREPARING, _ES.ACTIVE, _ES.SUSPENDED})  # an engagement that has not ended
_BOTH = (Audience.CANDIDATE, Audience.MUNICIPALITY)

ENGAGEMENT = Machine(
    "engagement",
    EngagementState,
    {
        _ES.PREPARING: ("準備中", "Preparing"),
        _ES.ACTIVE: ("活動中", "Active"),
        _ES.SUSPENDED: ("休止中", "Suspended"),
        _ES.ENDED: ("終了", "Ended"),
    },
    (
        _step("start", ("活動を始める", "Start"), _ES.PREPARING, _ES.ACTIVE,
              Action.RUN_ENGAGEMENT, notice=_BOTH),
        _step("suspend", ("休止する", "Suspend"), _ES.ACTIVE, _ES.SUSPENDED,
              Action.RUN_ENGAGEMENT, reasons="suspension_reason", notice=_BOTH),
        _step("resume", ("再開する", "Resume"), _ES.SUSPENDED, _ES.ACTIVE,
              Action.RUN_ENGAGEMENT, notice=_BOTH),
        _step("end", ("終了を決める", "End"), RUNNING, _ES.ENDED, Action.END_ENGAGEMENT,
              reasons="engagement_end_reason", notice=(*_BOTH, Audience.COORDINATOR),
              is_end=True, is_danger=True),
        _step("complete", ("期間が終わる", "Complete"), RUNNING, _ES.ENDED, Action.RUN_ENGAGEMENT,
              notice=(*_BOTH, Audience.COORDINATOR), is_end=True, is_automatic=True),
        _step("undo", ("取り消す", "Undo"), RUNNING, _ES.ENDED, Action.RUN_ENGAGEMENT,
              reasons="revoke_reason", is_end=True, is_automatic=True),
    ),
)  # fmt: skip

_QS = QuestionState

QUESTION = Machine(
    "question",
    QuestionState,
    {
        _QS.ASKED: ("未回答", "Not answered"),
        _QS.ANSWERED: ("回答済み", "Answered"),
        _QS.WITHDRAWN: ("取下げ", "Withdrawn"),
        _QS.DISMISSED: ("取り上げず", "Not taken up"),
    },
    (
        _step("answer", ("回答する", "Answer"), {_QS.ASKED, _QS.ANSWERED}, _QS.ANSWERED,
              Action.ANSWER_QUESTION, notice=(Audience.CANDIDATE,)),
        _step("withdraw", ("質問を取り下げる", "Withdraw the question"), _QS.ASKED, _QS.WITHDRAWN,
              Action.ASK_QUESTION, notice=(Audience.MUNICIPALITY,), is_end=True, is_danger=True),
        _step("dismiss", ("取り上げない", "Do not take it up"), _QS.ASKED, _QS.DISMISSED,
              Action.DISMISS_QUESTION, reasons="question_dismissal_reason",
              notice=(Audience.CANDIDATE, Audience.MUNICIPALITY), is_end=True, is_danger=True),
    ),
)  # fmt: skip

WORK_LOG = Machine(
    "work_log",
    WorkLogState,
    {
        _LS.DRAFT: ("書きかけ", "Draft"),
        _LS.SENT: ("市町の確認待ち", "Waiting for the municipality"),
        _LS.RETURNED: ("差戻し", "Returned"),
        _LS.CLOSED: ("確認済み", "Signed"),
    },
    (
        _step("send", ("送る", "Send"), {_LS.DRAFT, _LS.RETURNED, _LS.SENT}, _LS.SENT,
              Action.LOG_WORK, notice=(Audience.MUNICIPALITY,), is_automatic=True,
              proxy=Action.RECORD_LOG),
        _step("correct", ("直しかける", "Begin to correct"), _LS.RETURNED, _LS.DRAFT,
              Action.LOG_WORK, is_automatic=True, proxy=Action.RECORD_LOG),
        _step("sign", ("確認する", "Sign"), _LS.SENT, _LS.CLOSED, Action.SIGN_LOG,
              notice=(Audience.CANDIDATE,)),
        _step("return", ("差し戻す", "Return"), _LS.SENT, _LS.RETURNED, Action.SIGN_LOG,
              reasons="log_return_reason", notice=(Audience.CANDIDATE,)),
        _step("reopen", ("開き直す", "Reopen"), _LS.CLOSED, _LS.RETURNED, Action.REOPEN_LOG,
              reasons="log_return_reason", notice=_BOTH),
    ),
)  # fmt: skip

_VS = ReviewState
REVIEWS_COUNTED = frozenset({_VS.SHOWN, _VS.KEPT})  # its person has read it, and no contest is open
REVIEWS_OPEN = frozenset(_VS) - {_VS.ASKED, _VS.GIVEN}  # both sides see them
REVIEWS_ANSWERED = frozenset(_VS) - {_VS.ASKED, _VS.MISSED}

REVIEW = Machine(
    "review",
    ReviewState,
    {
        _VS.ASKED: ("回答待ち", "Waiting for an answer"),
        _VS.GIVEN: ("回答済み・開示前", "Answered, not shown yet"),
        _VS.SHOWN: ("開示済み", "Shown"),
        _VS.CONTESTED: ("異議の確認中", "Contested"),
        _VS.KEPT: ("異議を認めなかった", "Contest not upheld"),
        _VS.VOID: ("異議を認めた", "Contest upheld"),
        _VS.MISSED: ("回答なし", "No answer"),
    },
    (
        _step("give", ("回答する", "Answer"), _VS.ASKED, _VS.GIVEN, Action.GIVE_REVIEW,
              is_automatic=True),
        _step("show", ("双方に開示する", "Show to both"), _VS.GIVEN, _VS.SHOWN, Action.RUN_REVIEW,
              notice=_BOTH, is_automatic=True),
        _step("miss", ("回答なしで閉じる", "Close without an answer"), _VS.ASKED, _VS.MISSED,
              Action.RUN_REVIEW, is_automatic=True),
        _step("contest", ("異議を申し立てる", "Contest"), _VS.SHOWN, _VS.CONTESTED,
              Action.CONTEST_REVIEW, notice=(Audience.COORDINATOR,), has_comment=True),
        _step("keep", ("異議を認めない", "Do not uphold the contest"), _VS.CONTESTED, _VS.KEPT,
              Action.DECIDE_REVIEW, reasons="review_decision_reason", notice=_BOTH),
        _step("void", ("異議を認める", "Uphold the contest"), _VS.CONTESTED, _VS.VOID,
              Action.DECIDE_REVIEW, reasons="review_decision_reason", notice=_BOTH,
              is_danger=True),
    ),
)  # fmt: skip

_CS = PlanChangeState

PLAN_CHANGE = Machine(
    "plan_change",
    PlanChangeState,
    {
        _CS.PROPOSED: ("決裁待ち", "Waiting for approval"),
        _CS.OPEN: ("双方の承諾待ち", "Waiting for both sides"),
        _CS.DONE: ("延長済み", "Extended"),
        _CS.REFUSED: ("却下", "Rejected"),
        _CS.WITHDRAWN: ("取下げ", "Withdrawn"),
        _CS.DECLINED: ("不承諾", "Not agreed"),
    },
    (
        _step("approve", ("承認する", "Approve"), _CS.PROPOSED, _CS.OPEN, Action.APPROVE_CHANGE,
              notice=(*_BOTH, Audience.COORDINATOR)),
        _step("open", ("承諾を求める", "Ask both sides"), _CS.PROPOSED, _CS.OPEN,
              Action.DRAFT_CHANGE, notice=_BOTH, is_automatic=True),
        _step("refuse", ("却下する", "Reject"), _CS.PROPOSED, _CS.REFUSED, Action.APPROVE_CHANGE,
              reasons="refusal_reason", notice=(Audience.COORDINATOR,), is_end=True, is_danger=True),
        _step("withdraw", ("取り下げる", "Withdraw"), {_CS.PROPOSED, _CS.OPEN}, _CS.WITHDRAWN,
              Action.DRAFT_CHANGE, reasons="withdrawal_reason", notice=_BOTH, is_end=True,
              is_danger=True),
        _step("decline", ("承諾しない", "Do not agree"), _CS.OPEN, _CS.DECLINED,
              Action.DECLINE_CHANGE, reasons="candidate_decline_reason",
              notice=(*_BOTH, Audience.COORDINATOR), is_end=True, is_danger=True),
        _step("apply", ("延長を反映する", "Extend"), _CS.OPEN, _CS.DONE, Action.APPLY_CHANGE,
              notice=(*_BOTH, Audience.COORDINATOR), is_automatic=True),
    ),
)  # fmt: skip

_KS = CounterState
COUNTER_OPEN = frozenset({_KS.REVIEW, _KS.PROPOSED, _KS.ASKED})
COUNTER_ANSWERED = frozenset({_KS.ASKED, _KS.ACCEPTED, _KS.DECLINED, _KS.LAPSED})  # was asked
_ALL = (*_BOTH, Audience.COORDINATOR)

COUNTER = Machine(
    "counter_proposal",
    CounterState,
    {
        _KS.REVIEW: ("県の確認待ち", "Waiting for the prefecture"),
        _KS.PROPOSED: ("決裁待ち", "Waiting for approval"),
        _KS.ASKED: ("相手の返事待ち", "Waiting for the other side"),
        _KS.ACCEPTED: ("合意", "Accepted"),
        _KS.DECLINED: ("不同意", "Not accepted"),
        _KS.LAPSED: ("期限切れ", "Lapsed"),
        _KS.WITHDRAWN: ("取下げ", "Withdrawn"),
        _KS.REFUSED: ("却下", "Rejected"),
        _KS.SUPERSEDED: ("自動終了", "Ended by itself"),
    },
    (
        _step("draft", ("決裁に回す", "Send for a decision"), _KS.REVIEW, _KS.PROPOSED,
              Action.DRAFT_COUNTER, notice=(Audience.APPROVER,), has_comment=True),
        _step("turn_back", ("相手に尋ねない", "Do not ask the other side"), _KS.REVIEW, _KS.REFUSED,
              Action.DRAFT_COUNTER, reasons="refusal_reason", notice=_BOTH, is_end=True,
              is_danger=True),
        _step("approve", ("承認する", "Approve"), _KS.PROPOSED, _KS.ASKED,
              Action.DECIDE_COUNTER, notice=_ALL, has_comment=True),
        _step("refuse", ("却下する", "Reject"), _KS.PROPOSED, _KS.REFUSED, Action.DECIDE_COUNTER,
              reasons="refusal_reason", notice=_ALL, is_end=True, is_danger=True),
        _step("accept", ("この条件でよい", "Accept these conditions"), _KS.ASKED, _KS.ACCEPTED,
              Action.ANSWER_COUNTER, notice=_ALL, is_end=True),
        _step("decline", ("この条件にしない", "Do not accept them"), _KS.ASKED, _KS.DECLINED,
              Action.ANSWER_COUNTER, notice=_ALL, is_end=True, is_danger=True),
        _step("withdraw", ("提案を取り下げる", "Withdraw the proposal"), COUNTER_OPEN,
              _KS.WITHDRAWN, Action.WITHDRAW_COUNTER, notice=_ALL, is_end=True, is_danger=True),
        _step("lapse", ("期限切れにする", "Lapse"), _KS.ASKED, _KS.LAPSED,
              Action.EXPIRE_COUNTER, notice=_ALL, is_end=True, is_automatic=True),
        _step("supersede", ("終わらせる", "Supersede"), COUNTER_OPEN, _KS.SUPERSEDED,
              Action.EXPIRE_COUNTER, is_end=True, is_automatic=True),
    ),
)  # fmt: skip

_DS = CredentialState
CREDENTIALS_OPEN = frozenset({_DS.SAID, _DS.DOCUMENTED})  # an office can be asked
CREDENTIALS_SHOWN = frozenset({_DS.DOCUMENTED, _DS.CONFIRMED})  # counts until its last day

CREDENTIAL = Machine(
    "credential",
    CredentialState,
    {
        _DS.SAID: ("確認待ち", "Waiting to be checked"),
        _DS.DOCUMENTED: ("書類で確認済み", "Seen on paper"),
        _DS.CONFIRMED: ("勤め先・受入先が確認", "Confirmed by the office"),
        _DS.REFUSED: ("認められない", "Not accepted"),
        _DS.EXPIRED: ("期限切れ", "Expired"),
        _DS.WITHDRAWN: ("取下げ", "Withdrawn"),
    },
    (
        _step("check", ("書類で確認した", "Seen on paper"), {_DS.SAID, _DS.REFUSED}, _DS.DOCUMENTED,
              Action.CHECK_CREDENTIAL, notice=(Audience.CANDIDATE,)),
        _step("refuse", ("認めない", "Do not accept"), {_DS.SAID, *CREDENTIALS_SHOWN}, _DS.REFUSED,
              Action.CHECK_CREDENTIAL, reasons="credential_refusal_reason",
              notice=(Audience.CANDIDATE,), is_danger=True),
        _step("withdraw", ("取り下げる", "Withdraw"), {_DS.SAID, *CREDENTIALS_SHOWN}, _DS.WITHDRAWN,
              Action.EDIT_CREDENTIAL, is_end=True, is_danger=True),
        _step("confirm", ("勤め先・受入先が認める", "Confirmed by the office"), CREDENTIALS_OPEN,
              _DS.CONFIRMED, Action.ANSWER_CREDENTIAL,
              notice=(Audience.CANDIDATE, Audience.COORDINATOR), is_automatic=True),
        _step("dispute", ("勤め先・受入先が違うと答える", "Disputed by the office"), CREDENTIALS_OPEN,
              _DS.REFUSED, Action.ANSWER_CREDENTIAL,
              notice=(Audience.CANDIDATE, Audience.COORDINATOR), is_automatic=True),
        _step("lapse", ("期限が切れる", "Expire"), {_DS.SAID, *CREDENTIALS_SHOWN}, _DS.EXPIRED,
              Action.ANSWER_CREDENTIAL, notice=(Audience.CANDIDATE,), is_end=True,
              is_automatic=True),
    ),
)  # fmt: skip

_AS = AdditionState
ADDITION_OPEN = frozenset({_AS.REVIEW, _AS.PROPOSED, _AS.ASKED})
ADDITION_ANSWERED = frozenset({_AS.ASKED, _AS.DONE, _AS.DECLINED})  # the other side was asked

ADDITION = Machine(
    "month_addition",
    AdditionState,
    {
        _AS.REVIEW: ("県の確認待ち", "Waiting for the prefecture"),
        _AS.PROPOSED: ("決裁待ち", "Waiting for approval"),
        _AS.ASKED: ("相手の返事待ち", "Waiting for the other side"),
        _AS.DONE: ("追加済み", "Added"),
        _AS.DECLINED: ("不同意", "Not accepted"),
        _AS.WITHDRAWN: ("取下げ", "Withdrawn"),
        _AS.REFUSED: ("却下", "Rejected"),
        _AS.SUPERSEDED: ("自動終了", "Ended by itself"),
    },
    (
        _step("draft", ("決裁に回す", "Send for a decision"), _AS.REVIEW, _AS.PROPOSED,
              Action.DRAFT_ADDITION, notice=(Audience.APPROVER,), has_comment=True),
        _step("turn_back", ("相手に尋ねない", "Do not ask the other side"), _AS.REVIEW, _AS.REFUSED,
              Action.DRAFT_ADDITION, reasons="refusal_reason", notice=_BOTH, is_end=True,
              is_danger=True),
        _step("approve", ("承認する", "Approve"), _AS.PROPOSED, _AS.ASKED,
              Action.DECIDE_ADDITION, notice=_ALL, has_comment=True),
        _step("refuse", ("却下する", "Reject"), _AS.PROPOSED, _AS.REFUSED,
              Action.DECIDE_ADDITION, reasons="refusal_reason", notice=_ALL, is_end=True,
              is_danger=True),
        _step("agree", ("追加に合意する", "Agree to more"), _AS.ASKED, _AS.DONE,
              Action.ANSWER_ADDITION, notice=_ALL, is_end=True),
        _step("decline", ("追加に合意しない", "Do not agree to more"), _AS.ASKED, _AS.DECLINED,
              Action.ANSWER_ADDITION, notice=_ALL, has_comment=True, is_end=True, is_danger=True),
        _step("withdraw", ("取り下げる", "Withdraw"), ADDITION_OPEN, _AS.WITHDRAWN,
              Action.ASK_ADDITION, notice=_ALL, is_end=True, is_danger=True),
        _step("supersede", ("終わらせる", "Supersede"), ADDITION_OPEN, _AS.SUPERSEDED,
              Action.EXPIRE_ADDITION, is_end=True, is_automatic=True),
    ),
)  # fmt: skip

_SS = ConsultationState
CONSULTATIONS_RUNNING = frozenset(_SS) - {_SS.DRAFT, _SS.CLOSED}
CONSULTATIONS_ANSWERED = frozenset(
    {_SS.ANSWERED, _SS.REFERRED}
)  # the town says whether it is enough
_TO_TOWN, _TO_STAFF = (Audience.MUNICIPALITY,), (Audience.COORDINATOR,)

CONSULTATION = Machine(
    "consultation",
    ConsultationState,
    {
        _SS.DRAFT: ("下書き", "Draft"),
        _SS.SENT: ("返事待ち", "Waiting for an answer"),
        _SS.ASKED: ("市町に聞き返し中", "The municipality is asked back"),
        _SS.ANSWERED: ("返事済み", "Answered"),
        _SS.REFERRED: ("事業を案内済み", "Referred to a programme"),
        _SS.SORTING: ("要件整理中", "Requirements being worked out"),
        _SS.CLOSED: ("終了", "Closed"),
    },
    (
        _step("send", ("県に送る", "Send to the prefecture"), _SS.DRAFT, _SS.SENT,
              Action.WRITE_CONSULTATION, notice=_TO_STAFF),
        _step("reply", ("続けて伝える", "Write again"), CONSULTATIONS_ANSWERED | {_SS.ASKED},
              _SS.SENT, Action.WRITE_CONSULTATION, notice=_TO_STAFF, has_comment=True),
        _step("ask", ("聞き返す", "Ask back"), CONSULTATIONS_RUNNING - {_SS.SORTING, _SS.ASKED},
              _SS.ASKED, Action.ANSWER_CONSULTATION, notice=_TO_TOWN, has_comment=True),
        _step("answer", ("答える", "Answer"), CONSULTATIONS_RUNNING, _SS.ANSWERED,
              Action.ANSWER_CONSULTATION, notice=_TO_TOWN, has_comment=True),
        _step("refer", ("事業を案内する", "Refer to a programme"), CONSULTATIONS_RUNNING,
              _SS.REFERRED, Action.ANSWER_CONSULTATION, has_comment=True),  # the referral tells
        _step("sort", ("いっしょに要件を整理する", "Work out the requirements together"),
              CONSULTATIONS_RUNNING - {_SS.SORTING}, _SS.SORTING, Action.ANSWER_CONSULTATION,
              notice=_TO_TOWN, has_comment=True),
        _step("hand_over", ("募集の下書きを市町に渡す", "Hand a draft vacancy to the municipality"),
              _SS.SORTING, _SS.CLOSED, Action.ANSWER_CONSULTATION, notice=_TO_TOWN, is_end=True),
        _step("settle", ("足りたので閉じる", "Close, as this is enough"), CONSULTATIONS_ANSWERED,
              _SS.CLOSED, Action.WRITE_CONSULTATION, notice=_TO_STAFF, is_end=True),
        _step("close", ("答えて終わりにする", "Close as answered"), CONSULTATIONS_ANSWERED,
              _SS.CLOSED, Action.ANSWER_CONSULTATION, notice=_TO_TOWN, is_end=True),
        _step("withdraw", ("相談を取り下げる", "Withdraw the consultation"),
              CONSULTATIONS_RUNNING, _SS.CLOSED, Action.WRITE_CONSULTATION, notice=_TO_STAFF,
              is_end=True, is_danger=True),
        _step("reopen", ("もう一度相談する", "Consult again"), _SS.CLOSED, _SS.SENT,
              Action.WRITE_CONSULTATION, notice=_TO_STAFF, has_comment=True),
    ),
)  # fmt: skip

MACHINES: Mapping[type[StrEnum], Machine] = {
    machine.states: machine
    for machine in (
        MEMBERSHIP,
        NEED,
        JOINT_MEMBER,
        ROUND,
        PLACEMENT,
        QUESTION,
        ENGAGEMENT,
        WORK_LOG,
        REVIEW,
        PLAN_CHANGE,
        COUNTER,
        CREDENTIAL,
        ADDITION,
        CONSULTATION,
    )
}

# Everything that can be recorded, by its code in the audit chain.
ENTRIES: Mapping[str, audit.Entry] = {
    entry.code: entry
    for entry in (
        *audit.Deed,
        *(machine.entry(step) for machine in MACHINES.values() for step in machine.transitions),
    )
}


def available(session: Session, thing: Base, actor: Actor) -> list[Transition]:
    """The steps that `actor` may take from here, in the order of the table: the buttons of the page."""
    state: StrEnum = thing.state  # type: ignore[attr-defined]
    steps = [step for step in MACHINES[type(state)].by_hand() if state in step.sources]
    one_of = {scope_of(actor, step.action): step.action for step in steps}
    allowed = {scope: can(session, actor, action, thing) for scope, action in one_of.items()}
    return [step for step in steps if allowed[scope_of(actor, step.action)]]


def _reached(machine: Machine, state: StrEnum, actor: Actor) -> str:
    """The labels are the words of staff; whoever reads others is told no state."""
    is_staff = actor.role not in {Role.CANDIDATE, Role.MUNICIPALITY}
    if is_staff:
        return say("「%(state)s」になって", state=named(machine.labels[state]))
    return say("状態が変わって")


def move(
    session: Session,
    thing: Base,
    verb: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
    right: Action | None = None,
) -> Transition:
    """Take one step of the thing's machine and write its audit event; Conflict when the state has moved on.

    Whether `reason` is a code of the step's vocabulary is the caller's form to check; that one is
    given at all is checked here. `right`: of who takes the step for somebody else, where the step knows one.
    """
    state: StrEnum = thing.state  # type: ignore[attr-defined]
    machine = MACHINES[type(state)]
    step = machine.transition(verb, state)
    if step is None:
        raise Conflict(
            say(
                "この操作は、すでに%(reached)sいるため行えません。",
                reached=_reached(machine, state, actor),
            )
        )
    if right is not None and right is not step.proxy:
        raise Forbidden(say("この操作を行う権限がありません。"))
    if actor.role is not Role.SYSTEM:
        require(session, actor, right or step.action, thing)
    if step.reasons is not None and not reason:
        raise Refused.at("reason", say("理由を選んでください。"))
    thing.state = step.target  # type: ignore[attr-defined]
    change = {"from": str(state), "to": str(step.target)}
    if reason:
        change["reason"] = reason
    audit.record(
        session,
        machine.entry(step),
        thing,
        actor=actor,
        now=now,
        detail=change | dict(detail or {}),
    )
    return step
