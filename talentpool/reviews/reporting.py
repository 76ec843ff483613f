"""The person's report at the end (報告), and the consents of both sides that make a case (事例) of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.telling import list_recipients
from ..candidates.models import Candidate
from ..candidates.service import speaks_for
from ..dates import local_date, show_date
from ..db import Session
from ..engagements.models import Engagement
from ..errors import Conflict, Refused
from ..language import say
from ..mail import order_mail
from ..permissions import Action, Actor, Role, require
from ..states import Audience, EngagementState
from .asking import WORKED
from .models import Report
from .speaking import check_speaks

BEFORE = timedelta(days=30)  # of the last day, from when it can be written
WANTED = timedelta(days=60)  # after the end, while home asks for it
LONGEST = 2000  # characters of each text
MOST_COST = 1_000_000_000  # yen
SENT = "report.send"  # template of the mail


Follower = Callable[..., None]  # (session, report, actor=, now=)
_followers: list[Follower] = []


def when_agreed(follower: Follower) -> Follower:
    """Register what is done when both sides of a report agree, by a package above this one."""
    _followers.append(follower)
    return follower


@dataclass(frozen=True, slots=True)
class ReportContent:
    """cost_yen: what it cost the town beyond pay and travel; none where it is not known."""

    outcome: str = ""
    made: str = ""
    cost_yen: int | None = None
    cost_note: str = ""


def find_report(session: Session, engagement: Engagement) -> Report | None:
    return session.scalar(sa.select(Report).where(Report.engagement_id == engagement.id))


def opens_on(engagement: Engagement) -> date:
    """The first day on which the report can be written."""
    return engagement.last_day - BEFORE


def can_be_written(engagement: Engagement, today: date) -> bool:
    """Work has begun, and its end is near or over."""
    if engagement.started_at is None:
        return False
    if engagement.state is EngagementState.ENDED:
        return engagement.outcome in WORKED
    return today >= opens_on(engagement)


def list_unwritten(session: Session, actor: Actor, now: datetime) -> Sequence[Engagement]:
    """The reader's engagements that are over and have no report yet."""
    sent = sa.exists().where(Report.engagement_id == Engagement.id, Report.sent_at.is_not(None))
    query = (
        sa.select(Engagement)
        .join(Candidate, Candidate.id == Engagement.candidate_id)
        .options(joinedload(Engagement.need))
        .where(
            Candidate.user_id == actor.user_id, Engagement.outcome.in_(WORKED),
            Engagement.ended_at > now - WANTED, ~sent,
        )
    )  # fmt: skip
    return session.scalars(query.order_by(Engagement.ended_at, Engagement.id)).all()


def write_report(
    session: Session,
    engagement: Engagement,
    content: ReportContent,
    *,
    is_sent: bool,
    agrees: bool = False,
    actor: Actor,
    now: datetime,
) -> Report:
    """下書きを保存・送る: what is sent can be corrected by sending it again, and the town then agrees anew.

    `agrees`: the person wants it to be a case for other towns.
    """
    require(session, actor, Action.WRITE_REPORT, engagement)
    check_speaks(session, engagement.candidate, actor)
    if not can_be_written(engagement, local_date(now)):
        day = show_date(opens_on(engagement))
        raise Conflict(say("報告は、活動が終わる30日前（%(day)s）から書けます。", day=day))
    _check(content, is_sent=is_sent)
    report = find_report(session, engagement)
    if report is not None and report.sent_at is not None and not is_sent:
        raise Conflict(say("送った報告は、下書きに戻せません。直して、もう一度送ってください。"))
    if report is None:
        report = Report(
            engagement_id=engagement.id, prefecture_code=engagement.prefecture_code,
            municipality_code=engagement.municipality_code, candidate_id=engagement.candidate_id,
            created_at=now,
        )  # fmt: skip
        session.add(report)
    report.outcome, report.made = content.outcome, content.made
    report.cost_yen, report.cost_note = content.cost_yen, content.cost_note
    report.town_agreed_at = None
    if is_sent:
        report.sent_at = now
        report.person_agreed_at = now if agrees else None
    session.flush()
    deed = audit.Deed.REPORT_SEND if is_sent else audit.Deed.REPORT_SAVE
    detail = {"engagement": engagement.id} | ({"agrees": agrees} if is_sent else {})
    audit.record(session, deed, report, actor=actor, now=now, detail=detail)
    if is_sent:
        _tell(session, report, actor=actor, now=now)
    return report


def _check(content: ReportContent, *, is_sent: bool) -> None:
    texts = {name: getattr(content, name) for name in ("outcome", "made", "cost_note")}
    for name, text in texts.items():
        if len(text) > LONGEST:
            raise Refused.at(
                name, say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
            )
    if content.cost_yen is not None and not 0 <= content.cost_yen <= MOST_COST:
        raise Refused.at("cost_yen", say("0から%(most)sまでです。", most=f"{MOST_COST:,}"))
    if is_sent:
        faults = {
            name: say("入力してください。")
            for name in ("outcome", "made")
            if not texts[name].strip()
        }
        if faults:
            raise Refused(say("送るには、成果と作ったものを書いてください。"), fields=faults)


def _tell(session: Session, report: Report, *, actor: Actor, now: datetime) -> None:
    for audience in (Audience.MUNICIPALITY, Audience.COORDINATOR):
        for recipient in session.scalars(list_recipients(report, audience, None)).all():
            if recipient == actor.user_id:
                continue
            order_mail(
                session, event=f"report/{report.id}/send/{report.version}", recipient_id=recipient,
                template=SENT, link=f"/engagements/{report.engagement_id}/report", now=now,
                prefecture_code=report.prefecture_code,
            )  # fmt: skip


def may_agree(report: Report, actor: Actor) -> bool:
    """Whether `actor` is on one of the sides whose consents make a case."""
    return actor.role is Role.MUNICIPALITY or speaks_for(actor, report.engagement.candidate)


def has_agreed(report: Report, actor: Actor) -> bool:
    """Whether the side of who may agree has done so."""
    return getattr(report, _column(actor)) is not None


def _column(actor: Actor) -> str:
    return "town_agreed_at" if actor.role is Role.MUNICIPALITY else "person_agreed_at"


def agree_to_case(
    session: Session, report: Report, *, agrees: bool, actor: Actor, now: datetime
) -> None:
    """事例にすることに同意する・同意を取り消す: for one's own side; without both it is no case."""
    require(session, actor, Action.AGREE_REPORT, report)
    if report.sent_at is None:
        raise Conflict(say("報告は、まだ送られていません。"))
    check_speaks(session, report.engagement.candidate, actor)
    if has_agreed(report, actor) == agrees:
        raise Conflict(say("同意は、すでにそのようになっています。"))
    setattr(report, _column(actor), now if agrees else None)
    deed = audit.Deed.REPORT_AGREE if agrees else audit.Deed.REPORT_WITHDRAW
    audit.record(session, deed, report, actor=actor, now=now)
    if report.is_case:
        for follower in _followers:
            follower(session, report, actor=actor, now=now)
