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
from ..candidates import consenting, leaving
from ..candidates.merged import DistinctPair, PersonMerge, find_merge
from ..candidates.models import Candidate, CandidateSkill
from ..candidates.service import has_ended
from ..dates import local_date
from ..db import Base, Session, canonical_json
from ..errors import Conflict, Refused
from ..language import say
from ..permissions import Action, Actor, get_visible, require, visible
from ..reference.service import load_catalogue
from ..selfchecks.models import SelfAnswer
from ..states import MembershipState, move
from .likeness import Likeness, compare, read_traits
from .rules import LISTS, check_pair, list_lacking, lock_both, require_free

LONGEST = 1000  # characters of a comment
_GOES_ON = (
    MembershipState.DRAFT, MembershipState.APPLIED, MembershipState.RETURNED, MembershipState.ACTIVE,
)  # fmt: skip
_PLAIN = ("birth_date", "phone", "contact_email", "postal_code", "address")


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
    if len(comment) > LONGEST:
        raise Refused.at(
            "comment", say("%(longest)s文字以内で書いてください。", longest=f"{LONGEST:,}")
        )
    lock_both(session, kept, gone)
    check_pair(session, kept, gone, local_date(now))
    likeness = likeness_of(session, actor, kept, gone)
    before: dict[str, Any] = {
        "states": {str(row.id): str(row.state) for row in gone.memberships},
        "lists": _copy_lists(session, kept, gone),
        "skills": _copy_skills(session, kept, gone),
        "checks": _copy_checks(session, kept, gone),
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


def _copy_lists(session: Session, kept: Candidate, gone: Candidate) -> dict[str, list[int]]:
    """Rows that `kept` lacks; their numbers by list."""
    added: dict[str, list[int]] = {}
    for name, (model, _same) in LISTS.items():
        new: list[Any] = [model(**_values(row)) for row in list_lacking(kept, gone, name)]
        getattr(kept, name).extend(new)
        session.flush()
        added[name] = [row.id for row in new]
    return added


def _values(row: Base) -> dict[str, Any]:
    names = [column.key for column in sa.inspect(type(row)).columns]
    return {name: getattr(row, name) for name in names if name not in {"id", "candidate_id"}}


def _copy_skills(session: Session, kept: Candidate, gone: Candidate) -> list[str]:
    """Skills that `kept` does not claim; of those that both claim the own stays. What was checked is not copied with them:
    credentials stay with the registration that has them."""
    held = {row.skill for row in kept.skills}
    new = [
        CandidateSkill(**_values(row) | {"evidence": "self"})
        for row in gone.skills
        if row.skill not in held
    ]
    kept.skills.extend(new)
    session.flush()
    return [row.skill for row in new]


def _copy_checks(session: Session, kept: Candidate, gone: Candidate) -> list[str]:
    """Questions of the self-check that `kept` has not answered; the answers keep their days."""
    said, other = _list_checks(session, kept), _list_checks(session, gone)
    new = sorted(other.keys() - said.keys())
    session.add_all(SelfAnswer(**_values(other[code]), candidate_id=kept.id) for code in new)
    session.flush()
    return new


def _drop_checks(
    session: Session, kept: Candidate, gone: Candidate, copied: Collection[str]
) -> None:
    """Those that are still as they were copied."""
    said, other = _list_checks(session, kept), _list_checks(session, gone)
    for code in said.keys() & set(copied):
        if code in other and _values(said[code]) == _values(other[code]):
            session.delete(said[code])
    session.flush()


def _list_checks(session: Session, person: Candidate) -> dict[str, SelfAnswer]:
    query = sa.select(SelfAnswer).where(SelfAnswer.candidate_id == person.id)
    return {row.question: row for row in session.scalars(query)}


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


def undo_merge(session: Session, merge: PersonMerge, *, actor: Actor, now: datetime) -> bool:
    """Both are as they were; what was changed by hand since stays. Whether the registration that had gone goes on: not if
    the person has left since.
    """
    require(session, actor, Action.MERGE_PEOPLE, merge)
    kept, gone = merge.kept, merge.gone
    lock_both(session, kept, gone)
    if merge.undone_at is not None:
        raise Conflict(say("この統合は、もう取り消されています。"))
    if find_merge(session, kept) is not None:
        raise Conflict(
            say("残した登録が、さらに統合されています。先にそちらを取り消してください。")
        )
    require_free(session, kept)
    before = json.loads(merge.before)
    for name, ids in before["lists"].items():
        rows = getattr(kept, name)
        for row in [row for row in rows if row.id in ids]:
            rows.remove(row)
    for row in [row for row in kept.skills if row.skill in before["skills"]]:
        kept.skills.remove(row)
    _drop_checks(session, kept, gone, before.get("checks", ()))  # older merges copied none
    for name in before["plain"]:
        if getattr(kept, name) == getattr(gone, name):
            setattr(kept, name, None)
    if before["account"] is not None and kept.user_id == before["account"]:
        kept.user_id = None
        session.flush()
        gone.user_id = before["account"]
    merge.undone_at, merge.undone_by = now, actor.user_id
    session.flush()
    has_left = _has_left(session, merge)
    _restore(session, merge, {} if has_left else before["states"], actor, now)
    kept.updated_at = gone.updated_at = now
    detail = {"candidate": kept.id, "merged": gone.id}
    audit.record(session, audit.Deed.MERGE_UNDO, merge, actor=actor, now=now, detail=detail)
    session.flush()
    return not has_left


def _has_left(session: Session, merge: PersonMerge) -> bool:
    """By leaving the pool or by the withdrawal of an essential consent, since the merge."""
    kept, audience = merge.kept, merge.prefecture_code
    essential = consenting.required_purposes(load_catalogue(session))
    withdrawn = consenting.withdrawn_since(kept, audience, merge.merged_at)
    return has_ended(kept) or not withdrawn.isdisjoint(essential)


def _restore(
    session: Session, merge: PersonMerge, states: dict[str, str], actor: Actor, now: datetime
) -> None:
    """The registration goes on where `states` says so; else it stays ended, as leaving ends one. What the person
    withdrew since is withdrawn here too.
    """
    kept, gone = merge.kept, merge.gone
    for row in gone.memberships:
        state = states.get(str(row.id))
        if row.state is MembershipState.LEFT and state not in _GOES_ON:
            leaving.keep_ended(session, row, actor=actor, now=now)
            continue
        if row.state is MembershipState.LEFT:
            move(session, row, f"unmerge_{state}", actor=actor, now=now)
            session.flush()
        given = consenting.consents_in_force(gone, row.prefecture_code)
        withdrawn = consenting.withdrawn_since(kept, row.prefecture_code, merge.merged_at)
        stand = consenting.consents_in_force(kept, row.prefecture_code)
        for purpose in sorted(withdrawn & given.keys() - stand.keys()):
            consenting.withdraw_consent(session, gone, given[purpose], actor=actor, now=now)


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
