"""Rows of the database as files: people, needs, placements, and the ministry's survey in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from .. import audit, dates
from ..accounts.models import Pool
from ..candidates.models import Candidate, CandidateForm, Membership
from ..db import Session
from ..errors import Refused
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..placements.models import Placement
from ..pool.assemble import list_active, list_profiles, list_requests
from ..reference.catalogue import Catalogue
from ..rounds.models import RoundNeed
from ..states import PLACEMENT, MembershipState, NeedState
from . import people, requests
from .layout import CANDIDATES, NEEDS
from .writing import Table, write_csv, write_entries, write_workbook

SMALL = 3  # smaller counts are not published


def find_pool(session: Session, prefecture_code: str | None) -> Pool:
    """The named pool, or the only one there is."""
    pools = list(session.scalars(sa.select(Pool).order_by(Pool.prefecture_code)))
    if prefecture_code is not None:
        pools = [pool for pool in pools if pool.prefecture_code == prefecture_code]
    if len(pools) != 1:
        raise Refused("--prefecture で都道府県コードを指定してください。")
    return pools[0]


def export_candidates(
    session: Session, path: Path, pool: Pool, catalogue: Catalogue, encoding: str | None,
    *, actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Everybody with an active membership; the number of people."""
    require(session, actor, Action.EXCHANGE)
    active = list_active(session, pool.prefecture_code)
    profiles = list_profiles(session, pool.prefecture_code, active)
    entries = [
        people.entry_of(person, profile, pool.prefecture_code)
        for person, profile in zip(active, profiles, strict=True)
    ]
    write_entries(path, CANDIDATES, entries, catalogue, encoding)
    _record(session, pool, "candidates", len(entries), actor, now)
    return len(entries)


def export_needs(
    session: Session, path: Path, pool: Pool, catalogue: Catalogue, encoding: str | None,
    *, round_id: int | None = None, actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """The open needs, or those of a round; their number."""
    require(session, actor, Action.EXCHANGE)
    query = sa.select(Need).where(Need.prefecture_code == pool.prefecture_code)
    if round_id is None:
        query = query.where(Need.state == NeedState.OPEN)
    else:
        of_round = sa.select(RoundNeed.need_id).where(RoundNeed.round_id == round_id)
        query = query.where(Need.id.in_(of_round))
    lists = (Need.roles, Need.forms, Need.kinds, Need.skills, Need.vendors)
    query = query.options(*(selectinload(rows) for rows in lists)).order_by(Need.code)
    needs = list(session.scalars(query))
    pairs = zip(needs, list_requests(session, needs), strict=True)
    write_entries(path, NEEDS, [requests.entry_of(*pair) for pair in pairs], catalogue, encoding)
    _record(session, pool, "needs", len(needs), actor, now)
    return len(needs)


def export_placements(
    session: Session, path: Path, pool: Pool, catalogue: Catalogue, encoding: str | None,
    *, actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Every placement by codes, without names; their number."""
    require(session, actor, Action.EXCHANGE)
    query = (
        sa.select(Placement, Need.code, Need.title, Candidate.code)
        .join(Need, Need.id == Placement.need_id)
        .join(Candidate, Candidate.id == Placement.candidate_id)
        .where(Placement.prefecture_code == pool.prefecture_code)
        .order_by(Placement.id)
    )
    lines = []
    for placement, need, title, candidate in session.execute(query):
        day = placement.confirmed_at and dates.local_date(placement.confirmed_at)
        lines.append([
            str(placement.id), need, title, catalogue.municipality(placement.municipality_code).ja,
            candidate, PLACEMENT.labels[placement.state][0], f"{placement.fit / 100:.1f}",
            placement.end_reason or "", "" if day is None else day.isoformat(),
        ])  # fmt: skip
    headers = [
        "番号",
        "募集",
        "募集の名前",
        "市町",
        "登録者",
        "状態",
        "適合度",
        "理由区分",
        "確定日",
    ]
    _write(path, ("推薦", headers, lines), encoding)
    _record(session, pool, "placements", len(lines), actor, now)
    return len(lines)


def export_survey(
    session: Session, path: Path, pool: Pool, catalogue: Catalogue, encoding: str | None,
    *, actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """The survey's questions as counts of active people; counts below 3 are suppressed."""
    require(session, actor, Action.EXCHANGE)
    members = sa.select(Membership.candidate_id).where(
        Membership.prefecture_code == pool.prefecture_code,
        Membership.state == MembershipState.ACTIVE,
    )
    found = session.execute(
        sa.select(Candidate.kind, Candidate.heard_from, Candidate.pay_wish).where(
            Candidate.id.in_(members)
        )
    ).all()
    forms = session.scalars(
        sa.select(CandidateForm.form).where(CandidateForm.candidate_id.in_(members))
    ).all()
    lines = [
        *_counted("区分", [catalogue.label("candidate_kind", r.kind) for r in found if r.kind]),
        *_counted("知ったきっかけ",
                  [catalogue.label("heard_from", r.heard_from) for r in found if r.heard_from]),
        *_counted("希望報酬", [_band(row.pay_wish) for row in found]),
        *_counted("任用形態", [catalogue.label("form", form) for form in forms]),
    ]  # fmt: skip
    _write(path, ("調査票", ["項目", "回答", "人数"], lines), encoding)
    _record(session, pool, "survey", len(lines), actor, now)
    return len(lines)


def _counted(question: str, answers: Sequence[str]) -> list[list[str]]:
    return [
        [question, answer, str(count) if count >= SMALL else f"{SMALL}未満"]
        for answer, count in sorted(Counter(answers).items())
    ]


def _band(half_day: int) -> str:
    """Yen a day in bands of ten thousand."""
    lower = half_day * 2 // 10_000
    return f"日額{lower}万円以上{lower + 1}万円未満"


def _write(path: Path, table: Table, encoding: str | None) -> None:
    if path.suffix.lower() == ".csv":
        write_csv(path, table, encoding)
    else:
        write_workbook(path, [table])


def _record(
    session: Session, pool: Pool, what: str, count: int, actor: Actor, now: datetime
) -> None:
    audit.record(
        session, "export", pool, actor=actor, now=now, detail={"what": what, "rows": count}
    )
