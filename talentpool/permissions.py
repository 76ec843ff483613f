"""Who may do what: one table of action × role → scope, and the one door to objects.

A scope is turned into SQL by the model's own package (`@within(Model, Scope.TOWN)`), once; the same
expression filters lists and decides about a single object, so no rule stands twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.base import ExecutableOption

from .db import GREATEST_ID, Base, Session
from .errors import Forbidden, NotFound
from .language import say


class Role(StrEnum):
    CANDIDATE = "candidate"
    MUNICIPALITY = "municipality"
    COORDINATOR = "coordinator"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SYSTEM = "system"  # timers and jobs; nobody signs in with it


ROLE_LABELS: Mapping[Role, tuple[str, str]] = {
    Role.CANDIDATE: ("登録者", "Person"),
    Role.MUNICIPALITY: ("市町担当者", "Municipal officer"),
    Role.COORDINATOR: ("県担当者", "Prefecture officer"),
    Role.APPROVER: ("県決裁者", "Approver"),
    Role.AUDITOR: ("監査", "Auditor"),
    Role.ADMIN: ("管理者", "Administrator"),
    Role.SYSTEM: ("システム", "System"),
}


class Scope(StrEnum):
    OWN = "own"  # the person's own
    TOWN = "town"  # of the officer's municipality
    JOINT = "joint"  # the same, and what the municipality is a member of
    INTRODUCED = "introduced"  # people who said yes to the officer's municipality
    AGREED = "agreed"  # those to whom the municipality said yes as well
    PREFECTURE = "prefecture"  # of the officer's prefecture
    ANY = "any"


class Action(StrEnum):
    VIEW_CANDIDATE = "candidate:view"
    EDIT_PROFILE = "candidate:edit"
    REVIEW_PROFILE = "candidate:review"
    RECEIVE_PROFILE = "candidate:receive"  # from paper or telephone
    EMPLOY_PERSON = "candidate:employ"  # the term of the prefecture's own people
    VIEW_EMPLOYMENT = "employment:view"  # and where they are
    MERGE_PEOPLE = "candidate:merge"
    VIEW_MERGE = "merge:view"
    VIEW_SELF_CHECK = "self_check:view"
    EDIT_SELF_CHECK = "self_check:edit"
    VIEW_CREDENTIAL = "credential:view"
    EDIT_CREDENTIAL = "credential:edit"
    CHECK_CREDENTIAL = "credential:check"
    ANSWER_CREDENTIAL = "credential:answer"  # by the link that an office was sent, and by time
    RECORD_WISH = "candidate:record-wish"  # to leave or go on, of a person without an account
    VIEW_CONTACT = "contact:view"  # telephone number and mail address
    VIEW_NEED = "need:view"
    EDIT_NEED = "need:edit"
    REVISE_NEED = "need:revise"  # while it is open
    REVIEW_NEED = "need:review"
    VIEW_COUNT = "count:view"  # how many could do a need; towns in steps, and nobody by name
    VIEW_GAP = "supply_gap:view"
    TRACK_GAP = "supply_gap:track"
    VIEW_JOINT_NEED = "joint_need:view"  # of which the town is a member
    VIEW_JOINT = "joint_member:view"
    ASK_JOINT = "joint_member:ask"  # follows from what the lead town writes
    ANSWER_JOINT = "joint_member:answer"
    VIEW_JOINT_WORK = "joint_work:view"  # whom a joint need brings, and the days they work
    VIEW_QUESTION = "question:view"  # about a need
    ASK_QUESTION = "question:ask"
    ANSWER_QUESTION = "question:answer"
    DISMISS_QUESTION = "question:dismiss"
    VIEW_ROUND = "round:view"
    RUN_ROUND = "round:run"
    VIEW_PLACEMENT = "placement:view"
    DRAFT_PLACEMENT = "placement:draft"
    APPROVE_PLACEMENT = "placement:approve"
    ANSWER_OFFER = "placement:answer-offer"
    RECORD_ANSWER = "placement:record-answer"  # of a person, by telephone or letter
    ANSWER_INTRODUCTION = "placement:answer-introduction"
    CONFIRM_PLACEMENT = "placement:confirm"
    EXPIRE_PLACEMENT = "placement:expire"
    EXTEND_DEADLINE = "placement:extend"
    VIEW_CHANGE = "plan_change:view"  # of what was agreed
    DRAFT_CHANGE = "plan_change:draft"
    APPROVE_CHANGE = "plan_change:approve"
    DECLINE_CHANGE = "plan_change:decline"
    APPLY_CHANGE = "plan_change:apply"  # by accepting its terms
    VIEW_ADDITION = "month_addition:view"  # of half-days in one month
    ASK_ADDITION = "month_addition:ask"
    ANSWER_ADDITION = "month_addition:answer"
    DRAFT_ADDITION = "month_addition:draft"
    DECIDE_ADDITION = "month_addition:decide"
    EXPIRE_ADDITION = "month_addition:expire"
    STATE_TERMS = "terms:state"
    ACCEPT_TERMS = "terms:accept"
    VIEW_COUNTER = "counter_proposal:view"
    WITHDRAW_COUNTER = "counter_proposal:withdraw"  # of the side that proposed
    ANSWER_COUNTER = "counter_proposal:answer"  # of the side that is asked
    DRAFT_COUNTER = "counter_proposal:draft"
    DECIDE_COUNTER = "counter_proposal:decide"
    EXPIRE_COUNTER = "counter_proposal:expire"
    VIEW_ENGAGEMENT = "engagement:view"
    PREPARE_ENGAGEMENT = "engagement:prepare"
    CHOOSE_FORM = "engagement:choose-form"
    RUN_ENGAGEMENT = "engagement:run"
    END_ENGAGEMENT = "engagement:end"
    GIVE_OUTLOOK = "outlook:give"
    VIEW_OUTLOOK = "outlook:view"
    LOG_WORK = "work_log:write"
    RECORD_LOG = "work_log:record"  # of a person without an account, from paper or a call
    SIGN_LOG = "work_log:sign"
    REOPEN_LOG = "work_log:reopen"
    VIEW_REVIEW = "review:view"
    GIVE_REVIEW = "review:give"
    RUN_REVIEW = "review:run"  # ask, show, close when the time is over
    CONTEST_REVIEW = "review:contest"  # and reply
    DECIDE_REVIEW = "review:decide"
    VIEW_REPORT = "report:view"
    WRITE_REPORT = "report:write"
    AGREE_REPORT = "report:agree"  # that it becomes a case
    VIEW_CASE = "case_study:view"
    WRITE_CASE = "case_study:write"
    OFFER_CONTACT = "case_study:contact"  # whom other towns may ask
    VIEW_REASONS = "reason:view"  # in numbers
    VIEW_INTEREST = "interest:view"  # what people say of open needs
    SAY_INTEREST = "interest:say"
    RECORD_INTEREST = "interest:record"  # of a person without an account, from paper or a call
    VIEW_TOWN_RANK = "town_rank:view"
    RANK_PEOPLE = "town_rank:give"  # whom the town was introduced to
    VIEW_WATCH = "need_watch:view"  # of one's own
    KEEP_WATCH = "need_watch:keep"
    RUN_WATCH = "need_watch:run"  # and tell people what suits them
    SHOW_TOWN = "need_showing:choose"  # to whom the need fits
    VIEW_PANEL = "panel:view"
    RUN_PANEL = "panel:run"
    SCORE_PANEL = "panel:score"
    VIEW_PAPER = "paper:view"
    ENDORSE_PAPER = "paper:endorse"
    VIEW_NOTE = "note:view"
    WRITE_NOTE = "note:write"
    VIEW_DUTY = "duty:view"
    ASSIGN_DUTY = "duty:assign"
    SET_DEADLINES = "deadlines:set"
    VIEW_CONSULTATION = "consultation:view"
    WRITE_CONSULTATION = "consultation:write"  # and say who else may read it
    ANSWER_CONSULTATION = "consultation:answer"
    VIEW_SHARED = "shared_consultation:view"  # those over, of towns that allow it
    VIEW_TROUBLES = "trouble:view"  # in numbers
    FILE_COMPLAINT = "complaint:file"
    VIEW_COMPLAINT = "complaint:view"
    ANSWER_COMPLAINT = "complaint:answer"
    VIEW_CONFLICT = "conflict:view"
    RECORD_CONFLICT = "conflict:record"
    VIEW_REGISTER = "register:view"
    VIEW_PROGRAMME = "programme:view"
    MANAGE_PROGRAMME = "programme:manage"
    REFER_TOWN = "referral:make"  # to a programme
    VIEW_REFERRAL = "referral:view"
    VIEW_MEETING = "meeting:view"
    MANAGE_MEETING = "meeting:manage"
    JOIN_MEETING = "meeting:join"
    VIEW_COMPANION = "companion:view"
    NAME_COMPANION = "companion:name"  # be seen by towns with the same theme
    VIEW_FUNDING = "funding:view"
    MANAGE_FUNDING = "funding:manage"  # and the price of a kilometre
    PLAN_COST = "cost:plan"  # of the years after a need
    RECORD_REFERRAL = "referral:record"  # what came of it
    VIEW_AUDIT = "audit:view"
    VIEW_MAIL = "mail:view"
    RESEND_MAIL = "mail:resend"
    POST_LETTER = "letter:post"  # to people without an account
    VIEW_CHECKUP = "checkup:view"
    VIEW_ACCOUNT = "account:view"
    MANAGE_ACCOUNT = "account:manage"
    MANAGE_OFFICE = "office:manage"  # whom people can ask; everybody may read it
    MANAGE_REFERENCE = "reference:manage"
    SET_TRAVEL = "travel:set"
    EXCHANGE = "exchange:run"  # import and export


_C, _M, _K, _A, _U, _X, _S = (
    Role.CANDIDATE,
    Role.MUNICIPALITY,
    Role.COORDINATOR,
    Role.APPROVER,
    Role.AUDITOR,
    Role.ADMIN,
    Role.SYSTEM,
)
_OWN, _TOWN, _JOINT, _INTRODUCED, _AGREED, _PREFECTURE, _ANY = Scope

# A role that is not named may not. Administrators see no personal data of candidates.
RULES: Mapping[Action, Mapping[Role, Scope]] = {
    Action.VIEW_CANDIDATE: {
        _C: _OWN, _M: _INTRODUCED, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.EDIT_PROFILE: {_C: _OWN, _K: _PREFECTURE, _S: _ANY},
    Action.REVIEW_PROFILE: {_K: _PREFECTURE, _S: _ANY},
    Action.RECEIVE_PROFILE: {_K: _PREFECTURE},
    Action.EMPLOY_PERSON: {_K: _PREFECTURE, _S: _ANY},
    Action.VIEW_EMPLOYMENT: {_K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY},
    Action.MERGE_PEOPLE: {_K: _PREFECTURE},
    Action.VIEW_MERGE: {_K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY},
    Action.VIEW_SELF_CHECK: {
        _C: _OWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.EDIT_SELF_CHECK: {_C: _OWN, _K: _PREFECTURE},  # officers for who has no account
    Action.VIEW_CREDENTIAL: {
        _C: _OWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.EDIT_CREDENTIAL: {_C: _OWN, _K: _PREFECTURE},
    Action.CHECK_CREDENTIAL: {_K: _PREFECTURE},
    Action.ANSWER_CREDENTIAL: {_S: _ANY},
    Action.RECORD_WISH: {_K: _PREFECTURE},
    Action.VIEW_CONTACT: {
        _C: _OWN, _M: _AGREED, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.VIEW_NEED: {
        _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.EDIT_NEED: {_M: _TOWN, _S: _ANY},
    Action.REVISE_NEED: {_M: _TOWN, _K: _PREFECTURE},
    Action.REVIEW_NEED: {_K: _PREFECTURE, _S: _ANY},
    Action.VIEW_COUNT: {
        _M: _PREFECTURE, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.VIEW_GAP: {_K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY},
    Action.TRACK_GAP: {_S: _ANY},
    Action.VIEW_JOINT_NEED: {
        _M: _JOINT, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.VIEW_JOINT: {
        _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.ASK_JOINT: {_S: _ANY},
    Action.ANSWER_JOINT: {_M: _TOWN},
    Action.VIEW_JOINT_WORK: {
        _M: _JOINT, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.VIEW_QUESTION: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.ASK_QUESTION: {_C: _OWN, _K: _PREFECTURE},  # officers for who has no account
    Action.ANSWER_QUESTION: {_M: _TOWN},
    Action.DISMISS_QUESTION: {_K: _PREFECTURE, _S: _ANY},
    Action.VIEW_ROUND: {_K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY},
    Action.RUN_ROUND: {_K: _PREFECTURE, _S: _ANY},
    Action.VIEW_PLACEMENT: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.DRAFT_PLACEMENT: {_K: _PREFECTURE, _S: _ANY},
    Action.APPROVE_PLACEMENT: {_A: _PREFECTURE},
    Action.ANSWER_OFFER: {_C: _OWN},
    Action.RECORD_ANSWER: {_K: _PREFECTURE},
    Action.ANSWER_INTRODUCTION: {_M: _TOWN},
    Action.CONFIRM_PLACEMENT: {_K: _PREFECTURE},
    Action.EXPIRE_PLACEMENT: {_S: _ANY},
    Action.EXTEND_DEADLINE: {_K: _PREFECTURE},
    Action.VIEW_CHANGE: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.DRAFT_CHANGE: {_K: _PREFECTURE},
    Action.APPROVE_CHANGE: {_A: _PREFECTURE},
    Action.DECLINE_CHANGE: {_C: _OWN, _M: _TOWN},
    Action.APPLY_CHANGE: {_C: _OWN, _K: _PREFECTURE},
    Action.VIEW_ADDITION: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.ASK_ADDITION: {_C: _OWN, _M: _TOWN, _K: _PREFECTURE},  # officers for who has no account
    Action.ANSWER_ADDITION: {_C: _OWN, _M: _TOWN, _K: _PREFECTURE},  # the same
    Action.DRAFT_ADDITION: {_K: _PREFECTURE},
    Action.DECIDE_ADDITION: {_A: _PREFECTURE},
    Action.EXPIRE_ADDITION: {_S: _ANY},
    Action.STATE_TERMS: {_M: _TOWN},
    Action.ACCEPT_TERMS: {_C: _OWN, _K: _PREFECTURE},  # officers for who has no account
    Action.VIEW_COUNTER: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.WITHDRAW_COUNTER: {_C: _OWN, _M: _TOWN},
    Action.ANSWER_COUNTER: {_C: _OWN, _M: _TOWN, _K: _PREFECTURE},  # officers for who has no account
    Action.DRAFT_COUNTER: {_K: _PREFECTURE},
    Action.DECIDE_COUNTER: {_A: _PREFECTURE},
    Action.EXPIRE_COUNTER: {_S: _ANY},
    Action.VIEW_ENGAGEMENT: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.PREPARE_ENGAGEMENT: {_C: _OWN, _M: _TOWN, _K: _PREFECTURE},
    Action.CHOOSE_FORM: {_M: _TOWN, _K: _PREFECTURE},
    Action.RUN_ENGAGEMENT: {_K: _PREFECTURE, _S: _ANY},
    Action.END_ENGAGEMENT: {_C: _OWN, _M: _TOWN, _K: _PREFECTURE},
    Action.GIVE_OUTLOOK: {_C: _OWN, _M: _TOWN, _K: _PREFECTURE},  # the same
    Action.VIEW_OUTLOOK: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.LOG_WORK: {_C: _OWN},
    Action.RECORD_LOG: {_K: _PREFECTURE},
    Action.SIGN_LOG: {_M: _TOWN},
    Action.REOPEN_LOG: {_K: _PREFECTURE},
    Action.VIEW_REVIEW: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.GIVE_REVIEW: {_C: _OWN, _M: _TOWN, _K: _PREFECTURE},  # officers for who has no account
    Action.RUN_REVIEW: {_S: _ANY},
    Action.CONTEST_REVIEW: {_C: _OWN, _K: _PREFECTURE},  # the same
    Action.DECIDE_REVIEW: {_K: _PREFECTURE},
    Action.VIEW_REPORT: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.WRITE_REPORT: {_C: _OWN, _K: _PREFECTURE},  # officers for who has no account
    Action.AGREE_REPORT: {_C: _OWN, _M: _TOWN, _K: _PREFECTURE},  # the same
    Action.VIEW_CASE: {
        _M: _PREFECTURE, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.WRITE_CASE: {_K: _PREFECTURE, _S: _ANY},
    Action.OFFER_CONTACT: {_M: _TOWN},
    Action.VIEW_REASONS: {
        _M: _PREFECTURE, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.VIEW_INTEREST: {
        _C: _OWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.SAY_INTEREST: {_C: _OWN},
    Action.RECORD_INTEREST: {_K: _PREFECTURE},
    Action.VIEW_TOWN_RANK: {
        _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.RANK_PEOPLE: {_M: _TOWN},
    Action.VIEW_WATCH: {_M: _OWN, _K: _OWN, _S: _ANY},
    Action.KEEP_WATCH: {_M: _OWN, _K: _OWN},
    Action.RUN_WATCH: {_S: _ANY},
    Action.SHOW_TOWN: {_M: _TOWN},
    Action.VIEW_PANEL: {_M: _TOWN, _U: _PREFECTURE, _S: _ANY},
    Action.RUN_PANEL: {_M: _TOWN},
    Action.SCORE_PANEL: {_M: _TOWN},
    Action.VIEW_PAPER: {_K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY},
    Action.ENDORSE_PAPER: {_K: _PREFECTURE},
    Action.VIEW_NOTE: {_K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY},
    Action.WRITE_NOTE: {_K: _PREFECTURE, _A: _PREFECTURE},
    Action.VIEW_DUTY: {_K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY},
    Action.ASSIGN_DUTY: {_K: _PREFECTURE},
    Action.SET_DEADLINES: {_K: _PREFECTURE},
    Action.VIEW_CONSULTATION: {
        _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.WRITE_CONSULTATION: {_M: _TOWN},
    Action.ANSWER_CONSULTATION: {_K: _PREFECTURE},
    Action.VIEW_SHARED: {
        _M: _PREFECTURE, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE,
    },
    Action.VIEW_TROUBLES: {
        _M: _PREFECTURE, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE,
    },
    Action.FILE_COMPLAINT: {_C: _OWN, _M: _TOWN, _K: _PREFECTURE},
    Action.VIEW_COMPLAINT: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.ANSWER_COMPLAINT: {_K: _PREFECTURE},
    Action.VIEW_CONFLICT: {_K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY},
    Action.RECORD_CONFLICT: {_K: _PREFECTURE, _S: _ANY},
    Action.VIEW_REGISTER: {_K: _PREFECTURE, _U: _PREFECTURE},
    Action.VIEW_PROGRAMME: {
        _M: _PREFECTURE, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.MANAGE_PROGRAMME: {_K: _PREFECTURE},
    Action.REFER_TOWN: {_K: _PREFECTURE},
    Action.VIEW_REFERRAL: {
        _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.RECORD_REFERRAL: {_M: _TOWN, _K: _PREFECTURE},
    Action.VIEW_MEETING: {
        _C: _OWN, _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.MANAGE_MEETING: {_K: _PREFECTURE},
    Action.JOIN_MEETING: {_C: _OWN, _M: _TOWN},
    Action.VIEW_COMPANION: {
        _M: _TOWN, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.NAME_COMPANION: {_M: _TOWN},
    Action.VIEW_FUNDING: {
        _M: _PREFECTURE, _K: _PREFECTURE, _A: _PREFECTURE, _U: _PREFECTURE, _S: _ANY,
    },
    Action.MANAGE_FUNDING: {_K: _PREFECTURE},
    Action.PLAN_COST: {_M: _TOWN},
    Action.VIEW_AUDIT: {_U: _PREFECTURE},
    Action.VIEW_MAIL: {_K: _PREFECTURE, _U: _PREFECTURE},
    Action.RESEND_MAIL: {_K: _PREFECTURE},
    Action.POST_LETTER: {_K: _PREFECTURE},
    Action.VIEW_CHECKUP: {_U: _PREFECTURE, _X: _PREFECTURE, _S: _ANY},
    Action.VIEW_ACCOUNT: {_X: _PREFECTURE, _U: _PREFECTURE, _S: _ANY},
    Action.MANAGE_ACCOUNT: {_X: _PREFECTURE, _S: _ANY},
    Action.MANAGE_OFFICE: {_X: _PREFECTURE, _S: _ANY},
    Action.MANAGE_REFERENCE: {_X: _PREFECTURE, _S: _ANY},
    Action.SET_TRAVEL: {_K: _PREFECTURE, _X: _PREFECTURE, _S: _ANY},
    Action.EXCHANGE: {_K: _PREFECTURE, _S: _ANY},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: plain values, so that services and jobs never need a web request."""

    user_id: int | None
    role: Role
    prefecture_code: str | None = None
    municipality_code: str | None = None


