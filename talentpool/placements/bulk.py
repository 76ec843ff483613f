"""起案 of a whole round at once: each need's suggestions, with the best of the ranking behind them as alternates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit
from ..candidates.models import Candidate
from ..db import Session
from ..errors import Conflict, Refused
from ..needs.models import Need
from ..permissions import Action, Actor, require
from ..rounds.models import Round, RoundNeed
from ..states import PlacementState
from . import drafting, service
from .guards import check_pair
from .locking import lock_memberships, lock_needs
from .models import Placement

MOST_ALTERNATES = 5  # of a need, drafted by one press


@dataclass(frozen=True, slots=True)
class Draftable:
    """A need with the suggestions of the round that nobody has drafted, and who could stand behind them, best first."""

    need: Need
    suggestions: Sequence[Placement]
    alternates: Sequence[service.Alternate]

    @property
    def shown(self) -> str:
        """Changes with everything that the page shows of the suggestions, and with who stands behind them."""
        rows = [f"{row.id}.{row.version}" for row in self.suggestions]
        return " ".join([*rows, *(one.candidate.code for one in self.alternates)])


@dataclass(frozen=True, slots=True)
class Drafted:
    """needs: how many were drafted; left: need id → why it was left as it was."""

    needs: int
    left: Mapping[int, str]


def list_draftable(session: Session, actor: Actor, round_: Round) -> list[Draftable]:
    """The needs of an adopted round that wait for a draft, by code."""
    require(session, actor, Action.DRAFT_PLACEMENT)
    query = sa.select(Placement).where(
        Placement.round_id == round_.id,
        Placement.state == PlacementState.SUGGESTED,
        Placement.drafted_at.is_(None),
    )
    query = query.options(joinedload(Placement.candidate), joinedload(Placement.need))
    found: dict[int, list[Placement]] = {}
    for row in session.scalars(query.order_by(Placement.rank, Placement.id)):
        found.setdefault(row.need_id, []).append(row)
    behind = _list_alternates(session, round_, found)
    drafts = [Draftable(rows[0].need, rows, behind[need]) for need, rows in found.items()]
    return sorted(drafts, key=lambda draft: draft.need.code)


def draft_round(
    session: Session,
    round_: Round,
    drafts: Sequence[Draftable],
    alternates: int,
    *,
    actor: Actor,
    now: datetime,
    comment: str = "",
) -> Drafted:
    """Draft the papers of these needs, each with up to `alternates` people behind its suggestions.

    Each need is drafted whole, or it is left as it was and the answer says why.
    """
    if not 0 <= alternates <= MOST_ALTERNATES:
        raise ValueError(alternates)
    people = [row.candidate_id for draft in drafts for row in draft.suggestions]
    people += [one.candidate.id for draft in drafts for one in draft.alternates[:alternates]]
    lock_memberships(session, round_.prefecture_code, people)
    lock_needs(session, [draft.need.id for draft in drafts])
    left = {}
    for draft in drafts:
        try:
            with audit.attempt(session):
                behind = _suggest(session, round_, draft, alternates, actor=actor, now=now)
                ordered = [*draft.suggestions, *behind]
                drafting.propose_placements(
                    session, draft.need, ordered, actor=actor, now=now, comment=comment
                )
        except (Conflict, Refused) as error:
            left[draft.need.id] = error.message
    return Drafted(len(drafts) - len(left), left)


def _suggest(
    session: Session,
    round_: Round,
    draft: Draftable,
    alternates: int,
    *,
    actor: Actor,
    now: datetime,
) -> list[Placement]:
    """The best people behind the suggestions; who cannot be added any more is passed over."""
    found: list[Placement] = []
    for one in draft.alternates:
        if len(found) == alternates:
            break
        with suppress(Conflict), audit.attempt(session):
            made = drafting.suggest_alternate(
                session, round_, draft.need, one.candidate, actor=actor, now=now
            )
            check_pair(session, made, now)
            found.append(made)
    return found


def _list_alternates(
    session: Session, round_: Round, needs: Collection[int]
) -> dict[int, list[service.Alternate]]:
    """Need → the best of its ranking who are not placed there and for whom nothing is live or turned down on it."""
    used = service.list_used(session, needs)
    query = sa.select(RoundNeed.need_id, RoundNeed.ranking).where(
        RoundNeed.round_id == round_.id, RoundNeed.need_id.in_(needs)
    )
    entries: dict[int, list[Mapping[str, Any]]] = {
        need: list(
            islice(
                (
                    entry
                    for entry in ranking or ()
                    if entry["candidate"] not in used.get(need, ())
                    and entry["reason"]["code"] not in {"forbidden", "pinned_out"}
                ),
                MOST_ALTERNATES,
            )
        )
        for need, ranking in session.execute(query)
    }
    codes = {entry["candidate"] for rows in entries.values() for entry in rows}
    people = {
        person.code: person
        for person in session.scalars(sa.select(Candidate).where(Candidate.code.in_(codes)))
    }
    return {
        need: [
            service.Alternate(round_.id, entry["rank"], entry["fit"], people[entry["candidate"]])
            for entry in entries.get(need, ())
            if entry["candidate"] in people
        ]
        for need in needs
    }
