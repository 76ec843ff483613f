"""The kinds of work that home counts: whom they wait for, and the list that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Office, Pool
from ..accounts.postal import PostalTask
from ..candidates import standing as memberships
from ..candidates.freshness import AvailabilityCheck, is_unconfirmed
from ..candidates.models import Membership
from ..candidates.receiving import awaits_person
from ..complaints.models import Complaint
from ..complaints.register import is_unanswered
from ..consultations.models import Consultation
from ..credentials.models import Credential
from ..credentials.register import is_to_renew, is_waiting
from ..dates import end_of_day
from ..db import Base, UtcDateTime
from ..desk.models import OF, Duty
from ..engagements.finding import ASKED, EXTENDING, TO_CORRECT, UNSIGNED
from ..engagements.models import Engagement, WorkLog, WorkTerms, is_staffs_to_correct
from ..engagements.month_additions import MonthAddition
from ..engagements.outlook import EngagementOutlook, Side as WorkSide, is_unseen
from ..engagements.plan_changes import PlanChange
from ..engagements.service import lacks_a_log
from ..language import Words
from ..mail import MailOrder
from ..needs import standing as needs
from ..needs.joint.reading import awaits_answer
from ..needs.models import JointMember, Need, NeedDraft
from ..permissions import Role
from ..placements import standing as placements
from ..placements.counters.models import CounterProposal, Side
from ..placements.models import Placement
from ..placements.questions.models import Question
from ..placements.stating import answers_extension, has_terms
from ..programmes.models import Referral
from ..programmes.referring import waits_for_town
from ..reviews.asking import GRACE, is_overdue
from ..reviews.models import Review, ReviewSide
from ..rounds.models import Round
from ..rounds.validity import has_news
from ..standing import MembershipStanding, NeedStanding, PlacementStanding
from ..states import (
    CONSULTATIONS_ANSWERED,
    COUNTER_OPEN,
    SOLVED,
    AdditionState,
    ConsultationState,
    CounterState,
    PlacementState,
    PlanChangeState,
    QuestionState,
    ReviewState,
    WorkLogState,
)
from ..waits import Wait


class Party(StrEnum):
    """Whom a thing waits for."""

    PREFECTURE = "prefecture"
    APPROVER = "approver"
    PERSON = "person"
    TOWN = "town"


Condition = Callable[[date], sa.ColumnElement[bool]]
Since = sa.orm.InstrumentedAttribute[datetime | None] | sa.ColumnElement[Any]
_NO_DAY: Since = sa.literal(None, UtcDateTime)  # its deadline says more, or nothing began on a day


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of work: the rows, since when, and the page where they are."""

    label: Words
    advice: Words
    model: type[Base]
    condition: Condition  # by the day
    since: Since
    endpoint: str
    parameters: Mapping[str, str]
    waits: bool = True  # for the reader; else for somebody else, who is named by the label
    wait: Wait | None = None  # what of the deadlines it is, where the thing has none of its own
    party: Party = Party.PREFECTURE  # of coordinators' queues

    def on(self, today: date) -> sa.ColumnElement[bool]:
        """Its rows on that day, for queries."""
        return _written(self.condition, today)


@lru_cache(maxsize=256)  # all of some days: to write them takes longer than to ask them
def _written(condition: Condition, today: date) -> sa.ColumnElement[bool]:
    return condition(today)


def _queue(
    label: Words,
    advice: Words,
    standing: StrEnum,
    since: Since,
    endpoint: str,
    *,
    waits: bool = True,
    is_filtered: bool = True,
    wait: Wait | None = None,
    party: Party = Party.PREFECTURE,
) -> Queue:
    """Of one standing; `is_filtered`: the list can show just these."""
    model, condition = _OF[type(standing)]
    parameters = {"state": str(standing)} if is_filtered else {}
    return Queue(
        label, advice, model, lambda today: condition(today) == str(standing), since, endpoint,
        parameters, waits, wait, party,
    )  # fmt: skip


