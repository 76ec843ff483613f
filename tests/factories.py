"""Rows that make sense, for tests that name only what matters to them.

Plain functions: each writes through the session it gets and flushes, so that ids are there; commit to let others
see. What they write satisfies every invariant of `talentpool check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from talentpool import audit, clock, dates
from talentpool.accounts import passwords
from talentpool.accounts.models import Pool, User
from talentpool.accounts.service import create_user, open_pool
from talentpool.candidates.content import EMPLOYED, Term
from talentpool.candidates.employing import write_term
from talentpool.candidates.merged import PersonMerge
from talentpool.candidates.models import (
    Candidate,
    CandidateForm,
    CandidatePost,
    CandidateRole,
    CandidateSkill,
    CandidateWindow,
    Consent,
    Membership,
    Mode,
    ProfileSnapshot,
)
from talentpool.credentials.models import Credential, Kind
from talentpool.db import Base, Session
from talentpool.engagements.log_content import LogContent
from talentpool.engagements.logs import send_log
from talentpool.engagements.models import (
    Engagement,
    EngagementCheck,
    Outcome as EngagementOutcome,
    Part,
    Place,
    WorkLog,
    WorkTerms,
)
from talentpool.engagements.month_additions import MonthAddition
from talentpool.engagements.plan_changes import PlanChange
from talentpool.engagements.preparing import forms_of, list_items
from talentpool.ledger import service as ledger
from talentpool.ledger.models import LedgerMonth
from talentpool.matching import Policy, WhatIf
from talentpool.needs.drafting import save_draft
from talentpool.needs.models import (
    Need,
    NeedDraft,
    NeedForm,
    NeedMode,
    NeedRole,
    NeedSkill,
    Outcome,
    Side,
)
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.placements import papers, stating
from talentpool.placements.adding import ask_more
from talentpool.placements.counters.models import CounterProposal, Side as CounterSide
from talentpool.placements.deferring import set_answer_until
from talentpool.placements.extending import propose_extension
from talentpool.placements.models import Placement, Verdict
from talentpool.placements.questions.models import Question
from talentpool.reference.service import load_catalogue
from talentpool.rounds.models import PlanPair, Round, RoundNeed
from talentpool.states import (
    AGREED,
    APPROVED,
    COUNTER_ANSWERED,
    COUNTER_OPEN,
    LIVE,
    MACHINES,
    NAMED,
    SEATED,
    SERVED,
    CounterState,
    EngagementState,
    MembershipState,
    NeedState,
    PlacementState,
    RoundState,
)
from talentpool.text import search_key

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
FIRST, LAST = dates.month_number(2027, 4), dates.month_number(2027, 9)
HYOGO, OSAKA = "28", "27"
HIMEJI, SAYO, ASAGO = "282014", "285013", "282251"
PASSWORD = "correct horse 1"  # of every account made here
_numbers = count(1)


def count_from_one() -> None:
    """Number people and needs from the start again; only for a database that has none of them."""
    global _numbers  # noqa: PLW0603
    _numbers = count(1)


def make_prefecture_pool(session: Session, code: str = HYOGO, *, now: datetime = NOW) -> Pool:
    """The prefecture's pool; the one there is, when it has been made before."""
    return session.get(Pool, code) or open_pool(session, code, actor=SYSTEM, now=now)


def make_user(
    session: Session,
    role: Role,
    *,
    prefecture_code: str = HYOGO,
    municipality_code: str | None = None,
    email: str | None = None,
    now: datetime = NOW,
) -> User:
    """An account that can sign in with PASSWORD; an officer of a town is one of HIMEJI unless said otherwise."""
    if role is Role.MUNICIPALITY and municipality_code is None:
        municipality_code = HIMEJI
    if municipality_code is not None:
        prefecture_code = municipality_code[:2]
    make_prefecture_pool(session, prefecture_code, now=now)
    user = create_user(
        session,
        email=email or f"{role}-{next(_numbers)}@example.jp",
        role=role,
        actor=SYSTEM,
        now=now,
        prefecture_code=prefecture_code,
        municipality_code=municipality_code,
        password_hash=passwords.of(session).hash(PASSWORD),
        is_foreign_domain_allowed=True,
    )
    session.flush()
    return user


