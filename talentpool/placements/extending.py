"""Extending a running engagement: drafted, decided where it exceeds the paper, agreed by both sides, booked.

The town agrees by stating the terms of the work anew, the person by accepting them; then the months are booked in
the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from .. import audit
from ..accounts import telling
from ..dates import local_date, month_of, month_text, months, show_date
from ..db import Session
from ..engagements.models import Engagement, WorkTerms
from ..engagements.plan_changes import PlanChange, find_open
from ..errors import Conflict, Forbidden, Refused
from ..language import named, say, sentences
from ..ledger import service as ledger
from ..needs.costing import Fee
from ..pay import MOST_HALF_DAYS, total_pay
from ..permissions import Action, Actor, Role, require
from ..pool.assemble import request_of
from ..pool.reading import read_profiles
from ..reference.catalogue import Catalogue
from ..reference.reasons import check_comment, check_said
from ..reference.service import load_catalogue
from ..states import PLAN_CHANGE, RUNNING, Audience, PlanChangeState
from .conditions import Conditions
from .counters.finding import list_decided
from .earning import read_limits
from .extension_steps import hold, take
from .finishing import lock
from .guards import NOT_IN_POOL, broken_for, readable
from .models import Placement
from .papers import note_extension

PROPOSED = "plan_change.propose"  # mail


def propose_extension(
    session: Session,
    engagement: Engagement,
    *,
    last: date | None,
    half_days: int,
    comment: str,
    actor: Actor,
    now: datetime,
) -> PlanChange:
    """起案する: up to a later last day, with `half_days` in each new month.

    What exceeds the approved months or half-days waits for an approver; otherwise both sides are asked at once.
    """
    require(session, actor, Action.DRAFT_CHANGE, engagement)
    lock(session, engagement)
    _check_can_be_extended(session, engagement)
    check_comment(comment)
    if not comment.strip():
        raise Refused.at("comment", say("延長の理由を書いてください。"))
    if last is None or last <= engagement.last_day or last <= local_date(now):
        first = max(engagement.last_day, local_date(now))
        raise Refused.at("last_day", say("%(day)sより後の日にしてください。", day=show_date(first)))
    if not 1 <= half_days <= MOST_HALF_DAYS:
        raise Refused.at(
            "half_days", say("1から%(most)sまでで入力してください。", most=MOST_HALF_DAYS)
        )
    catalogue = load_catalogue(session)
    _check_form(engagement, last, catalogue)
    added = dict.fromkeys(months(engagement.last_month + 1, month_of(last)), half_days)
    placement = session.get_one(Placement, engagement.placement_id)
    faults = find_broken(session, engagement, added, catalogue, actor.role)
    if faults:
        raise Refused.at("last_day", sentences([say("この延長はできません。"), *faults]))
    change = PlanChange(
        engagement_id=engagement.id, prefecture_code=engagement.prefecture_code,
        municipality_code=engagement.municipality_code, candidate_id=engagement.candidate_id,
        last_day=last, half_days={month_text(month): n for month, n in added.items()},
        exceeds=exceeds(list_decided(session, placement), added), comment=comment,
        drafted_by=actor.user_id, drafted_at=now,
    )  # fmt: skip
    session.add(change)
    session.flush()
    detail = {
        "engagement": engagement.id, "last_day": last.isoformat(), "half_days": sum(added.values()),
        "exceeds": change.exceeds,
    }  # fmt: skip
    audit.record(session, audit.Deed.CHANGE_PROPOSE, change, actor=actor, now=now, detail=detail)
    if change.exceeds:
        links = {Audience.APPROVER: f"/plan_changes/{change.id}"}
        telling.tell_that(session, change, PROPOSED, links, actor=actor, now=now)
    else:
        take(session, change, "open", actor=actor, now=now)
    return change


def _check_can_be_extended(session: Session, engagement: Engagement) -> None:
    if engagement.state not in RUNNING:
        raise Conflict(say("この活動は、すでに終わっています。"))
    if engagement.end_reason is not None:
        raise Conflict(say("終了が決まっている活動は延長できません。"))
    if engagement.form is None:
        raise Conflict(say("任用形態がまだ選ばれていないため、延長できません。"))
    if find_open(session, engagement) is not None:
        raise Conflict(say("この活動には、まだ決まっていない延長があります。"))


def _check_form(engagement: Engagement, last: date, catalogue: Catalogue) -> None:
    """One that ends with the fiscal year has a term for each; of others the whole is not too long."""
    form = catalogue.form(engagement.form or "")
    length = month_of(last) - engagement.first_month + 1
    if not form.is_fiscal_year_bound and form.longest_months and length > form.longest_months:
        said = say(
            "「%(form)s」の任期は最長%(longest_months)sか月です。",
            form=named((form.ja, form.en)),
            longest_months=form.longest_months,
        )
        raise Refused.at("last_day", said)


def exceeds(decided: Iterable[Conditions], added: dict[int, int]) -> bool:
    """Whether months or half-days are more than any of what was `decided`."""
    return not any(
        all(month in one.months and n <= one.half_days for month, n in added.items())
        for one in decided
    )


def cost_of(fee: Fee, added: dict[int, int]) -> int:
    """Yen of the new months, as the town pays."""
    return sum(total_pay(*fee, n, 1) for n in added.values())


def find_broken(
    session: Session,
    engagement: Engagement,
    added: dict[int, int],
    catalogue: Catalogue,
    reader: Role,
) -> list[str]:
    """The engine's rules and the person's own limits that the new months break, as sentences for `reader`."""
    if not added:
        return []
    found = read_profiles(session, engagement.prefecture_code, {engagement.candidate_id})
    profile = found.get(engagement.candidate_id)
    if profile is None:
        return [NOT_IN_POOL]
    placement = session.get_one(Placement, engagement.placement_id)
    agreed = placement.conditions
    request = replace(
        request_of(engagement.need),
        mode=str(agreed.mode),
        on_site_share=agreed.on_site_share,
        first_month=min(added),
        begins=engagement.need.first_month,
        last_month=max(added),
        half_days=max(added.values()),
    )
    booked = ledger.list_booked(session, placement.id)
    limits = read_limits(session, [placement.candidate_id]).get(placement.candidate_id)
    beyond = limits.broken_in(added, placement, agreed, booked) if limits else ()
    return readable(broken_for(profile, request, catalogue), reader, beyond)


def approve_extension(session: Session, change: PlanChange, *, actor: Actor, now: datetime) -> None:
    """承認する: by another officer than the one who drafted it; then both sides are asked."""
    require(session, actor, Action.APPROVE_CHANGE, change)
    lock_change(session, change)
    if change.drafted_by == actor.user_id:
        raise Forbidden(say("起案した本人は決裁できません。別の決裁者が決裁します。"))
    if change.state is PlanChangeState.PROPOSED:
        _check_rules(session, change, actor.role)
    take(
        session, change, "approve", actor=actor, now=now, approved_by=actor.user_id,
        approved_at=now,
    )  # fmt: skip


def end_extension(
    session: Session,
    change: PlanChange,
    *,
    verb: str,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """却下する, 取り下げる or 承諾しない: the engagement stays as it is."""
    require(session, actor, PLAN_CHANGE.steps[verb].action, change)
    lock_change(session, change)
    check_said(session, PLAN_CHANGE.transition(verb, change.state), reason, comment)
    take(session, change, verb, actor=actor, now=now, reason=reason, end_comment=comment)


def extend(
    session: Session,
    placement: Placement,
    engagement: Engagement,
    row: WorkTerms,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Both sides agree by the terms `row`: the new months are booked, the last day is later. Conflict where it cannot be.

    What is held for them is given back first, so that the rules do not find it taken.
    """
    change = find_open(session, engagement)
    if change is None or not _is_answered(change, row):
        raise Conflict(say("この条件の延長は、取り下げられたか、変わっています。"))
    session.refresh(change, with_for_update=True)
    hold(session, change, {}, now)
    _check_rules(session, change, actor.role)
    added = dict(change.months)
    ledger.book(
        session, placement.id, placement.candidate_id, placement.municipality_code, added, now
    )
    engagement.last_day, engagement.last_month = change.last_day, month_of(change.last_day)
    take(session, change, "apply", actor=actor, now=now, terms_id=row.id)
    note_extension(session, placement, change.last_day, added, actor=actor, now=now)


def _is_answered(change: PlanChange, row: WorkTerms) -> bool:
    """Whether the town stated `row` for this extension, since both sides were asked about it."""
    opened = change.opened_at if change.state is PlanChangeState.OPEN else None
    return opened is not None and opened <= row.stated_at and change.last_day == row.last_day


def _check_rules(session: Session, change: PlanChange, reader: Role) -> None:
    catalogue = load_catalogue(session)
    faults = find_broken(session, change.engagement, dict(change.months), catalogue, reader)
    if faults:
        raise Conflict(sentences([say("この延長は先に進められません。"), *faults]))


def lock_change(session: Session, change: PlanChange) -> None:
    lock(session, session.get_one(Engagement, change.engagement_id))
    session.refresh(change, with_for_update=True)