_OF: Mapping[type[StrEnum], tuple[type[Base], Callable[[date], sa.ColumnElement[str]]]] = {
    MembershipStanding: (Membership, memberships.standing_on),
    NeedStanding: (Need, lambda _today: needs.standing()),
    PlacementStanding: (Placement, placements.standing_on),
}
_MS, _NS, _PS = MembershipStanding, NeedStanding, PlacementStanding
_ADDITIONS = "placements.list_additions"
_COUNTERS, _QUESTIONS = "placements.list_counters", "placements.list_questions"
_IS_ASKED = Question.state == QuestionState.ASKED
_INTRODUCTIONS, _ENGAGEMENTS = "placements.list_introductions", "engagements.list_engagements"
_IS_AGREED = Placement.state == PlacementState.AGREED
_NEEDS, _PLACEMENTS, _PEOPLE = (
    "needs.list_needs", "placements.list_placements", "candidates.list_candidates",
)  # fmt: skip


def _is_unconfirmed(today: date) -> sa.ColumnElement[bool]:
    """Of those who are registered, at the end of the day."""
    is_registered = memberships.standing_on(today).in_(map(str, memberships.REGISTERED))
    return is_registered & is_unconfirmed(end_of_day(today))


_ASKED_TO_CONFIRM = (
    sa.select(AvailabilityCheck.asked_at)
    .where(AvailabilityCheck.candidate_id == Membership.candidate_id)
    .correlate(Membership)
    .scalar_subquery()
)
_OUTLOOK_GIVEN = (
    sa.select(sa.func.min(EngagementOutlook.answered_at))
    .where(EngagementOutlook.engagement_id == Engagement.id, is_unseen())
    .correlate(Engagement)
    .scalar_subquery()
)


def _has_unseen_outlook() -> sa.ColumnElement[bool]:
    return sa.exists().where(EngagementOutlook.engagement_id == Engagement.id, is_unseen())


def _is_returned_to_person() -> sa.ColumnElement[bool]:
    """Of a log; one that the person has begun to correct is theirs alone to see."""
    return (WorkLog.state == WorkLogState.RETURNED) & ~is_staffs_to_correct()


def _is_review_of(side: ReviewSide) -> Condition:
    """Asked of one side, and not overdue yet."""

    def condition(today: date) -> sa.ColumnElement[bool]:
        is_asked = (Review.state == ReviewState.ASKED) & (Review.side == side)
        return is_asked & ~is_overdue(today)

    return condition


def _is_counter(state: CounterState, side: Side) -> sa.ColumnElement[bool]:
    return (CounterProposal.state == state) & (CounterProposal.side == side)


def _is_addition(state: AdditionState, side: WorkSide) -> sa.ColumnElement[bool]:
    return (MonthAddition.state == state) & (MonthAddition.side == side)


def _has_new_terms() -> sa.ColumnElement[bool]:
    """Whether the town has stated terms for an extension since both were asked."""
    return sa.exists().where(
        WorkTerms.placement_id == Engagement.placement_id,
        Engagement.id == PlanChange.engagement_id,
        answers_extension(),
    )


def _consultations(label: Words, advice: Words, *states: ConsultationState, **more: Any) -> Queue:
    """Those in one of `states`; the list can show just one."""
    parameters = {"state": str(states[0])} if len(states) == 1 else {}
    return Queue(
        label, advice, Consultation, lambda _today: Consultation.state.in_(states),
        Consultation.moved_at, "consultations.list_consultations", parameters, **more,
    )  # fmt: skip


_SS = ConsultationState

