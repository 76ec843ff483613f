"""A town is referred to a programme, and what came of it is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..accounts.telling import tell_that
from ..dates import local_date, show_date
from ..db import Session
from ..errors import Conflict, Fault, Refused, raise_first
from ..language import Words, say
from ..listing import EVERYTHING, Asked, Filter, Listing, in_order
from ..needs.models import Need
from ..paging import Listed
from ..permissions import Action, Actor, Role, get_visible, require, visible
from ..reference.models import Municipality
from ..states import Audience
from .models import Outcome, Programme, Referral
from .sourced import Validity

LONGEST = 2000  # characters of a reason and a note
PAGE = 25  # rows
_R = Referral


class Standing(StrEnum):
    LATE = "late"  # nobody has applied, and the deadline is over
    WAITING = "waiting"
    APPLIED = "applied"
    ACCEPTED = "accepted"
    REPORT = "report"  # to be written
    CLOSED = "closed"


LABELS: Mapping[Standing, Words] = {
    Standing.LATE: ("締切超過", "Deadline over"),
    Standing.WAITING: ("申込み待ち", "To be applied for"),
    Standing.APPLIED: ("結果待ち", "Waiting for a result"),
    Standing.ACCEPTED: ("採択・実施中", "Accepted, under way"),
    Standing.REPORT: ("報告待ち", "Report to be written"),
    Standing.CLOSED: ("終了", "Closed"),
}


def standing_on(today: date) -> sa.ColumnElement[str]:
    """Where a referral stands, for queries."""
    reports = sa.select(Programme.report_days).where(Programme.id == _R.programme_id)
    return sa.case(
        (_R.outcome.in_((Outcome.NOT_ACCEPTED, Outcome.NOT_APPLIED)), str(Standing.CLOSED)),
        (_R.reported_on.is_not(None), str(Standing.CLOSED)),
        (
            _R.done_on.is_not(None),
            sa.case(
                (reports.scalar_subquery().is_(None), str(Standing.CLOSED)),
                else_=str(Standing.REPORT),
            ),
        ),
        (_R.outcome == Outcome.ACCEPTED, str(Standing.ACCEPTED)),
        (_R.applied_on.is_not(None), str(Standing.APPLIED)),
        (_R.apply_by < today, str(Standing.LATE)),
        else_=str(Standing.WAITING),
    )


def standing_of(referral: Referral, today: date) -> Standing:
    if referral.outcome in {Outcome.NOT_ACCEPTED, Outcome.NOT_APPLIED} or referral.reported_on:
        return Standing.CLOSED
    if referral.done_on is not None:
        return Standing.CLOSED if referral.programme.report_days is None else Standing.REPORT
    if referral.outcome is Outcome.ACCEPTED:
        return Standing.ACCEPTED
    if referral.applied_on is not None:
        return Standing.APPLIED
    is_late = referral.apply_by is not None and referral.apply_by < today
    return Standing.LATE if is_late else Standing.WAITING


def is_open(today: date) -> sa.ColumnElement[bool]:
    """Something is still to be done, for queries."""
    return standing_on(today) != str(Standing.CLOSED)


def waits_for_town(today: date) -> sa.ColumnElement[bool]:
    """The town has to apply or to report, for queries."""
    return standing_on(today).in_([Standing.WAITING, Standing.LATE, Standing.REPORT])


def hindrance(programme: Programme, today: date) -> str | None:
    """Why nobody can be referred to the programme now; None where somebody can."""
    validity = programme.validity(today)
    if validity is Validity.ENDED:
        assert programme.valid_to is not None
        said = say("この制度は%(day)sで終わりました。", day=show_date(programme.valid_to))
        if programme.successor is None:
            return said
        return say(
            "%(said)s後継の「%(name)s」を使ってください。", said=said, name=programme.successor.name
        )
    if validity is Validity.COMING:
        assert programme.valid_from is not None
        return say("この制度は%(day)sに始まります。", day=show_date(programme.valid_from))
    if programme.deadlines and programme.next_deadline(today) is None:
        last = programme.deadlines[-1].day
        return say("申込みの締切（%(day)s）を過ぎています。", day=show_date(last))
    return None


def refer_to_programme(
    session: Session,
    programme: Programme,
    municipality_code: str,
    *,
    need: Need | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Referral:
    """Tell a town that the programme may suit it. Refused with the rule where it is over, not begun or past its deadline."""
    require(session, actor, Action.REFER_TOWN, programme)
    today = local_date(now)
    raise_first(_faults(session, programme, municipality_code, need, reason, actor, today))
    session.refresh(programme, with_for_update={"of": Programme})  # of two at once, one is refused
    again = visible(actor, _R).where(
        _R.programme_id == programme.id, _R.municipality_code == municipality_code, is_open(today)
    )
    if session.scalar(again.limit(1)) is not None:
        raise Conflict(say("この市町には、もうこの制度を案内しています。"))
    ahead = programme.next_deadline(today)
    referral = Referral(
        prefecture_code=programme.prefecture_code, municipality_code=municipality_code,
        programme=programme, need_id=need.id if need else None, reason=reason.strip(),
        apply_by=ahead.day if ahead else None, referred_at=now, referred_by=actor.user_id,
    )  # fmt: skip
    session.add(referral)
    session.flush()
    audit.record(
        session, audit.Deed.REFERRAL_MAKE, referral, actor=actor, now=now,
        detail={"programme": programme.id, "municipality": municipality_code},
    )  # fmt: skip
    _tell(session, referral, "make", Audience.MUNICIPALITY, actor, now)
    return referral


def _faults(
    session: Session,
    programme: Programme,
    municipality_code: str,
    need: Need | None,
    reason: str,
    actor: Actor,
    today: date,
) -> Iterator[Fault]:
    said = hindrance(programme, today)
    if said is not None:
        yield "programme", said
    town = session.get(Municipality, municipality_code) if municipality_code else None
    if town is None or town.prefecture_code != actor.prefecture_code:
        yield "town", say("市町を一覧から選んでください。")
    if need is not None and need.municipality_code != municipality_code:
        yield "need", say("この募集は、選んだ市町のものではありません。")
    if len(reason) > LONGEST:
        message = say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        yield "reason", message


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of a referral by now."""

    applied_on: date | None = None
    outcome: Outcome | None = None
    done_on: date | None = None
    reported_on: date | None = None
    note: str = ""