def make_candidate(
    session: Session,
    *,
    prefecture_code: str = HYOGO,
    half_days: int = 8,
    first_month: int = FIRST,
    last_month: int = LAST,
    skills: Mapping[str, int] | None = None,
    forms: Iterable[str] = ("commission", "special_part_time"),
    roles: Iterable[str] = ("producer", "pm"),
    state: MembershipState = MembershipState.ACTIVE,
    has_account: bool = True,
    now: datetime = NOW,
    **columns: Any,
) -> Candidate:
    """A former official with an account, consents, `half_days` a month in the ledger and a membership."""
    make_prefecture_pool(session, prefecture_code, now=now)
    number = next(_numbers)
    user = (
        make_user(session, Role.CANDIDATE, prefecture_code=prefecture_code, now=now)
        if has_account
        else None
    )
    given: dict[str, Any] = {
        "code": f"C-{number:06d}",
        "user_id": user.id if user else None,
        "kind": "official",
        "family_name": f"試験{number}",
        "given_name": "花子",
        "family_kana": "シケン",
        "given_kana": "ハナコ",
        "search_key": search_key(f"試験{number} 花子"),
        "phone": "078-000-0000",
        "contact_email": f"candidate-{number}@example.jp",
        "home_code": HIMEJI,
        "most_at_once": 3,
        "pay_minimum": 5000,
        "pay_wish": 10000,
        "training_until": date(2099, 3, 31),
        "created_at": now,
        "updated_at": now,
    }
    candidate = Candidate(**(given | columns))
    candidate.roles = [CandidateRole(role=role) for role in roles]
    candidate.forms = [CandidateForm(form=form) for form in forms]
    levels = skills if skills is not None else {"administration": 3, "bridging": 3, "bpr": 3}
    candidate.skills = [
        CandidateSkill(skill=skill, level=level, last_used=2026) for skill, level in levels.items()
    ]
    candidate.windows = [
        CandidateWindow(
            first_month=first_month,
            last_month=last_month,
            half_days=half_days,
            mode=Mode.BOTH,
        )
    ]
    candidate.consents = [_consent("search", prefecture_code, now)]
    if state is MembershipState.LEFT:
        candidate.consents[0].withdrawn_at = now
    session.add(candidate)
    session.flush()
    make_membership(session, candidate, prefecture_code, state=state, now=now)
    capacities = dict.fromkeys(dates.months(first_month, last_month), half_days)
    ledger.set_capacity(session, candidate.id, capacities)
    audit.record(session, audit.Deed.CANDIDATE_START, candidate, actor=SYSTEM, now=now)
    session.flush()
    return candidate


def make_employee(session: Session, term: Term | None = None, **columns: Any) -> Candidate:
    """Somebody whom the prefecture employs (自治体DXアクセラレータ), without an account, in the pool for the term."""
    term = term or Term("accelerator", date(2026, 4, 1), date(2028, 3, 31), 9000)
    unpaid = {"pay_minimum": 0, "pay_wish": 0, "kind": EMPLOYED, "has_account": False}
    person = make_candidate(session, forms=(EMPLOYED,), **(unpaid | columns))
    membership = person.memberships[0]
    membership.active_from, membership.active_until = term.first_day, term.last_day
    code = membership.prefecture_code
    write_term(session, person, code, term, actor=SYSTEM, now=NOW)
    return person


def make_post() -> CandidatePost:
    """A post of many years ago, to be added to a profile."""
    return CandidatePost(body="県庁", first_month=dates.month_number(2000, 4))


def make_membership(
    session: Session,
    candidate: Candidate,
    prefecture_code: str,
    *,
    state: MembershipState = MembershipState.ACTIVE,
    now: datetime = NOW,
    active_until: date = date(2099, 3, 31),
) -> Membership:
    membership = Membership(
        candidate=candidate,
        prefecture_code=prefecture_code,
        state=state,
        applied_at=None if state is MembershipState.DRAFT else now,
    )
    if state in {MembershipState.ACTIVE, MembershipState.LEFT}:
        membership.active_from, membership.active_until = date(2026, 4, 1), active_until
        membership.reviewed_at = now
    session.add(membership)
    session.flush()
    _note_state(session, membership, now)
    return membership