_TOWN = (
    _queue(("返事を待っている紹介", "Introductions that wait for your answer"),
           ("本人は引き受けています。受け入れるか見送るかを選んでください。",
            "The person has accepted. Decide whether to take them on."),
           _PS.INTRODUCED, Placement.introduced_at, _INTRODUCTIONS, is_filtered=False),
    _consultations(
        ("県から質問のある相談", "Consultations in which the prefecture asks you something"),
        ("質問に答えてください。", "Answer the question."), _SS.ASKED),
    _consultations(
        ("県の返事がある相談", "Consultations that the prefecture has answered"),
        ("足りたら閉じ、足りなければ続けて伝えてください。", "Close them if that is enough, or write again."),
        *sorted(CONSULTATIONS_ANSWERED)),
    _consultations(
        ("送っていない相談", "Consultations not sent yet"),
        ("続きを書いて、県に送ってください。", "Finish and send them."), _SS.DRAFT),
    _consultations(
        ("県の返事を待っている相談", "Consultations that wait for the prefecture"),
        ("県の担当者が読んでいます。", "The prefecture is reading them."), _SS.SENT, waits=False),
    _consultations(
        ("県と要件を整理している相談", "Consultations whose requirements are being worked out"),
        ("整理した内容は、相談の画面で読み、書き足せます。", "Read and add to them on the page of the consultation."),
        _SS.SORTING, waits=False),
    _queue(("差し戻された募集", "Vacancies that were returned"),
           ("理由を読んで直し、もう一度申請してください。", "Read why, change them and submit again."),
           _NS.RETURNED, Need.updated_at, _NEEDS),
    Queue(("同意を待っている共同募集", "Joint vacancies that wait for your agreement"),
          ("分担・担当日・費用を確かめて、同意するか参加しないかを選んでください。",
           "Check your share, days and cost, then agree or do not take part."),
          JointMember, lambda _today: awaits_answer(), JointMember.asked_at, "needs.list_needs", {}),
    Queue(("書きかけの募集", "Unfinished vacancies"),
          ("続きを書いて申請してください。", "Finish and submit them."),
          NeedDraft, lambda _today: NeedDraft.need_id.is_(None), NeedDraft.updated_at,
          "needs.list_needs", {}),
    _queue(("申請していない募集", "Vacancies not submitted yet"),
           ("内容を確かめて申請してください。", "Check and submit them."),
           _NS.DRAFT, Need.updated_at, _NEEDS),
    _queue(("県の確認を待っている募集", "Vacancies that wait for the prefecture's review"),
           ("県の担当者が内容を確かめています。", "The prefecture is reviewing them."),
           _NS.SUBMITTED, Need.submitted_at, _NEEDS, waits=False),
    _queue(("空きのある公開中の募集", "Open vacancies with free places"),
           ("県がマッチング回で、来てくれる人を探します。",
            "The prefecture looks for people in its matching rounds."),
           _NS.OPEN, Need.opened_at, _NEEDS, waits=False),
    _queue(("手続き中の募集", "Vacancies whose places are under way"),
           ("どの枠にも、打診中・紹介中か確定の人がいます。",
            "Somebody is asked, introduced or confirmed for every place."),
           _NS.UNDER_WAY, Need.opened_at, _NEEDS, waits=False),
    _queue(("充足した募集", "Filled vacancies"),
           ("すべての枠が確定しています。", "Every place is confirmed."),
           _NS.FILLED, Need.opened_at, _NEEDS, waits=False),
    _queue(("県が保留している募集", "Vacancies that the prefecture has put on hold"),
           ("再開するまで、マッチングの対象になりません。", "They are not matched until they are resumed."),
           _NS.ON_HOLD, Need.opened_at, _NEEDS, waits=False),
    Queue(("勤務条件を示す人", "People to be told their terms of work"),
          ("双方が合意しています。勤務条件を示してください。", "Both have agreed. State the terms of the work."),
          Placement, lambda _today: _IS_AGREED & ~has_terms(), Placement.agreed_at, _INTRODUCTIONS, {}),
    Queue(("受け入れた人の確定待ち", "People you welcomed, to be confirmed"),
          ("本人の承諾か、県の確定を待っています。",
           "The person has to accept the terms, or the prefecture to confirm."),
          Placement, lambda _today: _IS_AGREED & has_terms(), Placement.agreed_at, _INTRODUCTIONS, {},
          waits=False),
    Queue(("承諾を待っている延長", "Extensions that wait for both sides"),
          ("延長するなら、新しい期間の勤務条件を示してください。本人が承諾すると延長されます。",
           "To extend, state terms of work for the new period. It is done once the person accepts them."),
          PlanChange, lambda _today: (PlanChange.state == PlanChangeState.OPEN) & ~_has_new_terms(),
          PlanChange.opened_at, _ENGAGEMENTS, {"state": ASKED}),
    Queue(("本人の承諾を待っている延長", "Extensions that wait for the person's consent"),
          ("新しい期間の勤務条件が示されています。", "Terms for the new period are stated."),
          PlanChange, lambda _today: (PlanChange.state == PlanChangeState.OPEN) & _has_new_terms(),
          PlanChange.opened_at, _ENGAGEMENTS, {"state": ASKED}, waits=False),
    Queue(("回答していない質問", "Questions without an answer"),
          ("期限までに回答してください。回答するまで、次の人への打診は送られません。",
           "Answer them in time. Until then nobody else is asked."),
          Question, lambda _today: _IS_ASKED, Question.asked_at, _QUESTIONS, {}),
    Queue(("返事を待っている条件の提案", "Proposed conditions that wait for your answer"),
          ("打診中の人が提案した条件でよいかを答えてください。",
           "Say whether you accept the conditions that somebody who is asked proposes."),
          CounterProposal, lambda _today: _is_counter(CounterState.ASKED, Side.PERSON),
          CounterProposal.asked_at, _COUNTERS, {}),
    Queue(("相手か県の返事を待っている条件の提案", "Your proposed conditions that wait for an answer"),
          ("返事があるまで、回答期限は進みません。", "Your deadline stands still until then."),
          CounterProposal,
          lambda _today: CounterProposal.state.in_(COUNTER_OPEN) & (CounterProposal.side == Side.TOWN),
          CounterProposal.proposed_at, _COUNTERS, {}, waits=False),
    Queue(("返事を待っている半日コマの追加", "More half-days that wait for your answer"),
          ("約束より多く活動する月です。合意するかどうかを答えてください。",
           "Somebody asks for more in one month. Say whether you agree."),
          MonthAddition, lambda _today: _is_addition(AdditionState.ASKED, WorkSide.PERSON),
          MonthAddition.asked_at, _ADDITIONS, {}),
    Queue(("確認を待っている活動記録", "Work logs to sign"),
          ("活動した日を確かめて、確認するか差し戻してください。", "Check the days, then sign or return them."),
          WorkLog, lambda _today: WorkLog.state == WorkLogState.SENT, WorkLog.sent_at,
          _ENGAGEMENTS, {"state": UNSIGNED}, wait=Wait.LOG),
    Queue(("回答を待っている振り返り", "Reviews that wait for your answer"),
          ("活動について、いくつかの問いに答えてください。", "Answer a few questions about the assignment."),
          Review,
          lambda _today: (Review.state == ReviewState.ASKED) & (Review.side == ReviewSide.TOWN),
          Review.asked_at, "reviews.list_reviews", {"state": str(ReviewState.ASKED), "side": "town"}),
    Queue(("案内された支援制度", "Programmes you were referred to"),
          ("申し込むかどうかを決めて、申し込んだ日と報告した日を記録してください。",
           "Decide whether to apply, and note the days of the application and of the report."),
          Referral, waits_for_town, Referral.referred_at, "programmes.list_referrals", {}),
    _queue(("確定した人", "Confirmed people"),
           ("期間がまだ終わっていないものです。", "Those whose months are not over."),
           _PS.CONFIRMED, Placement.confirmed_at, _INTRODUCTIONS, waits=False, is_filtered=False),
)  # fmt: skip

