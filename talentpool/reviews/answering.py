"""A side answers; both are shown once both have answered or the time is over; the person replies or contests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from .. import audit
from ..accounts import telling
from ..candidates.service import speaks_for
from ..db import Session
from ..errors import Conflict, Forbidden, Refused
from ..language import say
from ..permissions import SYSTEM, Action, Actor, require
from ..reference.reasons import check_said
from ..states import REVIEW, REVIEWS_OPEN, ReviewState, Transition, move
from .models import BEST, LONGEST, Kind, Review, ReviewSide
from .speaking import check_speaks


@dataclass(frozen=True, slots=True)
class Answers:
    """overall: only at the end."""

    first: int | None = None
    second: int | None = None
    third: int | None = None
    overall: int | None = None
    comment: str = ""


def find_other(session: Session, review: Review) -> Review:
    """The row of the other side."""
    query = sa.select(Review).where(
        Review.engagement_id == review.engagement_id,
        Review.kind == review.kind,
        Review.side == review.side.other,
    )
    return session.scalars(query).one()


def pairs_of(session: Session, reviews: Iterable[Review]) -> list[list[Review]]:
    """The rows of both sides for each of these, locked in one order."""
    keys = sorted({(row.engagement_id, str(row.kind)) for row in reviews})
    return [_lock_pair(session, engagement, Kind(kind)) for engagement, kind in keys]


def _lock_pair(session: Session, engagement_id: int, kind: Kind) -> list[Review]:
    query = (
        sa.select(Review)
        .where(Review.engagement_id == engagement_id, Review.kind == kind)
        .order_by(Review.id)
        .with_for_update()
    )
    return list(session.scalars(query.execution_options(populate_existing=True)))


def lock(session: Session, review: Review) -> None:
    """Both rows: two answers at once must not both find the other one missing."""
    _lock_pair(session, review.engagement_id, review.kind)


def give_review(
    session: Session, review: Review, answers: Answers, *, actor: Actor, now: datetime
) -> None:
    """回答する: once; the last of the two answers shows both to both."""
    require(session, actor, Action.GIVE_REVIEW, review)
    if not may_answer(review, actor):
        raise Forbidden(say("この操作を行う権限がありません。"))
    if review.state is not ReviewState.ASKED:
        raise Conflict(say("この振り返りには、もう回答できません。"))
    _check(review.kind, answers)
    with session.no_autoflush:  # the state and the answers change together
        move(session, review, "give", actor=actor, now=now, detail={"kind": str(review.kind)})
        review.first, review.second, review.third = answers.first, answers.second, answers.third
        review.overall, review.comment = answers.overall, answers.comment
        review.given_at, review.given_by = now, actor.user_id
    session.flush()
    pair = _lock_pair(session, review.engagement_id, review.kind)
    if all(row.state is ReviewState.GIVEN for row in pair):
        close_pair(session, pair, now=now)


def may_answer(review: Review, actor: Actor) -> bool:
    """The side itself; or an officer who writes down what a person without an account said."""
    if review.side is ReviewSide.PERSON:
        return speaks_for(actor, review.candidate)
    return review.side.role is actor.role


def _check(kind: Kind, answers: Answers) -> None:
    names = ["first", "second", "third"] + (["overall"] if kind is Kind.END else [])
    faults = {
        name: say("選んでください。")
        for name in names
        if getattr(answers, name) not in range(1, BEST + 1)
    }
    if faults:
        raise Refused(say("選んでいない問いがあります。"), fields=faults)
    if kind is not Kind.END and answers.overall is not None:
        raise Refused.at("overall", say("この問いは、終了の振り返りだけのものです。"))
    check_text("comment", answers.comment)


def check_text(name: str, text: str) -> None:
    if len(text) > LONGEST:
        raise Refused.at(name, say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}"))


def close_pair(session: Session, pair: Sequence[Review], *, now: datetime) -> None:
    """Show what was answered to both sides, and wait no longer for what was not."""
    shown = []
    for review in pair:
        if review.state is ReviewState.GIVEN:
            with session.no_autoflush:
                move(session, review, "show", actor=SYSTEM, now=now)
                review.shown_at = now
            shown.append(review)
        elif review.state is ReviewState.ASKED:
            move(session, review, "miss", actor=SYSTEM, now=now)
    if shown:
        _tell(session, shown[0], REVIEW.steps["show"], actor=SYSTEM, now=now)


def reply_to_review(
    session: Session, review: Review, text: str, *, actor: Actor, now: datetime
) -> None:
    """返信する: the person's own words beside what the town said, once."""
    require(session, actor, Action.CONTEST_REVIEW, review)
    check_speaks(session, review.candidate, actor)
    _refuse_others(review)
    if review.reply is not None:
        raise Conflict(say("この振り返りには、すでに返信しています。"))
    if not text.strip():
        raise Refused.at("reply", say("入力してください。"))
    check_text("reply", text)
    review.reply, review.replied_at = text, now
    audit.record(session, audit.Deed.REVIEW_REPLY, review, actor=actor, now=now)


def _refuse_others(review: Review) -> None:
    """Only what the town said about the person, once it is shown."""
    if (
        review.side is not ReviewSide.TOWN
        or review.state not in REVIEWS_OPEN
        or not review.given_at
    ):
        raise Conflict(say("市町の回答が開示されてからできます。"))


def contest_review(
    session: Session, review: Review, *, comment: str, actor: Actor, now: datetime
) -> None:
    """異議を申し立てる: it does not count until the prefecture has decided."""
    require(session, actor, Action.CONTEST_REVIEW, review)
    check_speaks(session, review.candidate, actor)
    _refuse_others(review)
    if not comment.strip():
        raise Refused.at("comment", say("どこが違うかを書いてください。"))
    check_text("comment", comment)
    with session.no_autoflush:
        step = move(session, review, "contest", actor=actor, now=now)
        review.contest, review.contested_at = comment, now
    _tell(session, review, step, actor=actor, now=now)


def decide_contest(
    session: Session,
    review: Review,
    *,
    upheld: bool,
    reason: str | None,
    comment: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    """異議を認める・認めない: what is upheld as wrong counts no more."""
    require(session, actor, Action.DECIDE_REVIEW, review)
    verb = "void" if upheld else "keep"
    check_said(session, REVIEW.transition(verb, review.state), reason, comment)
    with session.no_autoflush:
        step = move(session, review, verb, actor=actor, now=now, reason=reason)
        review.decision_reason, review.decision_comment = reason, comment
        review.decided_at, review.decided_by = now, actor.user_id
    _tell(session, review, step, actor=actor, now=now)


def _tell(
    session: Session, review: Review, step: Transition, *, actor: Actor, now: datetime
) -> None:
    """One mail for everybody the table names; the event names one review of the two."""
    session.flush()
    for audience in step.notice:
        telling.tell_audience(
            session, review, audience, event=f"review/{review.id}/{step.verb}",
            template=f"review.{step.verb}", link=f"/reviews/{review.id}",
            user_id=review.candidate.user_id, actor=actor, now=now,
        )  # fmt: skip