def make_credential(session: Session, candidate: Candidate, **columns: Any) -> Credential:
    """A training that the person showed and nobody has checked."""
    given: dict[str, Any] = {
        "kind": Kind.TRAINING, "subject": "privacy", "title": "研修", "done_on": dates.local_date(NOW),
        "valid_until": date(2099, 3, 31), "said_at": NOW, "said_by": candidate.user_id,
        "prefecture_code": candidate.memberships[0].prefecture_code,
    }  # fmt: skip
    row = Credential(candidate_id=candidate.id, **(given | columns))
    session.add(row)
    session.flush()
    return row


def make_merge(session: Session, kept: Candidate, gone: Candidate, **columns: Any) -> PersonMerge:
    """The line of a merge alone."""
    given: dict[str, Any] = {
        "prefecture_code": kept.memberships[0].prefecture_code, "points": 75, "before": "{}",
        "merged_at": NOW,
    }  # fmt: skip
    row = PersonMerge(kept_id=kept.id, gone_id=gone.id, **(given | columns))
    session.add(row)
    session.flush()
    return row


def make_need(
    session: Session,
    *,
    municipality_code: str = HIMEJI,
    state: NeedState = NeedState.OPEN,
    half_days: int = 4,
    first_month: int = FIRST,
    last_month: int = LAST,
    musts: Mapping[str, int] | None = None,
    forms: Iterable[str] = ("commission",),
    roles: Iterable[str] = (),
    now: datetime = NOW,
    **columns: Any,
) -> Need:
    """An open, online need of one seat that the person of `make_candidate` can fill."""
    make_prefecture_pool(session, municipality_code[:2], now=now)
    number = next(_numbers)
    given: dict[str, Any] = {
        "code": f"N-{number:06d}",
        "prefecture_code": municipality_code[:2],
        "municipality_code": municipality_code,
        "state": state,
        "title": f"窓口業務の見直し {number}",
        "background": "来庁者の待ち時間が長い。",
        "side": Side.MUNICIPAL,
        "theme": "bpr",
        "stage": "plan",
        "half_days": half_days,
        "first_month": first_month,
        "last_month": last_month,
        "mode": NeedMode.ONLINE,
        "place_code": municipality_code,
        "pay_amount": 25000,
        "pay_basis": "day",
        "created_at": now,
        "updated_at": now,
        "submitted_at": now if state is not NeedState.DRAFT else None,
        "opened_at": now if state not in {NeedState.DRAFT, NeedState.SUBMITTED} else None,
    }
    if state is NeedState.CLOSED:
        given |= {"closed_at": now, "outcome": Outcome.UNFILLED}
    need = Need(**(given | columns))
    need.forms = [NeedForm(form=form) for form in forms]
    need.roles = [NeedRole(role=role) for role in roles]
    levels = musts if musts is not None else {"bpr": 2}
    need.skills = [
        NeedSkill(
            skill=skill,
            level=level,
            must=True,
            position=place,
            weight=100 // len(levels) + (place < 100 % len(levels)),
        )
        for place, (skill, level) in enumerate(levels.items())
    ]
    session.add(need)
    session.flush()
    _note_state(session, need, now)
    return need


def make_need_draft(
    session: Session,
    *,
    municipality_code: str = HIMEJI,
    need: Need | None = None,
    typed: Mapping[str, Sequence[str]] | None = None,
    now: datetime = NOW,
) -> NeedDraft:
    """What an officer of the town began to type, of a new need unless `need` is given."""
    author = make_user(session, Role.MUNICIPALITY, municipality_code=municipality_code)
    return save_draft(
        session, None, typed or {"title": ["窓口"]}, need=need, actor=author.actor, now=now
    )


