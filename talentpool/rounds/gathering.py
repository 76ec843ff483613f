"""All that a run depends on, read as it is now, in the engine's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from .. import matching as m
from ..db import Session
from ..pool.assemble import Assembled, assemble
from ..pool.policy import fitted
from ..reference.service import load_catalogue
from .history import History, read_history
from .models import DirectiveKind, Round
from .preparing import pairs_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a run depends on, in the engine's words."""

    pool: Assembled
    policy: m.Policy
    pins: tuple[tuple[str, str], ...]  # (need code, candidate code)
    forbids: tuple[tuple[str, str], ...]
    history: History

    @property
    def hash(self) -> str:
        return self.put_to(m.input_hash)

    def put_to(self, ask: Callable[..., T], **options: Any) -> T:
        """What a function of the engine answers to them."""
        return ask(
            self.pool.candidates, self.pool.needs, self.policy,
            pins=self.pins, forbids=self.forbids, previous=self.history.previous, **options,
        )  # fmt: skip


def gather(session: Session, round_: Round, history: History | None = None) -> Inputs:
    """Read the inputs of a round as they are now, or would be; whom it leaves out is as at its start.

    `history`: of the round as it was run, where that is what is asked about.
    """
    pool = assemble(
        session,
        round_.prefecture_code,
        [row.need_id for row in round_.needs],
        load_catalogue(session),
        moment=moment_of(round_),
    )
    if round_.what_if is not None:
        people, needs = m.WhatIf.from_dict(round_.what_if).applied(pool.candidates, pool.needs)
        pool = replace(pool, candidates=people, needs=needs)
    policy, people = fitted(m.Policy.from_dict(round_.policy), pool.candidates)
    history = history or read_history(session, round_, pool)
    policy, people = history.applied(policy, people)
    pool = replace(pool, candidates=people)
    return Inputs(
        pool,
        policy,
        _codes(pool, pairs_of(round_, DirectiveKind.PIN)),
        _codes(pool, pairs_of(round_, DirectiveKind.FORBID)),
        history,
    )


def moment_of(round_: Round) -> datetime:
    """When it was decided who takes part: at the start of the run, so that the inputs can be read again."""
    return round_.started_at or round_.created_at


def _codes(pool: Assembled, pairs: Any) -> tuple[tuple[str, str], ...]:
    """Pairs of ids as pairs of codes; people who have left the pool have none and are left out."""
    needs = {ident: code for code, ident in pool.need_ids.items()}
    people = {ident: code for code, ident in pool.candidate_ids.items()}
    return tuple(sorted((needs[n], people[c]) for n, c in pairs if n in needs and c in people))
