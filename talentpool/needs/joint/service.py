"""The steps of a joint need: its lead town shares it out, each member agrees by itself.

Until the publication a member takes its agreement back freely: the need then waits for other shares. Afterwards its
share is part of what people were asked for: it asks to leave, and the lead town withdraws the need or it stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import InvalidRequestError

from ... import audit
from ...db import Session
from ...errors import Conflict, LostRace, Refused, raise_first
from ...language import say
from ...permissions import SYSTEM, Action, Actor, require
from ...reference.catalogue import Catalogue
from ...reference.reasons import check_comment
from ...states import JOINED, NeedState, move
from ..models import JointMember, JointNeed, Need
from .reading import lead_part, member_parts
from .shares import MEMBERS, Part, faults
from .telling import ASK, LEFT_OUT, tell_one, tell_towns

_BEFORE = frozenset({NeedState.DRAFT, NeedState.SUBMITTED})
_AFTER = frozenset({NeedState.OPEN, NeedState.ON_HOLD})


def share_out(
    session: Session,
    need: Need,
    lead_half_days: int,
    members: Sequence[Part],
    *,
    weeks: int = 0,
    weekdays: int = 0,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> None:
    """Set the towns of a draft and what each takes; without members it is a need of one town again.

    Every member is asked anew, unless nothing changes. `weeks`, `weekdays`: the rota of the lead town.
    """
    require(session, actor, Action.EDIT_NEED, need)
    if need.state is not NeedState.DRAFT:
        raise Conflict(say("共同募集の分担は、下書きの募集でだけ変えられます。"))
    lead = Part(need.municipality_code, lead_half_days, weeks, weekdays)
    wanted = sorted(members, key=lambda part: part.municipality_code)
    _check(need, lead, wanted, catalogue)
    if (lead_part(need), member_parts(need)) == (lead if wanted else None, wanted):
        return
    _drop(session, need, {part.municipality_code for part in wanted}, actor=actor, now=now)
    _keep_lead(need, lead if wanted else None)
    need.updated_at = now
    session.flush()
    asked = [_put(need, part, now) for part in wanted]
    session.flush()
    _ask(session, asked, actor=actor, now=now)
    audit.record(
        session, audit.Deed.NEED_JOINT, need, actor=actor, now=now,
        detail={"towns": [part.municipality_code for part in (lead, *wanted)] if wanted else []},
    )  # fmt: skip


def _check(need: Need, lead: Part, members: Sequence[Part], catalogue: Catalogue) -> None:
    known = {town.code for town in catalogue.municipalities(need.prefecture_code)}
    if any(part.municipality_code not in known for part in members):
        raise Refused.at(MEMBERS, say("市町を一覧から選んでください。"))
    if members:
        raise_first(faults(lead, members, half_days=need.half_days, weekdays=need.weekdays))


def _keep_lead(need: Need, lead: Part | None) -> None:
    if lead is None:
        need.joint = None
        return
    if need.joint is None:
        need.joint = JointNeed(municipality_code=lead.municipality_code)
    need.joint.half_days = lead.half_days
    need.joint.weeks, need.joint.weekdays = lead.weeks, lead.weekdays


def _put(need: Need, part: Part, now: datetime) -> JointMember:
    rows = {row.municipality_code: row for row in need.members}
    row = rows.get(part.municipality_code)
    if row is None:
        row = JointMember(
            prefecture_code=need.prefecture_code, municipality_code=part.municipality_code
        )
        need.members.append(row)
    row.half_days, row.weeks, row.weekdays = part.half_days, part.weeks, part.weekdays
    row.asked_at = now
    return row


def _drop(session: Session, need: Need, kept: set[str], *, actor: Actor, now: datetime) -> None:
    for row in [row for row in need.members if row.municipality_code not in kept]:
        event = f"{row.__tablename__}/{row.id}/drop/{row.version}"
        tell_one(session, row, LEFT_OUT, event, actor=actor, now=now)
        need.members.remove(row)
    session.flush()


def ask_again(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    """The content of the need has changed: what members agreed to is no longer what it says."""
    for row in need.members:
        row.asked_at = now
    _ask(session, need.members, actor=actor, now=now)


def _ask(session: Session, members: Sequence[JointMember], *, actor: Actor, now: datetime) -> None:
    for row in members:
        row.agreed_version = None
        with session.no_autoflush:  # the state and the version that was agreed to change together
            move(session, row, "ask", actor=SYSTEM, now=now, detail={"caused_by": actor.user_id})
        session.flush()
        event = f"{row.__tablename__}/{row.id}/ask/{row.version}"
        tell_one(session, row, ASK, event, actor=actor, now=now)


def delete_joint(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    """With the draft that it belongs to."""
    _drop(session, need, set(), actor=actor, now=now)
    need.joint = None
    session.flush()


def lock_member(session: Session, member: JointMember) -> None:
    """Both rows as they are now, the need first: whoever publishes it has been waited for, or waits.

    LostRace where one of them is gone.
    """
    try:
        session.refresh(member.need, with_for_update=True)
        session.refresh(member, with_for_update=True)
    except InvalidRequestError as error:
        raise LostRace from error


def agree(session: Session, member: JointMember, *, actor: Actor, now: datetime) -> None:
    """分担に同意する: to the need as it stands."""
    require(session, actor, Action.ANSWER_JOINT, member)
    lock_member(session, member)
    _require_state(member.need, _BEFORE)
    with session.no_autoflush:
        step = move(session, member, "agree", actor=actor, now=now)
        member.agreed_version = member.need.content_version
        _answer(member, "", actor, now)
    tell_towns(session, member, step, actor=actor, now=now)


def decline(
    session: Session, member: JointMember, *, comment: str = "", actor: Actor, now: datetime
) -> None:
    """参加しない: also after it had agreed, until the need is published."""
    require(session, actor, Action.ANSWER_JOINT, member)
    lock_member(session, member)
    check_comment(comment)
    _require_state(member.need, _BEFORE)
    with session.no_autoflush:
        step = move(session, member, "decline", actor=actor, now=now)
        member.agreed_version = None
        _answer(member, comment, actor, now)
    tell_towns(session, member, step, actor=actor, now=now)


def ask_to_leave(
    session: Session, member: JointMember, *, comment: str = "", actor: Actor, now: datetime
) -> None:
    """抜けたいと申し出る: nothing changes until the lead town withdraws the need."""
    require(session, actor, Action.ANSWER_JOINT, member)
    lock_member(session, member)
    check_comment(comment)
    if not comment.strip():
        raise Refused.at("comment", say("抜けたい理由を書いてください。"))
    _require_state(member.need, _AFTER)
    step = move(session, member, "leave", actor=actor, now=now)
    _answer(member, comment, actor, now)
    tell_towns(session, member, step, actor=actor, now=now)


def stay(session: Session, member: JointMember, *, actor: Actor, now: datetime) -> None:
    """申出を取り下げる."""
    require(session, actor, Action.ANSWER_JOINT, member)
    lock_member(session, member)
    step = move(session, member, "stay", actor=actor, now=now)
    _answer(member, "", actor, now)
    tell_towns(session, member, step, actor=actor, now=now)


def _answer(member: JointMember, comment: str, actor: Actor, now: datetime) -> None:
    member.answered_at, member.answered_by = now, actor.user_id
    member.comment = comment.strip()


def _require_state(need: Need, states: frozenset[NeedState]) -> None:
    if need.state in states:
        return
    if need.state is NeedState.CLOSED:
        raise Conflict(say("この募集は終了しています。"))
    if states is _BEFORE:
        raise Conflict(
            say(
                "公開した募集の分担は変えられません。抜けたいときは、代表の市町に申し出てください。"
            )
        )
    raise Conflict(say("公開する前の募集では、「参加しない」を選んでください。"))


def require_agreed(need: Need) -> None:
    """Refused where the need is joint and a share or a consent is missing."""
    if need.joint is None:
        return
    lead, members = lead_part(need), member_parts(need)
    assert lead is not None
    found = list(faults(lead, members, half_days=need.half_days, weekdays=need.weekdays))
    if found:
        message = say("共同募集の分担を見直してください。%(sentence)s", sentence=found[0][1])
        raise Refused.at(MEMBERS, message)
    missing = [row for row in need.members if not has_agreed(row)]
    if missing:
        message = say(
            "%(n)s市町がまだ同意していません。参加する市町がすべて同意すると、先に進めます。",
            n=len(missing),
        )
        raise Refused.at(MEMBERS, message)


def has_agreed(member: JointMember) -> bool:
    """To the need as it stands."""
    return member.state in JOINED and member.agreed_version == member.need.content_version


def keep_agreed(need: Need) -> None:
    """What was left open for the lead town and the prefecture has been settled: the members agreed to that."""
    for row in need.members:
        row.agreed_version = need.content_version
