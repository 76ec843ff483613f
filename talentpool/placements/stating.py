"""勤務条件の明示: a town states the terms of the work, the person accepts them; without that nothing is confirmed.

A change is a new version, which is asked anew. What was accepted before stays in force until then.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from .. import audit
from ..accounts import telling
from ..candidates.service import speaks_for
from ..dates import first_day, last_day, local_date, month_of, month_text, show_date
from ..db import Session
from ..engagements.models import Engagement, WorkTerms
from ..engagements.plan_changes import PlanChange, find_open
from ..engagements.preparing import forms_of, only_form
from ..engagements.terms import TermsContent, check_content, digest, list_versions
from ..errors import Conflict, Forbidden, Refused
from ..language import say
from ..ledger import service as ledger
from ..needs.costing import fee_of
from ..needs.models import NeedMode
from ..permissions import Action, Actor, require, visible
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from ..states import AGREED, RUNNING, Audience, EngagementState, PlacementState, PlanChangeState
from .extending import extend
from .locking import lock_placements
from .models import Placement

STATED, ACCEPTED = "engagement.terms_state", "engagement.terms_accept"  # mails
LINK = "/placements/{}/terms"


def find_engagement(session: Session, placement: Placement) -> Engagement | None:
    query = sa.select(Engagement).where(Engagement.placement_id == placement.id)
    return session.scalars(query).one_or_none()


def has_terms() -> sa.ColumnElement[bool]:
    """Of a placement: some version was stated."""
    return sa.exists().where(WorkTerms.placement_id == Placement.id)


def answers_extension() -> sa.ColumnElement[bool]:
    """Of terms and an extension: they were stated for it, since both sides were asked."""
    return (WorkTerms.last_day == PlanChange.last_day) & (
        WorkTerms.stated_at >= PlanChange.opened_at
    )


def list_unaccepted(session: Session, actor: Actor) -> list[Placement]:
    """Those whose newest version nobody has accepted, and can be."""
    later = aliased(WorkTerms)
    asked = sa.exists().where(
        PlanChange.engagement_id == Engagement.id,
        PlanChange.state == PlanChangeState.OPEN,
        answers_extension(),
    )
    is_asked = asked.correlate(Engagement, WorkTerms)
    waits = sa.exists().where(
        WorkTerms.placement_id == Placement.id,
        WorkTerms.accepted_at.is_(None),
        ~sa.exists().where(
            later.placement_id == WorkTerms.placement_id, later.number > WorkTerms.number
        ),
        Engagement.id.is_(None) | (WorkTerms.last_day == Engagement.last_day) | is_asked,
    )
    query = (
        visible(actor, Placement)
        .outerjoin(Engagement, Engagement.placement_id == Placement.id)
        .where(Placement.state.in_(AGREED), waits)
    )
    return list(session.scalars(query.options(joinedload(Placement.need)).order_by(Placement.id)))


def is_open(placement: Placement, engagement: Engagement | None) -> bool:
    """Whether terms can be stated and accepted: both have said yes, and the work is not over."""
    if placement.state is PlacementState.AGREED:
        return True
    return engagement is not None and engagement.state in RUNNING


def can_be_accepted(session: Session, row: WorkTerms, engagement: Engagement | None) -> bool:
    """Whether its last day still is that of the work, or of the extension that is asked about."""
    if row.accepted_at is not None or engagement is None or row.last_day == engagement.last_day:
        return row.accepted_at is None
    query = sa.select(PlanChange.id).where(
        PlanChange.engagement_id == engagement.id, PlanChange.state == PlanChangeState.OPEN,
        PlanChange.last_day == row.last_day, PlanChange.opened_at <= row.stated_at,
    )  # fmt: skip
    return session.scalars(query).first() is not None


def period_of(
    session: Session, placement: Placement, engagement: Engagement | None, now: datetime
) -> tuple[int, int]:
    """First and last month: those that are held and not over, or those of the engagement with an open extension."""
    if engagement is not None:
        return engagement.first_month, month_of(last_day_of(session, engagement))
    this = month_of(local_date(now))
    months = [month for month in ledger.list_taken(session, placement.id) if month >= this]
    if not months:
        raise Conflict(say("この募集の期間は終わっています。"))
    return min(months), max(months)


def last_day_of(session: Session, engagement: Engagement) -> date:
    """Of the engagement, or of the extension that both sides are asked about."""
    change = find_open(session, engagement)
    is_asked = change is not None and change.state is PlanChangeState.OPEN
    return change.last_day if change is not None and is_asked else engagement.last_day


def _was_asked_since(session: Session, engagement: Engagement | None, row: WorkTerms) -> bool:
    """Whether both sides were asked about an extension after these terms."""
    change = find_open(session, engagement) if engagement is not None else None
    opened = change.opened_at if change is not None else None
    return opened is not None and opened > row.stated_at


def state_terms(
    session: Session, placement: Placement, content: TermsContent, *, actor: Actor, now: datetime
) -> WorkTerms:
    """明示する: a new version that the person is asked about. Refused, by field, where it is no possible one."""
    require(session, actor, Action.STATE_TERMS, placement)
    lock_placements(session, [placement])
    engagement = _open_engagement(session, placement)
    check_content(content)
    _check_form(placement, engagement, content)
    _check_period(session, placement, engagement, content, now)
    versions = list_versions(session, placement.id)
    months = month_of(content.first_day), month_of(content.last_day)
    half_days = _half_days(session, placement, *months) | _added(session, engagement, content)
    before = versions[0] if versions else None
    fee = fee_of(placement.need, placement.candidate)
    said = content, half_days, *fee
    is_same = before is not None and said == (
        TermsContent.of(before), before.half_days, before.pay_amount, before.pay_basis,
    )  # fmt: skip
    if before and is_same and not _was_asked_since(session, engagement, before):
        raise Refused(say("前の版から変わったところがありません。"))
    row = WorkTerms(
        placement_id=placement.id, prefecture_code=placement.prefecture_code,
        municipality_code=placement.municipality_code, candidate_id=placement.candidate_id,
        number=len(versions) + 1, **asdict(content),
        is_yearly=load_catalogue(session).form(content.form).is_fiscal_year_bound,
        half_days=half_days,
        pay_amount=fee.amount, pay_basis=fee.basis,
        stated_at=now, stated_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _record(session, audit.Deed.TERMS_STATE, row, actor, now)
    asked = Audience.COORDINATOR if placement.candidate.user_id is None else Audience.CANDIDATE
    _tell(session, placement, row, STATED, [asked], actor, now)
    return row


def accept_terms(
    session: Session, placement: Placement, number: int, *, actor: Actor, now: datetime
) -> WorkTerms:
    """承諾する: the version `number`, which must be the newest; it is in force from now on.

    The person does so; officers only for somebody without an account.
    """
    require(session, actor, Action.ACCEPT_TERMS, placement)
    if not may_accept(placement, actor):
        raise Forbidden(say("勤務条件を承諾するのは本人です。"))
    lock_placements(session, [placement])
    engagement = _open_engagement(session, placement)
    row = next(iter(list_versions(session, placement.id)), None)
    if row is None or row.number != number:
        raise Conflict(say("この版のあとに、新しい勤務条件が示されています。"))
    if row.accepted_at is not None:
        raise Conflict(say("この版は、すでに承諾されています。"))
    if engagement is not None and row.last_day != engagement.last_day:
        extend(session, placement, engagement, row, actor=actor, now=now)
    row.accepted_at, row.accepted_by = now, actor.user_id
    if engagement is not None:
        _bring_into_force(session, engagement, row)
    _record(session, audit.Deed.TERMS_ACCEPT, row, actor, now)
    told = [Audience.MUNICIPALITY, Audience.COORDINATOR]
    _tell(session, placement, row, ACCEPTED, told, actor, now)
    return row


def may_accept(placement: Placement, actor: Actor) -> bool:
    """Whether `actor`, who may accept terms at all, does so for this person."""
    return speaks_for(actor, placement.candidate)


def is_accepted(session: Session, placement: Placement) -> bool:
    """Whether the newest version is accepted."""
    newest = next(iter(list_versions(session, placement.id)), None)
    return newest is not None and newest.accepted_at is not None


def check_accepted(session: Session, placement: Placement, now: datetime) -> WorkTerms:
    """The accepted terms that a confirmation is made under; Conflict that says what is missing."""
    row = next(iter(list_versions(session, placement.id)), None)
    if row is None:
        raise Conflict(say("市町がまだ勤務条件を示していないため、確定できません。"))
    if row.accepted_at is None:
        raise Conflict(
            say("勤務条件の第%(n)s版を本人がまだ承諾していないため、確定できません。", n=row.number)
        )
    period = period_of(session, placement, None, now)
    is_same_time = (month_of(row.first_day), month_of(row.last_day)) == period
    if not is_same_time or row.half_days != _half_days(session, placement, *period):
        raise Conflict(
            say("勤務条件の期間か半日コマが、いまの仮押さえと違います。新しい版が必要です。")
        )
    need = placement.need
    is_same_pay = (row.pay_amount, row.pay_basis) == fee_of(need, placement.candidate)
    if not is_same_pay or row.form not in forms_of(need, placement.candidate):
        raise Conflict(
            say("勤務条件の報酬か任用形態が、いまの募集と違います。新しい版が必要です。")
        )
    return row


def propose_content(
    session: Session, placement: Placement, catalogue: Catalogue, now: datetime
) -> TermsContent:
    """What the form begins with: the newest version, or what need and ledger say already."""
    versions = list_versions(session, placement.id)
    engagement, need = find_engagement(session, placement), placement.need
    until = last_day_of(session, engagement) if engagement is not None else None
    if versions:
        newest = TermsContent.of(versions[0])
        return replace(newest, last_day=until or newest.last_day)
    first, last = period_of(session, placement, engagement, now)
    form = engagement.form if engagement else only_form(need, placement.candidate)
    return TermsContent(
        form=form or "",
        first_day=first_day(first),
        last_day=until or last_day(last),
        work=need.title,
        place=""
        if placement.conditions.mode is NeedMode.ONLINE
        else catalogue.municipality(need.place_code).ja,
        days="",
        travel="",
        supervisor=need.department,
    )


def _open_engagement(session: Session, placement: Placement) -> Engagement | None:
    """The engagement, locked, where there is one; Conflict where nothing can be stated or accepted."""
    engagement = find_engagement(session, placement)
    if engagement is not None:
        session.refresh(engagement, with_for_update=True)
    if not is_open(placement, engagement):
        raise Conflict(
            say("勤務条件を示して承諾できるのは、双方が合意したあと、活動が終わるまでです。")
        )
    return engagement


def _check_form(placement: Placement, engagement: Engagement | None, content: TermsContent) -> None:
    if content.form not in forms_of(placement.need, placement.candidate):
        raise Refused.at("form", say("双方が受けられる任用形態から選んでください。"))
    has_begun = engagement is not None and engagement.state is not EngagementState.PREPARING
    if has_begun and engagement and content.form != engagement.form:
        raise Refused.at("form", say("任用形態は、活動が始まる前にだけ変えられます。"))


def _check_period(
    session: Session,
    placement: Placement,
    engagement: Engagement | None,
    content: TermsContent,
    now: datetime,
) -> None:
    """The days lie in the months that are held; those of an engagement are changed by its own steps."""
    first, last = period_of(session, placement, engagement, now)
    if month_of(content.first_day) != first:
        raise Refused.at("first_day", _outside(first))
    if engagement is None and month_of(content.last_day) != last:
        raise Refused.at("last_day", _outside(last))
    if engagement is not None and content.last_day != last_day_of(session, engagement):
        raise Refused.at(
            "last_day", say("最後の日は、活動か、承諾を求めている延長の最後の日にしてください。")
        )


def _half_days(session: Session, placement: Placement, first: int, last: int) -> dict[str, int]:
    taken = ledger.list_taken(session, placement.id)
    return {month_text(month): n for month, n in taken.items() if first <= month <= last}


def _added(
    session: Session, engagement: Engagement | None, content: TermsContent
) -> dict[str, int]:
    """The half-days by month that the extension would bring of which these terms speak."""
    change = find_open(session, engagement) if engagement is not None else None
    if change is None or engagement is None or content.last_day == engagement.last_day:
        return {}
    return dict(change.half_days)


def _outside(month: int) -> str:
    return say(
        "%(first)sから%(last)sまでの日を入力してください。",
        first=show_date(first_day(month)),
        last=show_date(last_day(month)),
    )


def _bring_into_force(session: Session, engagement: Engagement, row: WorkTerms) -> None:
    engagement.terms_id = row.id
    if engagement.state is EngagementState.PREPARING:
        engagement.form = row.form


def _record(
    session: Session, deed: audit.Deed, row: WorkTerms, actor: Actor, now: datetime
) -> None:
    detail = {"placement": row.placement_id, "number": row.number, "content": digest(row)}
    audit.record(session, deed, row, actor=actor, now=now, detail=detail)


def _tell(
    session: Session,
    placement: Placement,
    row: WorkTerms,
    mail: str,
    audiences: list[Audience],
    actor: Actor,
    now: datetime,
) -> None:
    links = dict.fromkeys(audiences, LINK.format(placement.id))
    user_id = placement.candidate.user_id
    telling.tell_that(session, row, mail, links, user_id=user_id, actor=actor, now=now)