_COORDINATOR = (
    _consultations(
        ("返事を待っている相談", "Consultations that wait for an answer"),
        ("期限までに、最初の返事をしてください。", "Give the first answer before the deadline."), _SS.SENT),
    _consultations(
        ("要件を整理している相談", "Consultations whose requirements are being worked out"),
        ("市町に聞き、まとまったら募集の下書きを渡してください。",
         "Ask the municipality, then hand it a draft vacancy."), _SS.SORTING),
    _consultations(
        ("市町に聞き返している相談", "Consultations in which a municipality is asked"),
        ("市町の答えを待っています。", "The municipality has to answer."), _SS.ASKED,
        waits=False, party=Party.TOWN),
    _consultations(
        ("市町が返事を読んでいる相談", "Consultations whose answer the municipality is reading"),
        ("足りたかどうかを、市町が伝えます。", "The municipality says whether it is enough."),
        *sorted(CONSULTATIONS_ANSWERED), waits=False, party=Party.TOWN),
    _queue(("確認を待っている登録", "Profiles that wait for review"),
           ("内容を確かめて、登録を認めるか差し戻してください。", "Check them, then activate or return them."),
           _MS.APPLIED, Membership.applied_at, _PEOPLE, wait=Wait.PROFILE),
    Queue(("本人の確認を待っている代行登録", "Registrations that wait for the person to confirm"),
          ("確認書を送るか、電話で本人に確かめてください。", "Send the letter, or check with the person by telephone."),
          Membership, lambda _today: awaits_person(), Membership.applied_at,
          _PEOPLE, {"state": str(_MS.DRAFT)}),
    _queue(("確認を待っている募集", "Vacancies that wait for review"),
           ("公開するか差し戻してください。", "Publish or return them."),
           _NS.SUBMITTED, Need.submitted_at, _NEEDS, wait=Wait.NEED),
    Queue(("採用を待っている割当案", "Plans that wait to be adopted"),
          ("割当案を見て、採用するか破棄してください。", "Look at them, then adopt or discard them."),
          Round, lambda _today: Round.state.in_(SOLVED) & ~has_news(), Round.finished_at,
          "rounds.list_rounds", {}, wait=Wait.PLAN),
    Queue(("計算のあとに変更があった割当案", "Plans after whose calculation something changed"),
          ("まだ採用できるかどうかは、割当案のページに出ます。",
           "Their pages say whether they can still be adopted."),
          Round, lambda _today: Round.state.in_(SOLVED) & has_news(), Round.finished_at,
          "rounds.list_rounds", {}, wait=Wait.PLAN),
    Queue(("届かなかったメール", "Mails that did not arrive"),
          ("電話などで知らせるか、もう一度送ってください。知らせるまで、回答の期限は進みません。",
           "Tell the people by telephone, or send them again. Until then their deadlines stand still."),
          MailOrder, lambda _today: MailOrder.is_lost(), MailOrder.ordered_at, "accounts.list_mails",
          {"state": "lost"}),
    Queue(("投函を待っている手紙", "Letters that wait to be posted"),
          ("印刷して投函し、記録してください。打診の期限は、投函するまで進みません。",
           "Print, post and record them. The deadline of an offer stands still until then."),
          PostalTask, lambda _today: PostalTask.handled_at.is_(None), PostalTask.ordered_at,
          "placements.list_letters", {}),
    _queue(("起案を待っている推薦", "Suggestions that wait to be drafted"),
           ("採用した割当案から起案してください。", "Draft them from the adopted plan."),
           _PS.SUGGESTED, Placement.created_at, _PLACEMENTS, wait=Wait.DRAFT),
    _queue(("差し戻された推薦", "Proposals that were returned"),
           ("理由を読んで直し、もう一度起案してください。", "Read why, change them and draft them again."),
           _PS.RETURNED, Placement.returned_at, _PLACEMENTS, wait=Wait.DRAFT),
    _queue(("確定を待っている推薦", "Proposals that wait to be confirmed"),
           ("本人と市町がともに合意しています。勤務条件が承諾されると確定できます。",
            "Both have agreed. They can be confirmed once the terms of work are accepted."),
           _PS.AGREED, Placement.agreed_at, _PLACEMENTS, wait=Wait.CONFIRMATION),
    Queue(("確認を待っている条件の提案", "Proposed conditions to review"),
          ("決裁された範囲を超えています。決裁に回すか、尋ねないことにしてください。",
           "They go beyond the decision. Send them for a new one, or end them."),
          CounterProposal, lambda _today: CounterProposal.state == CounterState.REVIEW,
          CounterProposal.proposed_at, _COUNTERS, {}, wait=Wait.COUNTER_REVIEW),
    Queue(("市町が回答していない質問", "Questions that a municipality has not answered"),
          ("回答があるまで、次の人への打診は送られません。", "Until they are answered nobody else is asked."),
          Question, lambda _today: _IS_ASKED, Question.asked_at, _QUESTIONS, {}, waits=False,
          party=Party.TOWN),
    Queue(("決裁を待っている条件の提案", "Proposed conditions that wait for a decision"),
          ("決裁者が確かめています。", "An approver is looking at them."),
          CounterProposal, lambda _today: CounterProposal.state == CounterState.PROPOSED,
          CounterProposal.drafted_at, _COUNTERS, {}, waits=False, wait=Wait.DECISION,
          party=Party.APPROVER),
    Queue(("市町の返事を待っている条件の提案", "Proposed conditions that wait for a municipality"),
          ("本人の提案について、市町に尋ねています。", "The municipality is asked what it thinks of them."),
          CounterProposal, lambda _today: _is_counter(CounterState.ASKED, Side.PERSON),
          CounterProposal.asked_at, _COUNTERS, {}, waits=False, party=Party.TOWN),
    Queue(("本人の返事を待っている条件の提案", "Proposed conditions that wait for the person"),
          ("市町の提案について、本人に尋ねています。", "The person is asked what they think of them."),
          CounterProposal, lambda _today: _is_counter(CounterState.ASKED, Side.TOWN),
          CounterProposal.asked_at, _COUNTERS, {}, waits=False, party=Party.PERSON),
    Queue(("決裁を待っている延長", "Extensions that wait for a decision"),
          ("決裁者が確かめています。", "An approver is looking at them."),
          PlanChange, lambda _today: PlanChange.state == PlanChangeState.PROPOSED,
          PlanChange.drafted_at, _ENGAGEMENTS, {"state": EXTENDING}, waits=False,
          wait=Wait.DECISION, party=Party.APPROVER),
    Queue(("市町の勤務条件を待っている延長", "Extensions that wait for a municipality's terms"),
          ("市町が新しい期間の勤務条件を示します。", "The municipality has to state terms for the new period."),
          PlanChange, lambda _today: (PlanChange.state == PlanChangeState.OPEN) & ~_has_new_terms(),
          PlanChange.opened_at, _ENGAGEMENTS, {"state": ASKED}, waits=False, party=Party.TOWN),
    Queue(("本人の承諾を待っている延長", "Extensions that wait for the person's consent"),
          ("新しい期間の勤務条件が示されています。", "Terms for the new period are stated."),
          PlanChange, lambda _today: (PlanChange.state == PlanChangeState.OPEN) & _has_new_terms(),
          PlanChange.opened_at, _ENGAGEMENTS, {"state": ASKED}, waits=False, party=Party.PERSON),
    Queue(("確認を待っている半日コマの追加", "More half-days to review"),
          ("承認された半日コマを年度で超えています。決裁に回すか、尋ねないことにしてください。",
           "They go beyond what was approved for the fiscal year. Send them for a decision, or end them."),
          MonthAddition, lambda _today: MonthAddition.state == AdditionState.REVIEW,
          MonthAddition.proposed_at, _ADDITIONS, {}),
    Queue(("決裁を待っている半日コマの追加", "More half-days that wait for a decision"),
          ("決裁者が確かめています。", "An approver is looking at them."),
          MonthAddition, lambda _today: MonthAddition.state == AdditionState.PROPOSED,
          MonthAddition.drafted_at, _ADDITIONS, {}, waits=False, wait=Wait.DECISION,
          party=Party.APPROVER),
    Queue(("市町の返事を待っている半日コマの追加", "More half-days that wait for a municipality"),
          ("本人の申出について、市町に尋ねています。", "The person asked for them, the municipality has to answer."),
          MonthAddition, lambda _today: _is_addition(AdditionState.ASKED, WorkSide.PERSON),
          MonthAddition.asked_at, _ADDITIONS, {}, waits=False, party=Party.TOWN),
    Queue(("本人の返事を待っている半日コマの追加", "More half-days that wait for the person"),
          ("市町の申出について、本人に尋ねています。", "The municipality asked for them, the person has to answer."),
          MonthAddition, lambda _today: _is_addition(AdditionState.ASKED, WorkSide.TOWN),
          MonthAddition.asked_at, _ADDITIONS, {}, waits=False, party=Party.PERSON),
    Queue(("市町の確認を待っている活動記録", "Work logs that wait for a municipality"),
          ("市町の担当者が確かめています。", "The municipality is checking them."),
          WorkLog, lambda _today: WorkLog.state == WorkLogState.SENT, WorkLog.sent_at,
          _ENGAGEMENTS, {"state": UNSIGNED}, waits=False, wait=Wait.LOG, party=Party.TOWN),
    Queue(("差し戻された代理記録", "Returned logs that staff entered"),
          ("本人に電話などで確かめ、直して送ってください。", "Ask the person, correct them and send them again."),
          WorkLog, lambda _today: is_staffs_to_correct(), WorkLog.sent_at, _ENGAGEMENTS,
          {"state": TO_CORRECT}),
    Queue(("本人が直す活動記録", "Work logs that the person has to correct"),
          ("差し戻されました。本人が直して送ります。", "They were returned. The person corrects and sends them."),
          WorkLog, lambda _today: _is_returned_to_person(), WorkLog.sent_at, _ENGAGEMENTS, {},
          waits=False, party=Party.PERSON),
    Queue(("本人の回答を待っている振り返り", "Reviews that wait for the person"),
          ("期限までに、本人が答えます。", "The person answers them before the deadline."),
          Review, _is_review_of(ReviewSide.PERSON), Review.asked_at, "reviews.list_reviews",
          {"state": str(ReviewState.ASKED), "side": str(ReviewSide.PERSON)}, waits=False, party=Party.PERSON),
    Queue(("市町の回答を待っている振り返り", "Reviews that wait for a municipality"),
          ("期限までに、市町が答えます。", "The municipality answers them before the deadline."),
          Review, _is_review_of(ReviewSide.TOWN), Review.asked_at, "reviews.list_reviews",
          {"state": str(ReviewState.ASKED), "side": str(ReviewSide.TOWN)}, waits=False, party=Party.TOWN),
    Queue(("異議のある振り返り", "Contested reviews"),
          ("本人の異議を読んで、認めるかどうかを決めてください。", "Read what the person contests, then decide."),
          Review, lambda _today: Review.state == ReviewState.CONTESTED, Review.contested_at,
          "reviews.list_reviews", {"state": str(ReviewState.CONTESTED)}),
    Queue(("期限を過ぎた振り返り", "Overdue reviews"),
          (f"期限から{GRACE.days}日のうちは、まだ回答できます。答えていない側に声をかけてください。",
           f"They can still be answered for {GRACE.days} days after that. Remind the side that has not answered."),
          Review, is_overdue, Review.asked_at, "reviews.list_reviews",
          {"state": str(ReviewState.ASKED)}),
    Queue(("稼働の確認がない登録", "Registrations whose availability is not confirmed"),
          ("電話などで確かめてください。確認がないままの人は、回の対象から外れます。",
           "Ask the people, by telephone for example. Those who do not confirm are left out of rounds."),
          Membership, _is_unconfirmed, _ASKED_TO_CONFIRM, _PEOPLE, {"confirmed": "flagged"}),
    _queue(("期限の切れた登録", "Registrations that have expired"),
           ("続ける人は、登録の期限を変えてください。", "Extend those who go on."),
           _MS.EXPIRED, Membership.reviewed_at, _PEOPLE),
    _queue(("充足した募集", "Filled vacancies"),
           ("すべての枠が確定しています。募集を終了できます。", "Every place is confirmed. They can be closed."),
           _NS.FILLED, Need.opened_at, _NEEDS),
    Queue(("確認を待っている証明", "Credentials that wait to be checked"),
          ("資料を見て確認したか認めないかを記録するか、本人が挙げた勤め先などに確かめてください。",
           "Look at the document and say so, or ask the office that the person named."),
          Credential, lambda _today: is_waiting(), Credential.said_at,
          "credentials.list_credentials", {"state": "said"}),
    Queue(("期限の切れた証明", "Credentials that have expired"),
          ("同じものの新しい証明を、本人が届けていません。", "The person has not shown a newer one of the same."),
          Credential, is_to_renew, _NO_DAY, "credentials.list_credentials", {"state": "expired"},
          waits=False, party=Party.PERSON),
    Queue(("返事を待っている苦情", "Complaints that wait for an answer"),
          ("期限までに、最初の返事をしてください。", "Give the first answer before the deadline."),
          Complaint, lambda _today: is_unanswered(), Complaint.filed_at,
          "complaints.list_complaints", {}),
    Queue(("活動の今後への新しい返事", "New answers about what comes after an assignment"),
          ("延長や次の活動を相談し、確かめたことを記録してください。",
           "Talk about an extension or what comes next, and note that you have read them."),
          Engagement, lambda _today: _has_unseen_outlook(), _OUTLOOK_GIVEN,
          "engagements.list_outlooks", {}),
    Queue(("書かれていない活動記録", "Work logs that were not written"),
          ("終わった月の活動が送られていません。本人に声をかけてください。",
           "A month is over and its log was not sent. Ask the person for it."),
          Engagement, lambda today: lacks_a_log(today) & ~_has_unseen_outlook(), _NO_DAY,
          _ENGAGEMENTS, {}, waits=False, party=Party.PERSON),
    _queue(("決裁を待っている推薦", "Proposals that wait for approval"),
           ("決裁者が確かめています。", "An approver is looking at them."),
           _PS.PROPOSED, Placement.drafted_at, _PLACEMENTS, waits=False, wait=Wait.DECISION,
           party=Party.APPROVER),
    _queue(("本人の返事待ち", "Waiting for the person's answer"),
           ("本人に打診しています。", "The person has been asked."),
           _PS.OFFERED, Placement.offered_at, _PLACEMENTS, waits=False, party=Party.PERSON),
    _queue(("市町の返事待ち", "Waiting for the municipality's answer"),
           ("市町に紹介しています。", "The municipality has been asked."),
           _PS.INTRODUCED, Placement.introduced_at, _PLACEMENTS, waits=False, party=Party.TOWN),
)  # fmt: skip


