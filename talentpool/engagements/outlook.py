"""What comes after an engagement: the person and the town are asked in time, each answers, the officers see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from .. import audit
from ..accounts import telling
from ..accounts.postal import ENCLOSED, Rows
from ..accounts.reminders import morning, without_ordered
from ..accounts.telling import list_recipients
from ..candidates.service import speaks_for
from ..dates import first_day, local_date, show_date
from ..db import Base, EncryptedText, Session, UtcDateTime, choice
from ..errors import Conflict, Forbidden, Refused
from ..language import Words, say
from ..permissions import SYSTEM, Action, Actor, Role, Scope, condition, require, viewed_by, within
from ..states import RUNNING, Audience
from .models import Engagement

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ASKED_BEFORE = 90  # days before the last one
SHORTEST = 60  # days; of what lasts less nobody is asked
LONGEST = 1000  # characters of a comment
TEMPLATE = "engagement.ask_outlook"


class Side(StrEnum):
    PERSON = "person"
    TOWN = "town"


class Answer(StrEnum):
    EXTEND = "extend"
    END = "end"
    UNDECIDED = "undecided"
    TALK = "talk"


ANSWERS: Mapping[Answer, Words] = {
    Answer.EXTEND: ("延長を相談したい", "Would like to talk about an extension"),
    Answer.END: ("期間どおりに終える", "End as agreed"),
    Answer.TALK: ("別の形で続けたい", "Go on in another form"),
    Answer.UNDECIDED: ("まだ決まっていない", "Not decided yet"),
}
SIDES: Mapping[Side, Words] = {Side.PERSON: ("本人", "Person"), Side.TOWN: ("市町", "Municipality")}
_AUDIENCES = {Side.PERSON: Audience.CANDIDATE, Side.TOWN: Audience.MUNICIPALITY}


class EngagementOutlook(Base):
    """What one side wishes after the last day; a further answer replaces it, an extension begins anew."""

    __tablename__ = "engagement_outlook"
    __table_args__ = (
        sa.UniqueConstraint("engagement_id", "side", "last_day"),
        sa.CheckConstraint("(seen_at IS NULL) OR (seen_at >= answered_at)", name="seen_after"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    engagement_id: Mapped[int] = mapped_column(
        sa.ForeignKey("engagement.id", ondelete="CASCADE"), index=True
    )
    side: Mapped[Side] = mapped_column(choice(Side))
    last_day: Mapped[date]  # after which the answer is about
    answer: Mapped[Answer] = mapped_column(choice(Answer))
    comment: Mapped[str] = mapped_column(EncryptedText, default="")
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by an officer
    seen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))


viewed_by(EngagementOutlook, Action.VIEW_OUTLOOK)


def _of(side: Side | None) -> sa.ColumnElement[bool]:
    return sa.true() if side is None else EngagementOutlook.side == side


def _register(scope: Scope, side: Side | None) -> None:
    """`side`: the only one whose answers are seen in the scope; neither side reads the other's."""

    @within(EngagementOutlook, scope)
    def _seen(actor: Actor) -> sa.ColumnElement[bool]:
        work = sa.select(Engagement.id).where(condition(actor, Action.VIEW_ENGAGEMENT, Engagement))
        return EngagementOutlook.engagement_id.in_(work) & _of(side)


_register(Scope.OWN, Side.PERSON)
_register(Scope.TOWN, Side.TOWN)
_register(Scope.PREFECTURE, None)


def asked_from(engagement: Engagement) -> date | None:
    """The day from which both are asked: ninety days before the last one, but not in the first half. None where never."""
    first, last = first_day(engagement.first_month), engagement.last_day
    if (last - first).days + 1 < SHORTEST:
        return None
    return max(last - timedelta(days=ASKED_BEFORE), first + (last - first) / 2)


def is_asked(engagement: Engagement, today: date) -> bool:
    """Whether an answer is taken: from the day of the question to the last day, while it runs and no end is decided."""
    since = asked_from(engagement)
    is_open = engagement.state in RUNNING and engagement.end_decided_at is None
    return is_open and since is not None and since <= today <= engagement.last_day


def side_for(engagement: Engagement, actor: Actor) -> Side | None:
    """For whom `actor` speaks: officers only for a person without an account, other staff for nobody."""
    if speaks_for(actor, engagement.candidate):
        return Side.PERSON
    return Side.TOWN if actor.role is Role.MUNICIPALITY else None


@dataclass(frozen=True, slots=True)
class Question:
    engagement: Engagement
    side: Side

    @property
    def event(self) -> str:
        row = self.engagement
        return f"engagement/{row.id}/outlook-{self.side}/{row.last_day:%Y%m%d}"


def list_due(session: Session, now: datetime) -> list[Question]:
    """The questions that have not been ordered; none to a side that has answered or that nobody can be told for."""
    if now < morning(now):
        return []
    today = local_date(now)
    query = sa.select(Engagement).where(
        Engagement.state.in_(RUNNING),
        Engagement.end_decided_at.is_(None),
        Engagement.last_day.between(today, today + timedelta(days=ASKED_BEFORE)),
    )
    rows = session.scalars(query.options(joinedload(Engagement.candidate)).order_by(Engagement.id))
    asked = [row for row in rows if is_asked(row, today)]
    answered = _list_answered(session, asked)
    due = [
        Question(row, side)
        for row in asked
        for side in Side
        if (row.id, side, row.last_day) not in answered
    ]
    return [one for one in without_ordered(session, due) if _can_be_told(session, one)]


