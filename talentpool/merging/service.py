"""Merging two registrations of one person, and undoing it.

The one that goes stays whole: only its registration in the pool ends. What the other lacks is copied, and the copies are
noted, so that an undoing takes away exactly these and gives back the account and the registration.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..candidates.merged import DistinctPair, PersonMerge, find_merge, list_merged_into
from ..candidates.models import (
    Candidate,
    CandidateCompany,
    CandidateExam,
    CandidateMatter,
    CandidatePost,
    CandidateSkill,
)
from ..db import Base, Session, canonical_json
from ..errors import Conflict, Refused
from ..language import say
from ..permissions import Action, Actor, get_visible, require, visible
from ..placements.models import Placement
from ..states import LIVE, MembershipState, move
from .likeness import Likeness, compare, read_traits

LONGEST = 1000  # characters of a comment
_GOES_ON = (
    MembershipState.DRAFT, MembershipState.APPLIED, MembershipState.RETURNED, MembershipState.ACTIVE,
)  # fmt: skip
# Lists that are copied, and what makes two rows of one the same.
_LISTS: dict[str, tuple[type[Base], tuple[str, ...]]] = {
    "posts": (CandidatePost, ("body", "department", "title", "first_month", "last_month")),
    "companies": (CandidateCompany, ("name_key", "is_present")),
    "matters": (CandidateMatter, ("vendor_key", "month")),
    "exams": (CandidateExam, ("exam", "name_then", "year")),
}
_PLAIN = ("birth_date", "phone", "contact_email", "postal_code", "address", "training_until")


def get_pair(session: Session, actor: Actor, ident: int, other: int) -> tuple[Candidate, Candidate]:
    """Both, the older first; each as `actor` may see it."""
    first, second = sorted((ident, other))
    return get_visible(session, actor, Candidate, first), get_visible(
        session, actor, Candidate, second
    )


def likeness_of(session: Session, actor: Actor, one: Candidate, other: Candidate) -> Likeness:
    found = {row.ident: row for row in read_traits(session, actor, (one.id, other.id))}
    if len(found) < 2:
        raise Conflict(say("この登録は、もう統合されています。"))
    return compare(found[one.id], found[other.id])


def merge_people(
    session: Session,
    kept: Candidate,
    gone: Candidate,
    *,
    comment: str = "",
    actor: Actor,
    now: datetime,
) -> PersonMerge:
    """`gone` stands for `kept` from now on."""
    for person in (kept, gone):
        require(session, actor, Action.MERGE_PEOPLE, person)
    ids = sorted((kept.id, gone.id))
    session.execute(
        sa.select(Candidate.id)
        .where(Candidate.id.in_(ids))
        .order_by(Candidate.id)
        .with_for_update()
    )
    _check_pair(session, kept, gone, comment)
    likeness = likeness_of(session, actor, kept, gone)
    before: dict[str, Any] = {
        "states": {str(row.id): str(row.state) for row in gone.memberships},
        "lists": _copy_lists(session, kept, gone),
        "skills": _copy_skills(session, kept, gone),
        "plain": _copy_plain(kept, gone),
        "account": _move_account(session, kept, gone),
    }
    merge = PersonMerge(
        prefecture_code=actor.prefecture_code, kept_id=kept.id, gone_id=gone.id,
        points=likeness.points, comment=comment.strip(), before=canonical_json(before), merged_at=now,
        merged_by=actor.user_id,
    )  # fmt: skip
    session.add(merge)
    session.flush()
    for row in gone.memberships:
        if row.state in _GOES_ON:
            move(session, row, "merge", actor=actor, now=now, detail={"candidate": kept.id})
            session.flush()
    kept.updated_at = gone.updated_at = now
    detail = {"candidate": kept.id, "merged": gone.id, "points": likeness.points}
    audit.record(session, audit.Deed.MERGE_MAKE, merge, actor=actor, now=now, detail=detail)
    session.flush()
    return merge


def _check_pair(session: Session, kept: Candidate, gone: Candidate, comment: str) -> None:
    if kept.id == gone.id:
        raise Refused(say("同じ登録です。"))
    if len(comment) > LONGEST:
        raise Refused.at(
            "comment", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        )
    for person in (kept, gone):
        if find_merge(session, person) is not None:
            raise Conflict(say("この登録は、もう統合されています。"))
        live = sa.select(Placement.id).where(
            Placement.candidate_id == person.id, Placement.state.in_(LIVE)
        )
        if session.scalar(live.limit(1)) is not None:
            raise Refused(
                say(
                    "%(code)sには、手続き中か確定の推薦があります。推薦が終わるまで統合できません（規則：進行中の推薦がある人は統合しない）。",
                    code=person.code,
                )
            )
    if list_merged_into(session, gone):
        raise Conflict(
            say("ほかの登録を統合した登録です。先にその統合を取り消すか、残す側にしてください。")
        )
    if any(
        row.prefecture_code != kept.memberships[0].prefecture_code
        for row in (*gone.memberships, *kept.memberships)
    ):
        raise Refused(say("ほかの都道府県の人材プールにも登録があるため、統合できません。"))


def _copy_lists(session: Session, kept: Candidate, gone: Candidate) -> dict[str, list[int]]:
    """Rows that `kept` lacks; their numbers by list."""
    added: dict[str, list[int]] = {}
    for name, (model, same) in _LISTS.items():
        held = {tuple(getattr(row, field) for field in same) for row in getattr(kept, name)}
        new: list[Any] = []
        for row in getattr(gone, name):
            key = tuple(getattr(row, field) for field in same)
            if key not in held:
                held.add(key)
                new.append(model(**_values(row)))
        getattr(kept, name).extend(new)
        session.flush()
        added[name] = [row.id for row in new]
    return added


def _values(row: Base) -> dict[str, Any]:
    names = [column.key for column in sa.inspect(type(row)).columns]
    return {name: getattr(row, name) for name in names if name not in {"id", "candidate_id"}}


def _copy_skills(session: Session, kept: Candidate, gone: Candidate) -> list[str]:
    """Skills that `kept` does not claim; of those that both claim the own stays."""
    held = {row.skill for row in kept.skills}
    new = [CandidateSkill(**_values(row)) for row in gone.skills if row.skill not in held]
    kept.skills.extend(new)
    session.flush()
    return [row.skill for row in new]


def _copy_plain(kept: Candidate, gone: Candidate) -> list[str]:
    """Facts that `kept` leaves blank."""
    names = [name for name in _PLAIN if not getattr(kept, name) and getattr(gone, name)]
    for name in names:
        setattr(kept, name, getattr(gone, name))
    return names


def _move_account(session: Session, kept: Candidate, gone: Candidate) -> int | None:
    """The account of the one that goes, where the other has none: the person signs in as before."""
    if kept.user_id is not None or gone.user_id is None:
        return None
    account, gone.user_id = gone.user_id, None
    session.flush()
    kept.user_id = account
    session.flush()
    return account


def undo_merge(session: Session, merge: PersonMerge, *, actor: Actor, now: datetime) -> None:
    """Both are as they were; what was changed by hand since stays."""
    require(session, actor, Action.MERGE_PEOPLE, merge)
    kept, gone = merge.kept, merge.gone
    if merge.undone_at is not None:
        raise Conflict(say("この統合は、もう取り消されています。"))
    if find_merge(session, kept) is not None:
        raise Conflict(
            say("残した登録が、さらに統合されています。先にそちらを取り消してください。")
        )
    before = json.loads(merge.before)
    for name, ids in before["lists"].items():
        rows = getattr(kept, name)
        for row in [row for row in rows if row.id in ids]:
            rows.remove(row)
    for row in [row for row in kept.skills if row.skill in before["skills"]]:
        kept.skills.remove(row)
    for name in before["plain"]:
        if getattr(kept, name) == getattr(gone, name):
            setattr(kept, name, None)
    if before["account"] is not None and kept.user_id == before["account"]:
        kept.user_id = None
        session.flush()
        gone.user_id = before["account"]
    merge.undone_at, merge.undone_by = now, actor.user_id
    session.flush()
    _restore(session, gone, before["states"], actor, now)
    kept.updated_at = gone.updated_at = now
    detail = {"candidate": kept.id, "merged": gone.id}
    audit.record(session, audit.Deed.MERGE_UNDO, merge, actor=actor, now=now, detail=detail)
    session.flush()


def _restore(
    session: Session, gone: Candidate, states: dict[str, str], actor: Actor, now: datetime
) -> None:
    for row in gone.memberships:
        state = states.get(str(row.id))
        if row.state is MembershipState.LEFT and state in _GOES_ON:
            move(session, row, f"unmerge_{state}", actor=actor, now=now)
            session.flush()


def tell_apart(
    session: Session, one: Candidate, other: Candidate, *, actor: Actor, now: datetime
) -> None:
    """They are two people; said twice is said once."""
    for person in (one, other):
        require(session, actor, Action.MERGE_PEOPLE, person)
    first, second = sorted((one.id, other.id))
    if session.get(DistinctPair, (first, second)) is not None:
        return
    session.add(DistinctPair(first_id=first, second_id=second, said_at=now, said_by=actor.user_id))
    session.flush()
    audit.record(
        session, audit.Deed.MERGE_DISTINCT, one, actor=actor, now=now, detail={"other": other.id}
    )


def list_merges(session: Session, actor: Actor) -> Sequence[PersonMerge]:
    """The last ones, those that were undone too."""
    query = visible(actor, PersonMerge).options(
        joinedload(PersonMerge.kept), joinedload(PersonMerge.gone)
    )
    return session.scalars(query.order_by(PersonMerge.id.desc()).limit(100)).all()


def list_people(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, Candidate]:
    query = visible(actor, Candidate).where(Candidate.id.in_(ids))
    return {row.id: row for row in session.scalars(query)}


def get_merge(session: Session, actor: Actor, ident: int) -> PersonMerge:
    return get_visible(session, actor, PersonMerge, ident, lock=True)