def _is_looked_at(today: date) -> sa.ColumnElement[bool]:
    """Duties whose day has come, of things that are in no other queue."""
    elsewhere = []
    for model, name in OF.items():
        shown = [queue.on(today) for queue in _COORDINATOR if queue.model is model]
        key, column = sa.inspect(model).primary_key[0], getattr(Duty, name)
        elsewhere.append(sa.exists().where(key == column, sa.or_(*shown)).correlate(Duty))
    return (Duty.follow_up <= today) & ~sa.or_(*elsewhere)


FOLLOW_UP = Queue(
    ("予定の日が来た用件", "Things whose day has come"),
    ("担当が決めた日になりました。見たら、次の日を決めるか、日を消してください。",
     "The day that was set has come. Set the next one, or clear it."),
    Duty, _is_looked_at, Duty.set_at, "home.show_home", {},
)  # fmt: skip

_APPROVER = (
    _queue(("決裁を待っている起案", "Drafts that wait for a decision"),
           ("理由と他の候補を見て、承認・差戻し・却下を選んでください。",
            "Look at the reasons and the other people, then approve, return or reject."),
           _PS.PROPOSED, Placement.drafted_at, "placements.list_approvals", is_filtered=False,
           wait=Wait.DECISION),
    Queue(("決裁を待っている延長", "Extensions that wait for a decision"),
          ("活動のページで内容を見て、承認か却下を選んでください。",
           "Look at them on the pages of their assignments, then approve or reject."),
          PlanChange, lambda _today: PlanChange.state == PlanChangeState.PROPOSED,
          PlanChange.drafted_at, _ENGAGEMENTS, {"state": EXTENDING}, wait=Wait.DECISION),
    Queue(("決裁を待っている条件の提案", "Proposed conditions that wait for a decision"),
          ("決裁された範囲を超える提案です。承認か却下を選んでください。",
           "They go beyond the decision. Approve or reject them."),
          CounterProposal, lambda _today: CounterProposal.state == CounterState.PROPOSED,
          CounterProposal.drafted_at, _COUNTERS, {}, wait=Wait.DECISION),
    Queue(("決裁を待っている半日コマの追加", "More half-days that wait for a decision"),
          ("承認された半日コマを年度で超える申出です。承認か却下を選んでください。",
           "They go beyond what was approved for the fiscal year. Approve or reject them."),
          MonthAddition, lambda _today: MonthAddition.state == AdditionState.PROPOSED,
          MonthAddition.drafted_at, _ADDITIONS, {}, wait=Wait.DECISION),
)  # fmt: skip

_ADMIN = (
    Queue(("担当窓口が登録されていません", "No office is named"),
          ("名前・電話・受付時間を登録すると、すべての画面に示されます。",
           "Once its name, telephone and hours are saved, every page shows them."),
          Pool, lambda _today: ~sa.exists().where(Office.prefecture_code == Pool.prefecture_code),
          Pool.opened_at, "accounts.edit_office", {}),
)  # fmt: skip

QUEUES: Mapping[Role, tuple[Queue, ...]] = {
    Role.MUNICIPALITY: _TOWN,
    Role.COORDINATOR: (*_COORDINATOR, FOLLOW_UP),
    Role.APPROVER: _APPROVER,
    Role.ADMIN: _ADMIN,
}