SYSTEM = Actor(user_id=None, role=Role.SYSTEM)

Condition = Callable[[Actor], sa.ColumnElement[bool]]
K = TypeVar("K")
V = TypeVar("V")
M = TypeVar("M", bound=Base)
_conditions: dict[tuple[type[Base], Scope], Condition] = {}
_view_actions: dict[type[Base], Action] = {}


def viewed_by(model: type[Base], action: Action) -> None:
    """Declare the action that makes objects of `model` visible."""
    _register(_view_actions, model, action)


def view_of(model: type[Base]) -> Action:
    """The action that makes objects of `model` visible."""
    return _view_actions[model]


def within(model: type[Base], scope: Scope) -> Callable[[Condition], Condition]:
    """Register what `scope` means for `model`: a function from the actor to an SQL condition."""

    def register(condition: Condition) -> Condition:
        _register(_conditions, (model, scope), condition)
        return condition

    return register


def _register(rules: dict[K, V], key: K, rule: V) -> None:
    """Refuse a second rule at start: of two, one would be tightened and the other forgotten."""
    if key in rules:
        raise ValueError(f"{key} has a rule already")
    rules[key] = rule


def scope_of(actor: Actor, action: Action) -> Scope | None:
    return RULES[action].get(actor.role)


def condition(actor: Actor, action: Action, model: type[Base]) -> sa.ColumnElement[bool]:
    """The rows of `model` on which `actor` may do `action`, as an SQL condition."""
    scope = scope_of(actor, action)
    if scope is None:
        return sa.false()
    if scope is Scope.ANY:
        return sa.true()
    return _conditions[model, scope](actor)


