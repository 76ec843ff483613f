"""起案: suggestions become an ordered list of a need, the first in front and the alternates behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..candidates.models import Candidate
from ..db import Session
from ..errors import Conflict, NotFound, Refused
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..pool.standing import TURNED_DOWN
from ..rounds.models import Round, RoundNeed
from ..states import LIVE, NeedState, PlacementState, move
from .ending import advance, end_placement
from .guards import Rules
from .locking import lock_memberships, lock_needs, lock_placements
from .models import Placement
from .notices import notify
from .reasons import check_comment


def suggest_alternate(
    session: Session,
    round_: Round,
    need: Need,
    candidate: Candidate,
    *,
    actor: Actor,
    now: datetime,
) -> Placement:
    """Add somebody of the round's ranking to the need's suggestions; NotFound for who is not in it."""
    require(session, actor, Action.DRAFT_PLACEMENT)
    require(session, actor, Action.VIEW_ROUND, round_)
    entry = _ranking_entry(session, round_, need, candidate)
    members = lock_memberships(session, need.prefecture_code, [candidate.id])
    lock_needs(session, [need.id])
    if candidate.id not in members:
        raise Conflict("この人の登録は、有効でなくなっています。")
    if need.state is not NeedState.OPEN:
        raise Conflict("募集が公開中でないため、候補を加えられません。")
    if has_live(session, need.id, candidate.id):
        raise Conflict("この人の推薦は、この募集ですでに進んでいます。")
    if need.id in list_turned_down(session, candidate):
        raise Conflict("この組合せは、すでに辞退・見送り・却下・取消しになっています。")
    return add_suggestion(session, round_, need, candidate.id, entry, actor=actor, now=now)


def add_suggestion(
    session: Session,
    round_: Round,
    need: Need,
    candidate_id: int,
    entry: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> Placement:
    """`entry`: fit, parts and reason as the round said. The rank is behind everybody already there."""
    if not round_.is_adopted:
        raise Conflict("採用していないマッチング回からは、候補を加えられません。")
    placement = Placement(
        prefecture_code=need.prefecture_code,
        need_id=need.id,
        need=need,
        municipality_code=need.municipality_code,
        candidate_id=candidate_id,
        round_id=round_.id,
        rank=_last_rank(session, need) + 1,
        fit=entry["fit"],
        parts=dict(entry["parts"]),
        reason=dict(entry["reason"]),
        need_version=need.content_version,
        created_at=now,
    )
    session.add(placement)
    session.flush()
    detail = {
        "to": "suggested",
        "need": need.id,
        "candidate": candidate_id,
        "round": round_.id,
    }
    audit.record(session, "placement.suggest", placement, actor=actor, now=now, detail=detail)
    return placement


def has_live(session: Session, need_id: int, candidate_id: int) -> bool:
    query = sa.select(Placement.id).where(
        Placement.need_id == need_id,
        Placement.candidate_id == candidate_id,
        Placement.state.in_(LIVE),
    )
    return session.scalars(query).first() is not None


def list_turned_down(session: Session, candidate: Candidate) -> set[int]:
    """Needs for which the pair has ended in a way that is not to be asked again."""
    query = sa.select(Placement.need_id).where(
        Placement.candidate_id == candidate.id, Placement.state.in_(TURNED_DOWN)
    )
    return set(session.scalars(query))


def propose_placements(
    session: Session,
    need: Need,
    ordered: Sequence[Placement],
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """Draft the paper of a need: `ordered` is the list, first choice first. All of it or nothing."""
    for placement in ordered:
        require(session, actor, Action.DRAFT_PLACEMENT, placement)
    check_comment(comment)
    if not ordered:
        raise Refused(
            "推薦する人を1人以上選んでください。",
            fields={"order": "1人以上選んでください。"},
        )
    if any(placement.need_id != need.id for placement in ordered):
        raise NotFound
    lock_placements(session, ordered)
    rules = Rules.read(session, ordered)
    for placement, rank in zip(ordered, _ranks(session, need, ordered), strict=True):
        _propose(session, placement, rank, rules, actor=actor, now=now, comment=comment)


def propose_placement(
    session: Session,
    placement: Placement,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    propose_placements(session, placement.need, [placement], actor=actor, now=now, comment=comment)


def _propose(
    session: Session,
    placement: Placement,
    rank: int,
    rules: Rules,
    *,
    actor: Actor,
    now: datetime,
    comment: str,
) -> None:
    if placement.state is PlacementState.SUGGESTED:
        placement.need_version = (
            placement.need.content_version
        )  # the draft is about today's request
        rules.check(placement)
    step = move(session, placement, "propose", actor=actor, now=now, detail={"rank": rank})
    placement.rank = rank
    placement.drafted_by, placement.drafted_at = actor.user_id, now
    placement.draft_comment = comment
    notify(session, placement, step, actor=actor, now=now)


def pass_over(
    session: Session,
    placement: Placement,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    require(session, actor, Action.DRAFT_PLACEMENT, placement)
    _end_and_advance(session, placement, "pass_over", reason, actor, now, comment)


def withdraw_placement(
    session: Session,
    placement: Placement,
    *,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    require(session, actor, Action.DRAFT_PLACEMENT, placement)
    _end_and_advance(session, placement, "withdraw", reason, actor, now, comment)


def _end_and_advance(
    session: Session,
    placement: Placement,
    verb: str,
    reason: str | None,
    actor: Actor,
    now: datetime,
    comment: str,
) -> None:
    lock_placements(session, [placement])
    end_placement(session, placement, verb, reason=reason, actor=actor, now=now, comment=comment)
    advance(session, placement.need, now=now)


def _ranks(session: Session, need: Need, ordered: Sequence[Placement]) -> list[int]:
    """Those who were drafted before keep their places among them; newcomers go behind everybody."""
    named = {row.id for row in ordered}
    old = sorted(row.rank for row in ordered if row.drafted_at is not None)
    others = [row.rank for row in list_drafted(session, need) if row.id not in named]
    start = max([*old, *others], default=0)
    return [*old, *range(start + 1, start + 1 + len(ordered) - len(old))]


def list_drafted(session: Session, need: Need) -> list[Placement]:
    query = sa.select(Placement).where(
        Placement.need_id == need.id,
        Placement.state.in_(LIVE),
        Placement.drafted_at.is_not(None),
    )
    return list(session.scalars(query.order_by(Placement.rank, Placement.id)))


def _last_rank(session: Session, need: Need) -> int:
    query = sa.select(sa.func.max(Placement.rank)).where(
        Placement.need_id == need.id, Placement.state.in_(LIVE)
    )
    return session.scalar(query) or 0


def _ranking_entry(
    session: Session, round_: Round, need: Need, candidate: Candidate
) -> Mapping[str, Any]:
    query = sa.select(RoundNeed.ranking).where(
        RoundNeed.round_id == round_.id, RoundNeed.need_id == need.id
    )
    ranking: Sequence[Mapping[str, Any]] = session.scalar(query) or []
    for entry in ranking:
        if entry["candidate"] == candidate.code:
            return entry
    raise NotFound