def make_round_with_plan(
    session: Session,
    pairs: Iterable[tuple[Need, Candidate]],
    *,
    prefecture_code: str = HYOGO,
    state: RoundState = RoundState.OPTIMAL,
    needs: Iterable[Need] = (),
    now: datetime = NOW,
) -> Round:
    """A finished round whose plan is `pairs`, in this order of seats; `needs` adds needs without anybody.

    Its input hash is a made-up one: a test that adopts it has to run a real round instead.
    """
    pairs = list(pairs)
    numbers = sa.select(sa.func.max(Round.number)).where(Round.prefecture_code == prefecture_code)
    seats: dict[int, int] = {}
    entries: dict[int, list[dict[str, Any]]] = {need.id: [] for need in needs}
    plan = []
    for need, candidate in pairs:
        seats[need.id] = seats.get(need.id, 0) + 1
        rows = entries.setdefault(need.id, [])
        rows.append(_ranked(candidate, len(rows) + 1))
        plan.append(
            PlanPair(
                need_id=need.id, seat=seats[need.id], candidate_id=candidate.id, fit=8000,
                parts={"skills": 5000, "role": 3000}, reason={"code": "placed"},
            )
        )  # fmt: skip
    versions = {need.id: need.content_version for need in [*needs, *(need for need, _ in pairs)]}
    made = Round(
        prefecture_code=prefecture_code,
        number=(session.scalar(numbers) or 0) + 1,
        title="試験の回",
        state=state,
        policy=Policy().to_dict(),
        what_if=WhatIf().to_dict() if state is RoundState.EXPLORED else None,
        created_at=now,
        started_at=now,
        finished_at=now,
        adopted_at=now if state is RoundState.ADOPTED else None,
        input_hash="0" * 64,
        objective=28000 * len(pairs),
        bound=28000 * len(pairs),
        gap=0,
        seconds=0.1,
        summary={
            "filled": len(pairs),
            "seats": len(pairs),
            "mean_fit": 8000,
            "candidates": len(pairs),
        },
        result={},
        needs=[
            RoundNeed(
                need_id=ident,
                content_version=versions[ident],
                ranking=rows,
                excluded={},
            )
            for ident, rows in entries.items()
        ],
        pairs=plan,
    )
    session.add(made)
    session.flush()
    _note_state(session, made, now)
    return made


def make_placement(
    session: Session,
    need: Need,
    candidate: Candidate,
    *,
    state: PlacementState = PlacementState.SUGGESTED,
    seat: int | None = None,
    rank: int = 1,
    drafter: User | None = None,
    approver: User | None = None,
    now: datetime = NOW,
    **columns: Any,
) -> Placement:
    """A placement in `state` with all that state implies: hold or booking, consent, paper, engagement."""
    reached = PlacementState.CONFIRMED if state is PlacementState.FINISHED else state
    placement = Placement(
        prefecture_code=need.prefecture_code, need_id=need.id, need=need, candidate=candidate,
        municipality_code=need.municipality_code, candidate_id=candidate.id, state=state, rank=rank,
        fit=8000, parts={"skills": 5000, "role": 3000}, reason={}, need_version=need.content_version,
        created_at=now,
    )  # fmt: skip
    if state not in {PlacementState.SUGGESTED, PlacementState.NOT_ADVANCED}:
        placement.drafted_by = (drafter or make_user(session, Role.COORDINATOR, now=now)).id
        free = _free_seat(session, need)
        placement.seat = seat or (free if reached in SEATED else min(free, need.seats))
        placement.drafted_at = now
    if reached in APPROVED:
        placement.approved_by = (approver or make_user(session, Role.APPROVER, now=now)).id
        placement.approved_at = now
        placement.snapshot_id = _snapshot(session, candidate, now).id
    if reached in SEATED:
        placement.offered_at, placement.offer_until = now, now + timedelta(days=7)
    if reached in NAMED:
        placement.introduced_at, placement.introduction_until = (
            now,
            now + timedelta(days=14),
        )
    if reached in AGREED:
        placement.agreed_at = now
    if reached is PlacementState.CONFIRMED:
        placement.confirmed_at, placement.confirmed_by = now, placement.drafted_by
        placement.undo_until = now + timedelta(days=3)
    if state not in LIVE:
        placement.ended_at, placement.end_reason = now, "other"
    for name, value in columns.items():
        setattr(placement, name, value)
    session.add(placement)
    session.flush()
    _put_on_paper(session, placement, now)
    _note_state(session, placement, now)
    _commit_half_days(session, placement, now)
    if placement.introduced_at is not None:
        make_consent(session, candidate, "introduction", need.municipality_code, now=now)
    if reached is PlacementState.CONFIRMED:
        _confirm(session, placement, now)
    session.flush()
    return placement