def get_allowed(session: Session, actor: Actor, action: Action, model: type[M], ident: int) -> M:
    """The object on which `actor` may do `action`, or NotFound: for who sees it by that right alone."""
    if not 0 < ident <= GREATEST_ID:
        raise NotFound
    query = sa.select(model).where(_key(model) == ident, condition(actor, action, model))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def visible(actor: Actor, model: type[M]) -> sa.Select[M]:
    return sa.select(model).where(condition(actor, view_of(model), model))


def get_visible(
    session: Session,
    actor: Actor,
    model: type[M],
    ident: int,
    *,
    lock: bool = False,
    options: Sequence[ExecutableOption] = (),
) -> M:
    """The object, or NotFound: what is foreign and what is absent look the same. `options` load more of it."""
    if not 0 < ident <= GREATEST_ID:
        raise NotFound
    query = visible(actor, model).where(_key(model) == ident).options(*options)
    if lock:
        query = query.with_for_update(of=model)
    is_anew = lock or bool(options)
    found = session.scalars(query.execution_options(populate_existing=is_anew)).one_or_none()
    if found is None:
        raise NotFound
    scope = scope_of(actor, view_of(model))
    _answers(session)[model, ident, scope, actor] = True
    return found


def can(session: Session, actor: Actor, action: Action, thing: Base | None = None) -> bool:
    """May `actor` do `action` on `thing`; without a thing: on anything at all."""
    scope = scope_of(actor, action)
    if scope is None:
        return False
    if thing is None or scope is Scope.ANY:
        return True
    session.flush()
    model = type(thing)
    key = _key(model)
    ident = sa.inspect(thing).identity
    if ident is None:
        return False
    answers, question = _answers(session), (model, ident[0], scope, actor)
    if question not in answers:
        query = sa.select(key).where(key == ident[0], condition(actor, action, model))
        answers[question] = session.scalar(query) is not None
    return answers[question]


def _answers(session: Session) -> dict[Any, bool]:
    """What a reading unit has asked already; a writing one may change the answer, so it keeps none."""
    kept: dict[Any, bool] = session.info["allowed"] if session.info["reads"] else {}
    return kept


def require(session: Session, actor: Actor, action: Action, thing: Base | None = None) -> None:
    if not can(session, actor, action, thing):
        raise Forbidden(say("この操作を行う権限がありません。"))


def _key(model: type[Base]) -> Any:
    return sa.inspect(model).primary_key[0]