def course_of(referral: Referral) -> Course:
    row = referral
    return Course(row.applied_on, row.outcome, row.done_on, row.reported_on, row.note)


def record_course(
    session: Session, referral: Referral, course: Course, *, actor: Actor, now: datetime
) -> None:
    """By the town, or by an officer of the prefecture; the other side is told."""
    require(session, actor, Action.RECORD_REFERRAL, referral)
    raise_first(_course_faults(course, local_date(now)))
    if course == course_of(referral):
        return
    with session.no_autoflush:  # the days and the outcome change together
        referral.applied_on, referral.outcome = course.applied_on, course.outcome
        referral.done_on, referral.reported_on = course.done_on, course.reported_on
        referral.note = course.note.strip()
        referral.recorded_at, referral.recorded_by = now, actor.user_id
    session.flush()
    detail = {"result": str(course.outcome)} if course.outcome else {}
    audit.record(session, audit.Deed.REFERRAL_RECORD, referral, actor=actor, now=now, detail=detail)
    is_town = actor.role is Role.MUNICIPALITY
    told = Audience.COORDINATOR if is_town else Audience.MUNICIPALITY
    _tell(session, referral, "record", told, actor, now)


def _course_faults(course: Course, today: date) -> Iterator[Fault]:
    days = ("applied_on", "done_on", "reported_on")
    for name in days:
        day = getattr(course, name)
        if day is not None and day > today:
            yield name, say("まだ来ていない日です。")
    outcome, applied, done = course.outcome, course.applied_on, course.done_on
    if outcome is Outcome.NOT_APPLIED and applied is not None:
        yield "outcome", say("申込みの日が書かれています。結果を選び直してください。")
    if outcome in {Outcome.ACCEPTED, Outcome.NOT_ACCEPTED} and applied is None:
        yield "applied_on", say("結果を選ぶときは、申込みの日も入力してください。")
    if done is not None and outcome is not Outcome.ACCEPTED:
        yield "done_on", say("採択されたときだけ入力してください。")
    elif done is not None and applied is not None and done < applied:
        yield "done_on", say("申込みの日より前になっています。")
    if course.reported_on is not None and done is None:
        yield "reported_on", say("実施が終わった日も入力してください。")
    elif course.reported_on is not None and done is not None and course.reported_on < done:
        yield "reported_on", say("実施が終わった日より前になっています。")
    if len(course.note) > LONGEST:
        yield "note", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")


def _tell(
    session: Session, referral: Referral, verb: str, told: Audience, actor: Actor, now: datetime
) -> None:
    links = {told: f"/referrals/{referral.id}"}
    tell_that(session, referral, f"referral.{verb}", links, actor=actor, now=now)


def list_referrals(
    session: Session, actor: Actor, asked: Asked = EVERYTHING, *, today: date
) -> Listed[Referral]:
    """Those that `actor` may see, the newest first."""
    require(session, actor, Action.VIEW_REFERRAL)
    own = sa.select(_R.id)
    listing = Listing(
        _R.id,
        filters={
            "state": Filter(own.add_columns(standing_on(today))),
            "programme": Filter(own.add_columns(_R.programme_id)),
        },
        orders={
            "number": (_R.id,),
            "town": (_R.municipality_code,),
            "apply_by": (_R.apply_by,),
            "state": (in_order(Standing, standing_on(today)),),
        },
        first_order="-number",
    )
    options = (joinedload(_R.programme), joinedload(_R.need))
    return listing.ask(session, visible(actor, _R), asked, size=PAGE, options=options)


def list_of(session: Session, actor: Actor, about: Need | Programme) -> Sequence[Referral]:
    """Of one need or programme, the newest first."""
    column = _R.need_id if isinstance(about, Need) else _R.programme_id
    query = visible(actor, _R).where(column == about.id).options(joinedload(_R.programme))
    return session.scalars(query.order_by(_R.id.desc()).limit(PAGE)).all()


def get_referral(session: Session, actor: Actor, ident: int, *, lock: bool = False) -> Referral:
    return get_visible(session, actor, Referral, ident, lock=lock)


def find_need(session: Session, actor: Actor, code: str) -> Need | None:
    """The need with a number as pages show it; Refused where there is none."""
    code = code.strip().upper()
    if not code:
        return None
    found = session.scalar(visible(actor, Need).where(Need.code == code))
    if found is None:
        raise Refused.at("need", say("この番号の募集は見つかりません。"))
    return found