def make_counter(
    session: Session,
    placement: Placement,
    *,
    side: CounterSide | None = None,
    state: CounterState = CounterState.ASKED,
    now: datetime = NOW,
    **columns: Any,
) -> CounterProposal:
    """One half-day less than what stands, by the side that is asked; an open one stops the placement's deadline."""
    is_town = placement.introduced_at is not None
    stands, is_open = placement.conditions, state in COUNTER_OPEN
    row = CounterProposal(
        placement_id=placement.id, placement=placement, prefecture_code=placement.prefecture_code,
        municipality_code=placement.municipality_code, candidate_id=placement.candidate_id,
        side=side or (CounterSide.TOWN if is_town else CounterSide.PERSON), state=state,
        half_days=max(1, stands.half_days - 1), first_month=stands.first_month,
        last_month=stands.last_month, mode=stands.mode, excess=[], proposed_at=now,
        stopped_until=placement.answer_until or now + timedelta(days=7),
    )  # fmt: skip
    if state in COUNTER_ANSWERED:
        row.asked_at, row.until = now, now + timedelta(days=7)
    if not is_open:
        row.ended_at = now
    for name, value in columns.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    if is_open:
        set_answer_until(placement, None)
    _note_state(session, row, now)
    session.flush()
    return row


def make_question(session: Session, placement: Placement, *, now: datetime = NOW) -> Question:
    """Asked by the person, and not answered."""
    row = Question(
        need_id=placement.need_id, placement_id=placement.id, placement=placement,
        prefecture_code=placement.prefecture_code, municipality_code=placement.municipality_code,
        candidate_id=placement.candidate_id, text="曜日は選べますか。", asked_at=now,
        asked_by=placement.candidate.user_id, until=now + timedelta(days=2),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def make_prepared(session: Session, engagement: Engagement, *, now: datetime = NOW) -> None:
    """Everything that the first form of both sides asks for is ticked."""
    engagement.form = engagement.form or forms_of(engagement.need, engagement.candidate)[0]
    session.flush()
    for row in list_items(session, engagement, load_catalogue(session)):
        until = dates.last_day(engagement.last_month) if row.expires else None
        session.add(
            EngagementCheck(
                engagement_id=engagement.id, item=row.code, done_at=now, expires_on=until
            )
        )
    session.flush()


def make_sent_log(
    session: Session,
    candidate: Candidate,
    *,
    now: datetime | None = None,
    town: str = HIMEJI,
    part: Part = Part.MORNING,
) -> WorkLog:
    """The log of this month, sent and not signed: of an engagement that began with the month."""
    now = now or clock.now()
    month = dates.month_of(dates.local_date(now))
    need = make_need(
        session,
        first_month=month,
        last_month=month + 1,
        municipality_code=town,
        half_days=2,
        now=now,
    )
    for place in need.months:
        if session.get(LedgerMonth, (candidate.id, place)) is None:
            session.add(LedgerMonth(candidate_id=candidate.id, month=place, capacity=8))
    engagement = make_engagement(session, need=need, candidate=candidate, now=now)
    person = Actor(candidate.user_id, Role.CANDIDATE, engagement.prefecture_code)
    day = {dates.first_day(month): (part, Place.ONLINE)}
    content = LogContent(days=day, text="手順の聞き取り", theme="bpr")
    return send_log(session, engagement, month, content, actor=person, now=now)


def make_consent(
    session: Session,
    candidate: Candidate,
    purpose: str,
    audience: str,
    *,
    now: datetime = NOW,
) -> Consent:
    """The consent in force, given now when there is none."""
    in_force = sa.select(Consent).where(
        Consent.candidate_id == candidate.id,
        Consent.purpose == purpose,
        Consent.audience == audience,
        Consent.withdrawn_at.is_(None),
    )
    consent = session.scalar(in_force)
    if consent is None:
        consent = _consent(purpose, audience, now)
        candidate.consents.append(consent)
        session.flush()
    return consent


def _consent(purpose: str, audience: str, now: datetime) -> Consent:
    return Consent(purpose=purpose, audience=audience, text_version="1", given_at=now)


def _ranked(candidate: Candidate, rank: int) -> dict[str, Any]:
    return {
        "candidate": candidate.code,
        "rank": rank,
        "fit": 8000,
        "parts": {"skills": 5000, "role": 3000},
        "regret": 0,
        "placed": True,
        "reason": {"code": "placed"},
    }


def _snapshot(session: Session, candidate: Candidate, now: datetime) -> ProfileSnapshot:
    snapshot = ProfileSnapshot(
        candidate_id=candidate.id, occasion="approval", taken_at=now, content="{}"
    )
    session.add(snapshot)
    session.flush()
    return snapshot


def _free_seat(session: Session, need: Need) -> int:
    taken = sa.select(Placement.seat).where(
        Placement.need_id == need.id, Placement.state.in_(SEATED)
    )
    used = set(session.scalars(taken))
    return next(seat for seat in count(1) if seat not in used)


def _commit_half_days(session: Session, placement: Placement, now: datetime) -> None:
    if placement.state not in SEATED | SERVED:
        return
    half_days = dict.fromkeys(placement.need.months, placement.need.half_days)
    ledger.hold(
        session,
        placement.id,
        placement.candidate_id,
        placement.municipality_code,
        half_days,
        now,
    )
    if placement.state in SERVED:
        ledger.book_held(session, placement.id, now)


def _put_on_paper(session: Session, placement: Placement, now: datetime) -> None:
    """On the paper of its seat, as drafting and deciding would have left it."""
    state, need = placement.state, placement.need
    if placement.drafted_at is None or placement.seat is None:
        return
    drafter = Actor(placement.drafted_by, Role.COORDINATOR, need.prefecture_code)
    paper = papers.open_paper(session, need, placement.seat, actor=drafter, now=now)
    placement.paper = paper
    if state in APPROVED or placement.approved_by is not None:
        approver = Actor(placement.approved_by, Role.APPROVER, need.prefecture_code)
        papers.freeze_paper(
            session, paper, Verdict.APPROVED, [placement], actor=approver, now=now, comment=""
        )
    if state not in LIVE | SERVED:
        papers.note_end(session, placement, actor=SYSTEM, now=now)


def _confirm(session: Session, placement: Placement, now: datetime) -> None:
    booked = dict.fromkeys(placement.need.months, placement.need.half_days)
    papers.note_confirmation(session, placement, booked, actor=SYSTEM, now=now)
    engagement = Engagement(
        placement_id=placement.id, prefecture_code=placement.prefecture_code,
        municipality_code=placement.municipality_code, need_id=placement.need_id,
        candidate_id=placement.candidate_id, first_month=placement.need.first_month,
        last_month=placement.need.last_month, last_day=dates.last_day(placement.need.last_month),
        created_at=now,
    )  # fmt: skip
    if placement.state is PlacementState.FINISHED:
        engagement.state = EngagementState.ENDED
        engagement.outcome, engagement.ended_at = EngagementOutcome.NOT_BEGUN, now
    session.add(engagement)
    session.flush()
    _note_state(session, engagement, now)
    if placement.state is PlacementState.FINISHED:
        papers.note_finish(session, placement, engagement.last_day, actor=SYSTEM, now=now)
        papers.note_end(session, placement, actor=SYSTEM, now=now)


def make_terms(
    session: Session,
    placement: Placement,
    *,
    town: Actor | None = None,
    is_accepted: bool = True,
    now: datetime = NOW,
    **said: Any,
) -> WorkTerms:
    """A version of the terms of the work, stated by the town and accepted by the person; `said` differs from the proposal."""
    code, account = placement.municipality_code, placement.candidate.user_id
    town = town or make_user(session, Role.MUNICIPALITY, municipality_code=code, now=now).actor
    content = stating.propose_content(session, placement, load_catalogue(session), now)
    usual = {
        "form": content.form or forms_of(placement.need, placement.candidate)[0],
        "place": "市役所", "days": "毎週火曜日", "travel": "実費", "supervisor": "情報政策課 田中一郎",
    }  # fmt: skip
    row = stating.state_terms(
        session, placement, replace(content, **usual | said), actor=town, now=now
    )
    if is_accepted:
        role = Role.COORDINATOR if account is None else Role.CANDIDATE
        actor = Actor(account or town.user_id, role, placement.prefecture_code)
        stating.accept_terms(session, placement, row.number, actor=actor, now=now)
    session.flush()
    return row


def make_extension(
    session: Session,
    engagement: Engagement,
    *,
    last: date = date(2027, 12, 31),
    half_days: int = 4,
    now: datetime = NOW,
) -> PlanChange:
    """Drafted by a coordinator: it waits for an approver where it goes beyond the paper."""
    officer = make_user(
        session, Role.COORDINATOR, prefecture_code=engagement.prefecture_code, now=now
    )
    engagement.form = engagement.form or forms_of(engagement.need, engagement.candidate)[0]
    for month in dates.months(engagement.last_month + 1, dates.month_of(last)):
        for window in engagement.candidate.windows:
            window.first_month = min(window.first_month, month)
            window.last_month = max(window.last_month, month)
        if session.get(LedgerMonth, (engagement.candidate_id, month)) is None:
            session.add(LedgerMonth(candidate_id=engagement.candidate_id, month=month, capacity=8))
    session.flush()
    change = propose_extension(
        session, engagement, last=last, half_days=half_days, comment="引き続き必要なため",
        actor=officer.actor, now=now,
    )  # fmt: skip
    session.flush()
    return change


def make_addition(
    session: Session,
    engagement: Engagement,
    *,
    half_days: int = 1,
    month: int | None = None,
    by: Role = Role.CANDIDATE,
    now: datetime = NOW,
) -> MonthAddition:
    """Asked for by the person or the town: it waits for the prefecture where it is more than was approved."""
    account = engagement.candidate.user_id
    if by is not Role.CANDIDATE or account is None:
        role = Role.COORDINATOR if by is Role.CANDIDATE else by
        code = engagement.municipality_code if role is Role.MUNICIPALITY else None
        officer = make_user(
            session, role, municipality_code=code, prefecture_code=engagement.prefecture_code,
            now=now,
        )  # fmt: skip
        actor = officer.actor
    else:
        actor = Actor(account, by, engagement.prefecture_code)
    month = engagement.first_month if month is None else month
    for window in engagement.candidate.windows:
        window.first_month = min(window.first_month, month)
        window.last_month = max(window.last_month, month)
    if ledger.count_free(session, engagement.candidate_id, month) < half_days:
        for window in engagement.candidate.windows:
            window.half_days += half_days
        free = sa.update(LedgerMonth).where(LedgerMonth.candidate_id == engagement.candidate_id)
        session.execute(free.values(capacity=LedgerMonth.capacity + half_days))
    row = ask_more(session, engagement, month, half_days, "忙しい月のため", actor=actor, now=now)
    session.flush()
    return row


def find_engagement(session: Session, placement: Placement) -> Engagement:
    query = sa.select(Engagement).where(Engagement.placement_id == placement.id)
    return session.scalars(query).one()


def make_engagement(
    session: Session,
    *,
    state: EngagementState = EngagementState.ACTIVE,
    now: datetime = NOW,
    need: Need | None = None,
    candidate: Candidate | None = None,
    **columns: Any,
) -> Engagement:
    """An engagement of a confirmed placement in `state`, begun on the first day of its first month."""
    need = need or make_need(session, now=now)
    placement = make_placement(
        session, need, candidate or make_candidate(session, now=now),
        state=PlacementState.CONFIRMED, now=now,
    )  # fmt: skip
    engagement = find_engagement(session, placement)
    if state is not EngagementState.PREPARING:
        engagement.state = state
        engagement.started_at = dates.start_of_day(dates.first_day(need.first_month))
        if state is EngagementState.SUSPENDED:
            engagement.suspended_at, engagement.suspend_reason = engagement.started_at, "health"
        _note_state(session, engagement, now)
    for name, value in columns.items():
        setattr(engagement, name, value)
    session.flush()
    return engagement


def _note_state(session: Session, thing: Base, now: datetime) -> None:
    """The event that brought the thing to its state; none where it begins."""
    state = thing.state  # type: ignore[attr-defined]
    if state == thing.__table__.c.state.default.arg:
        return
    machine = MACHINES[type(state)]
    for step in machine.transitions:
        if step.target == state:
            change = {"from": str(min(step.sources)), "to": str(state)}
            audit.record(
                session,
                machine.entry(step),
                thing,
                actor=SYSTEM,
                now=now,
                detail=change,
            )
            return
