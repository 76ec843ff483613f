"""Rows of the database as tables to write: people, needs, placements.

Reading is a unit of its own, so that nobody waits while a file is drawn; `note_export` leaves the event before
the file appears.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from .. import audit, dates, matching as m
from ..accounts.models import Pool
from ..candidates.freshness import list_left_out
from ..candidates.models import Candidate
from ..candidates.terms import list_terms
from ..candidates.viewing import EXPORT, record_views
from ..db import Session
from ..errors import NotFound, Refused
from ..files.writing import Table, check_suffix
from ..needs.models import Need
from ..permissions import Action, Actor, get_visible, require
from ..placements.models import Placement
from ..pool.assemble import list_active, list_profiles, list_requests
from ..reference.models import TravelTime
from ..reference.service import load_catalogue
from ..rounds.gathering import moment_of
from ..rounds.models import DirectiveKind, Round, RoundInput, RoundNeed
from ..states import PLACEMENT, NeedState, RoundState
from . import people, requests
from .layout import CANDIDATES, NEEDS
from .sameness import note_alike
from .sheets import tables_of

_DEAD = (RoundState.FAILED, RoundState.CANCELLED, RoundState.DISCARDED)


@dataclass(frozen=True, slots=True)
class Exported:
    """viewed: people whose names the tables hold."""

    what: str
    tables: list[Table]
    count: int
    note: str = ""
    viewed: Sequence[int] = ()


def find_pool(session: Session, prefecture_code: str | None) -> Pool:
    """The named pool, or the only one there is."""
    pools = list(session.scalars(sa.select(Pool).order_by(Pool.prefecture_code)))
    if prefecture_code is not None:
        pools = [pool for pool in pools if pool.prefecture_code == prefecture_code]
    if not pools:
        raise Refused("人材プールがありません。talentpool prefecture add で開設してください。")
    if len(pools) > 1:
        raise Refused("--prefecture で都道府県コードを指定してください。")
    return pools[0]


def export_candidates(
    session: Session,
    path: Path,
    pool: Pool,
    *,
    actor: Actor,
    is_anonymous: bool = False,
    now: datetime | None = None,
) -> Exported:
    """Everybody in the pool; `is_anonymous` leaves out what is personal.

    now: those whom rounds leave out then are marked, so that a match from the file leaves them out as well.
    """
    require(session, actor, Action.EXCHANGE)
    check_suffix(path)
    catalogue = load_catalogue(session)
    active = list_active(session, pool.prefecture_code)
    _load_rest(session, active)
    profiles = list_profiles(session, pool.prefecture_code, active)
    minutes, terms = _better_minutes(session), list_terms(session, pool.prefecture_code)
    entries = [
        people.entry_of(
            person,
            profile,
            pool.prefecture_code,
            catalogue,
            minutes[person.home_code or ""],
            terms.get(person.id),
        )
        for person, profile in zip(active, profiles, strict=True)
    ]
    left_out = list_left_out(session, pool.prefecture_code, now) if now else ()
    for person, entry in zip(active, entries, strict=True):
        if person.id in left_out:
            entry.values["is_in_rounds"] = False
    note_alike(entries)
    tables = tables_of(path, CANDIDATES, entries, catalogue, is_anonymous=is_anonymous)
    viewed = [] if is_anonymous else [person.id for person in active]
    return Exported("candidates", tables, len(entries), viewed=viewed)


def _load_rest(session: Session, people_: Sequence[Candidate]) -> None:
    """What matching has no use for, in two queries for all."""
    query = sa.select(Candidate).where(Candidate.id.in_([person.id for person in people_]))
    session.scalars(
        query.options(selectinload(Candidate.exams), selectinload(Candidate.consents))
    ).all()


def _better_minutes(session: Session) -> defaultdict[str, dict[str, int]]:
    """Home → hall → minutes that staff entered."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in session.scalars(sa.select(TravelTime)):
        found[row.home_code][row.hall_code] = row.minutes
    return found


def export_needs(
    session: Session,
    path: Path,
    pool: Pool,
    *,
    actor: Actor,
    round_: Round | None = None,
) -> Exported:
    """The open needs, or those of a round.

    Open needs that the newest round left out on purpose are marked as not wanted, so that `match` repeats that
    round; needs that came after it are wanted.
    """
    require(session, actor, Action.EXCHANGE)
    check_suffix(path)
    needs = _list_needs(session, pool, round_)
    newest = round_ or _newest_round(session, pool)
    in_round = set() if newest is None else {row.need_id for row in newest.needs}
    seed = pool.lottery_seed if newest is None else m.Policy.from_dict(newest.policy).lottery_seed
    wanted = {
        need.id
        for need in needs
        if newest is None or need.id in in_round or _is_later(need, newest)
    }
    entries = [
        requests.entry_of(need, request, is_wanted=need.id in wanted, lottery_seed=seed)
        for need, request in zip(needs, list_requests(session, needs), strict=True)
    ]
    note = f"（今回の対象 {len(wanted)}件：{newest.title}）" if newest else ""
    return Exported(
        "needs", tables_of(path, NEEDS, entries, load_catalogue(session)), len(entries), note
    )


