"""起案: suggestions become the papers of a need's seats, each an ordered list of somebody and alternates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..candidates.models import Candidate
from ..db import Session
from ..errors import Conflict, NotFound, Refused
from ..language import listed, named, say
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..pool.reading import read_profiles
from ..reference.reasons import check_comment
from ..rounds.models import Round
from ..rounds.plan import find_entry
from ..states import LIVE, PLACEMENT, TURNED_DOWN, NeedState, PlacementState, move
from .guards import Rules
from .locking import lock_memberships, lock_needs, lock_placements
from .models import DecisionPaper, Placement
from .notices import notify
from .offering import list_drafted
from .papers import find_waiting, list_rows, open_paper
from .service import list_used


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
    entry = find_entry(session, round_, need.id, candidate.code)
    if entry is None:
        raise NotFound
    members = lock_memberships(session, need.prefecture_code, [candidate.id])
    lock_needs(session, [need.id])
    if candidate.id not in members:
        raise Conflict(say("この人の登録は、有効でなくなっています。"))
    if need.state is not NeedState.OPEN:
        raise Conflict(say("募集が公開中でないため、候補を加えられません。"))
    if has_live(session, need.id, candidate.id):
        raise Conflict(say("この人の推薦は、この募集ですでに進んでいます。"))
    _check_asked(session, need, candidate)
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
        raise Conflict(say("採用していないマッチング回からは、候補を加えられません。"))
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
    audit.record(
        session, audit.Deed.PLACEMENT_SUGGEST, placement, actor=actor, now=now, detail=detail
    )
    return placement


def has_live(session: Session, need_id: int, candidate_id: int) -> bool:
    query = sa.select(Placement.id).where(
        Placement.need_id == need_id,
        Placement.candidate_id == candidate_id,
        Placement.state.in_(LIVE),
    )
    return session.scalars(query).first() is not None


def _check_asked(session: Session, need: Need, candidate: Candidate) -> None:
    """Conflict where the person is not to be asked for the need, as the rounds read it."""
    profile = read_profiles(session, need.prefecture_code, [candidate.id])[candidate.id]
    if need.code not in profile.turned_down:
        return
    if candidate.code not in list_used(session, [need.id]).get(need.id, set()):
        raise Conflict(say("本人が、この募集では打診しないでほしいと答えています。"))
    labels = listed(named(PLACEMENT.labels[state]) for state in sorted(TURNED_DOWN))
    raise Conflict(say("この組合せは、すでに%(labels)sのいずれかになっています。", labels=labels))


def propose_placements(
    session: Session,
    need: Need,
    ordered: Sequence[Placement],
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    """Draft the papers of a need: `ordered` is dealt over its seats, the first ones first. All of it or nothing."""
    _check_draft(session, need, ordered, actor=actor, comment=comment)
    lock_placements(session, ordered)
    for seat, rows in _deal(session, need, ordered).items():
        draft_paper(session, need, seat, rows, actor=actor, now=now, comment=comment)


def draft_paper(
    session: Session,
    need: Need,
    seat: int,
    ordered: Sequence[Placement],
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> DecisionPaper:
    """Draft the paper of one seat, or more people on it while it waits: first choice first. All of it or nothing."""
    _check_draft(session, need, ordered, actor=actor, comment=comment)
    lock_placements(session, ordered)
    rules = Rules.read(session, ordered, now)
    if not 1 <= seat <= need.seats:
        raise NotFound
    waiting = find_waiting(session, need, seat)
    ranks = _ranks(list_rows(session, waiting) if waiting else [], ordered)
    for placement in ordered:
        _check_proposable(placement, rules)
    paper = open_paper(session, need, seat, actor=actor, now=now)
    for placement, rank in zip(ordered, ranks, strict=True):
        _propose(session, placement, paper, rank, actor=actor, now=now, comment=comment)
    return paper


def _check_draft(
    session: Session, need: Need, ordered: Sequence[Placement], *, actor: Actor, comment: str
) -> None:
    for placement in ordered:
        require(session, actor, Action.DRAFT_PLACEMENT, placement)
    check_comment(comment)
    if not ordered:
        raise Refused(
            say("推薦する人を1人以上選んでください。"),
            fields={"order": say("1人以上選んでください。")},
        )
    if any(placement.need_id != need.id for placement in ordered):
        raise NotFound


def propose_placement(
    session: Session,
    placement: Placement,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> None:
    propose_placements(session, placement.need, [placement], actor=actor, now=now, comment=comment)


def _deal(
    session: Session, need: Need, ordered: Sequence[Placement]
) -> Mapping[int, Sequence[Placement]]:
    """Seat → its part of the list. Who was returned stays on the paper; the others go where fewest people are."""
    live = list_drafted(session, need)
    people = Counter(row.seat for row in live)
    filled = {row.seat for row in live if row.state is PlacementState.CONFIRMED}
    dealt: dict[int, list[Placement]] = {}
    for placement in ordered:
        seat = placement.seat
        if seat is None:
            seats = range(1, need.seats + 1)
            seat = min(seats, key=lambda seat: (seat in filled, people[seat], seat))
            people[seat] += 1
        dealt.setdefault(seat, []).append(placement)
    return dealt


def _check_proposable(placement: Placement, rules: Rules) -> None:
    """The draft is about today's request."""
    if placement.state is PlacementState.SUGGESTED:
        placement.need_version = placement.need.content_version
        rules.check(placement)


def _propose(
    session: Session,
    placement: Placement,
    paper: DecisionPaper,
    rank: int,
    *,
    actor: Actor,
    now: datetime,
    comment: str,
) -> None:
    detail = {"rank": rank, "paper": paper.id}
    step = move(session, placement, "propose", actor=actor, now=now, detail=detail)
    placement.paper, placement.seat, placement.rank = paper, paper.seat, rank
    placement.drafted_by, placement.drafted_at = actor.user_id, now
    placement.draft_comment = comment
    notify(session, placement, step, actor=actor, now=now)


def _ranks(known: Sequence[Placement], ordered: Sequence[Placement]) -> list[int]:
    """Those who are on the paper keep their places among them; newcomers go behind everybody."""
    old = sorted(row.rank for row in ordered if row in known)
    start = max((row.rank for row in known), default=0)
    return [*old, *range(start + 1, start + 1 + len(ordered) - len(old))]


def _last_rank(session: Session, need: Need) -> int:
    query = sa.select(sa.func.max(Placement.rank)).where(
        Placement.need_id == need.id, Placement.state.in_(LIVE)
    )
    return session.scalar(query) or 0