def _can_be_told(session: Session, question: Question) -> bool:
    if question.side is Side.PERSON and question.engagement.candidate.user_id is None:
        return True  # by letter
    return session.scalars(_told(question)).first() is not None


def _list_answered(
    session: Session, engagements: Sequence[Engagement]
) -> set[tuple[int, Side, date]]:
    row = EngagementOutlook
    query = sa.select(row.engagement_id, row.side, row.last_day).where(
        row.engagement_id.in_([one.id for one in engagements])
    )
    return {(ident, side, day) for ident, side, day in session.execute(query)}


def _told(question: Question) -> sa.Select[int]:
    row = question.engagement
    return list_recipients(row, _AUDIENCES[question.side], row.candidate.user_id)


def remind(session: Session, now: datetime) -> list[Question]:
    """Order the mails of all questions that are due."""
    found = list_due(session, now)
    for question in found:
        row = question.engagement
        telling.tell_audience(
            session, row, _AUDIENCES[question.side], event=question.event, template=TEMPLATE,
            link=f"/engagements/{row.id}/outlook", user_id=row.candidate.user_id, actor=SYSTEM,
            now=now,
        )  # fmt: skip
    return found


def find_answer(
    session: Session, engagement: Engagement, side: Side | None, *, lock: bool = False
) -> EngagementOutlook | None:
    """What the side has said about the present last day."""
    query = sa.select(EngagementOutlook).where(
        EngagementOutlook.engagement_id == engagement.id,
        EngagementOutlook.side == side,
        EngagementOutlook.last_day == engagement.last_day,
    )
    return session.scalar(query.with_for_update() if lock else query)


def list_answers(
    session: Session, engagement: Engagement, actor: Actor
) -> Sequence[EngagementOutlook]:
    """The answers that `actor` may read, those about the present last day first."""
    own = condition(actor, Action.VIEW_OUTLOOK, EngagementOutlook)
    query = sa.select(EngagementOutlook).where(
        EngagementOutlook.engagement_id == engagement.id, own
    )
    order = (EngagementOutlook.last_day.desc(), EngagementOutlook.side)
    return session.scalars(query.order_by(*order)).all()


def give_outlook(
    session: Session,
    engagement: Engagement,
    answer: Answer,
    comment: str = "",
    *,
    actor: Actor,
    now: datetime,
) -> EngagementOutlook:
    """Say what one's own side wishes; the engagement must be locked. A new answer is to be seen anew."""
    require(session, actor, Action.GIVE_OUTLOOK, engagement)
    side = side_for(engagement, actor)
    if side is None:
        raise Forbidden(say("この操作を行う権限がありません。"))
    if not is_asked(engagement, local_date(now)):
        raise Conflict(say("この活動の今後については、いまは答えられません。"))
    if len(comment) > LONGEST:
        message = say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        raise Refused.at("comment", message)
    row = find_answer(session, engagement, side, lock=True)
    if row is None:
        row = EngagementOutlook(
            engagement_id=engagement.id, side=side, last_day=engagement.last_day
        )
        session.add(row)
    row.answer, row.comment = answer, comment.strip()
    row.answered_at, row.answered_by = now, actor.user_id
    row.seen_at = row.seen_by = None
    session.flush()
    detail = {"side": str(side), "answer": str(answer)}
    audit.record(
        session, audit.Deed.ENGAGEMENT_OUTLOOK, engagement, actor=actor, now=now, detail=detail
    )
    return row


def note_seen(session: Session, engagement: Engagement, *, actor: Actor, now: datetime) -> None:
    """An officer has read the answers and takes care of what comes next. Conflict where nothing is new."""
    require(session, actor, Action.RUN_ENGAGEMENT, engagement)
    query = sa.select(EngagementOutlook).where(
        EngagementOutlook.engagement_id == engagement.id, EngagementOutlook.seen_at.is_(None)
    )
    rows = session.scalars(query.with_for_update()).all()
    if not rows:
        raise Conflict(say("新しい返事はありません。"))
    for row in rows:
        row.seen_at, row.seen_by = now, actor.user_id
    session.flush()
    audit.record(session, audit.Deed.ENGAGEMENT_OUTLOOK_SEEN, engagement, actor=actor, now=now)


def list_unseen(session: Session, actor: Actor) -> Sequence[tuple[EngagementOutlook, Engagement]]:
    """The answers that wait for an officer, the oldest first."""
    query = (
        sa.select(EngagementOutlook, Engagement)
        .join(Engagement, Engagement.id == EngagementOutlook.engagement_id)
        .where(condition(actor, Action.VIEW_OUTLOOK, EngagementOutlook), is_unseen())
        .options(joinedload(Engagement.candidate), joinedload(Engagement.need))
        .order_by(EngagementOutlook.answered_at, EngagementOutlook.id)
    )
    return [(row, engagement) for row, engagement in session.execute(query)]


def is_unseen() -> sa.ColumnElement[bool]:
    """An answer that no officer has noted, of work that runs; for queries."""
    running = sa.select(Engagement.id).where(Engagement.state.in_(RUNNING))
    row = EngagementOutlook
    return row.seen_at.is_(None) & row.engagement_id.in_(running)


def _enclosed(session: Session, ident: int) -> Rows:
    """What a letter says of an engagement."""
    row = session.get(Engagement, ident)
    if row is None:
        return []
    return [
        (say("募集"), row.need.title),
        (say("活動の番号"), row.code),
        (say("最後の日"), show_date(row.last_day)),
    ]


ENCLOSED[Engagement.__tablename__] = _enclosed