def _list_needs(session: Session, pool: Pool, round_: Round | None) -> Sequence[Need]:
    query = sa.select(Need).where(Need.prefecture_code == pool.prefecture_code)
    if round_ is None:
        query = query.where(Need.state == NeedState.OPEN)
    else:
        of_round = sa.select(RoundNeed.need_id).where(RoundNeed.round_id == round_.id)
        query = query.where(Need.id.in_(of_round))
    lists = (Need.roles, Need.forms, Need.kinds, Need.skills, Need.vendors)
    query = query.options(*(selectinload(rows) for rows in lists))
    return session.scalars(query.order_by(Need.code)).all()


def _newest_round(session: Session, pool: Pool) -> Round | None:
    query = sa.select(Round).where(
        Round.prefecture_code == pool.prefecture_code,
        Round.state.not_in(_DEAD),
        Round.what_if.is_(None),
    )
    return session.scalars(query.order_by(Round.number.desc()).limit(1)).one_or_none()


def _is_later(need: Need, round_: Round) -> bool:
    return need.opened_at is not None and need.opened_at > round_.created_at


def get_round(session: Session, pool: Pool, round_id: int, *, actor: Actor) -> Round:
    round_ = get_visible(session, actor, Round, round_id)
    if round_.prefecture_code != pool.prefecture_code:
        raise NotFound
    if round_.what_if is not None:
        raise Refused(
            "試算の回は書き出せません。登録者と募集の条件が、登録されているものと違うためです。"
        )
    return round_


def policy_of(session: Session, round_: Round) -> dict[str, Any]:
    """A round's policy with its pins and forbids as pairs of codes: what `match --policy` reads.

    A forbid of somebody who has left the pool, or whom the round leaves out, is left out as they are. Towns that the
    last plan left out are named as the round found them; files do not carry the plan in force.
    """
    active = {person.id for person in list_active(session, round_.prefecture_code)}
    active -= list_left_out(session, round_.prefecture_code, moment_of(round_))
    codes = dict(
        session.execute(
            sa.select(Candidate.id, Candidate.code).where(
                Candidate.id.in_([row.candidate_id for row in round_.directives])
            )
        ).all()
    )
    needs = dict(
        session.execute(
            sa.select(Need.id, Need.code).where(
                Need.id.in_([row.need_id for row in round_.directives])
            )
        ).all()
    )
    pairs: dict[str, list[list[str]]] = {"pins": [], "forbids": []}
    for row in round_.directives:
        if row.kind is DirectiveKind.FORBID and row.candidate_id not in active:
            continue
        kind = "pins" if row.kind is DirectiveKind.PIN else "forbids"
        pairs[kind].append([needs[row.need_id], codes[row.candidate_id]])
    stored = session.get(RoundInput, round_.id)
    found = {"carry_over": stored.document["policy"]["carry_over"]} if stored else {}
    policy = m.Policy.from_dict(round_.policy | found)
    return policy.to_dict() | {k: sorted(v) for k, v in pairs.items()}


def export_placements(session: Session, path: Path, pool: Pool, *, actor: Actor) -> Exported:
    """Every placement by codes, without names."""
    require(session, actor, Action.EXCHANGE)
    check_suffix(path)
    catalogue = load_catalogue(session)
    query = (
        sa.select(Placement, Need, Candidate.code)
        .join(Need, Need.id == Placement.need_id)
        .join(Candidate, Candidate.id == Placement.candidate_id)
        .where(Placement.prefecture_code == pool.prefecture_code)
        .order_by(Placement.id)
    )
    lines = [
        [
            row.id, need.code, catalogue.municipality(row.municipality_code).ja, need.title, code,
            PLACEMENT.labels[row.state][0], row.seat or "", row.rank, row.fit,
            *(_day(moment) for moment in (
                row.drafted_at, row.approved_at, row.offered_at, row.introduced_at, row.agreed_at,
                row.confirmed_at, row.ended_at,
            )),
            row.end_reason or "",
        ]
        for row, need, code in session.execute(query)
    ]  # fmt: skip
    headers = [
        "推薦番号", "募集", "市町", "募集の名前", "登録者", "状態", "枠", "順位", "適合度(1/100点)",
        "起案日", "決裁日", "打診日", "紹介日", "合意日", "確定日", "終了日", "終了の理由",
    ]  # fmt: skip
    return Exported("placements", [Table("推薦", headers, lines)], len(lines))


def _day(moment: datetime | None) -> str:
    return "" if moment is None else dates.local_date(moment).isoformat()


def note_export(
    session: Session, pool: Pool, made: Exported, *, actor: Actor, now: datetime
) -> None:
    """The event of an export, and a line in the log of views of everybody it names."""
    require(session, actor, Action.EXCHANGE)
    record_views(session, actor, made.viewed, EXPORT, now=now)
    detail = {"what": made.what, "rows": made.count, "named": len(made.viewed)}
    audit.record(session, audit.Deed.POOL_EXPORT, pool, actor=actor, now=now, detail=detail)
