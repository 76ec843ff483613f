"""What differs between two plans, as chains of moves, and why a person did not get a seat.

People whose changes touch the same need hang together; each such group can be carried out alone, because every
change of a need's seats and of a person's months lies inside it. Between two best plans of nearly the same
problem the groups that have nothing to do with what was asked are worth nothing, so the loss stands in one chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .market import Pair
from .plan import Plan
from .problem import Problem
from .solve import solve


@dataclass(frozen=True, slots=True)
class Move:
    """A person (row number) leaves and enters needs (row numbers)."""

    candidate: int
    leaves: tuple[int, ...]
    enters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Moves that hang together, in the order in which one makes room for the next; gain in bp of value."""

    moves: tuple[Move, ...]
    gain: int

    def carried_out(self, pairs: Iterable[Pair]) -> list[Pair]:
        """The pairs (need, candidate) after the moves, sorted."""
        kept = {(int(j), int(i)) for j, i in pairs}
        for move in self.moves:
            kept -= {(j, move.candidate) for j in move.leaves}
            kept |= {(j, move.candidate) for j in move.enters}
        return sorted(kept)


@dataclass(frozen=True, slots=True)
class Answer:
    """Why not: the whole plan would lose `loss` bp, by the moves of `chain`; exact where both plans are proved.

    Elsewhere it would lose at most `loss`, and at least `at_least`; 0 where it might lose nothing or gain.
    """

    loss: int
    chain: Chain
    is_exact: bool
    at_least: int = 0


def difference(problem: Problem, before: Plan, after: Plan) -> list[Chain]:
    """The chains that lead from one plan to the other, the longest first."""
    old, new = _needs_by_person(before), _needs_by_person(after)
    moves = {
        i: Move(i, tuple(sorted(old.get(i, set()) - new.get(i, set()))),
                tuple(sorted(new.get(i, set()) - old.get(i, set()))))
        for i in sorted(old.keys() | new.keys())
        if old.get(i) != new.get(i)
    }  # fmt: skip
    chains = []
    while moves:
        chains.append(_chain(problem, moves, min(moves)))
    return sorted(chains, key=lambda chain: -len(chain.moves))


def why_not(
    problem: Problem,
    plan: Plan,
    need: int,
    candidate: int,
    *,
    pins: Sequence[Pair] = (),
    forbids: Sequence[Pair] = (),
    time_limit: float | None = None,
) -> Answer:
    """What happens when `candidate` gets a seat of `need`: solved again with the pair pinned.

    pins, forbids: those the plan was made with. Raises InfeasiblePins where the person cannot serve.
    """
    pinned = solve(
        problem,
        pins=[*pins, (need, candidate)],
        forbids=forbids,
        previous=[(int(j), int(i)) for j, i in plan.pairs],
        time_limit=time_limit,
        start=plan,
    )
    is_exact = {plan.status, pinned.status} <= {"optimal", "nothing"}
    chains = difference(problem, plan, pinned)
    own = [chain for chain in chains if any(move.candidate == candidate for move in chain.moves)]
    chain = own[0] if own else Chain((), 0)
    return Answer(
        loss=max(0, plan.value - pinned.value),
        chain=_from(problem, chain, candidate),
        is_exact=is_exact,
        at_least=max(0, plan.value - pinned.bound),
    )


def _needs_by_person(plan: Plan) -> dict[int, set[int]]:
    needs: dict[int, set[int]] = {}
    for j, i in plan.pairs:
        needs.setdefault(int(i), set()).add(int(j))
    return needs


def _chain(problem: Problem, moves: dict[int, Move], first: int) -> Chain:
    """The group of `first`, taken out of `moves`, breadth first: who leaves is followed by who comes."""
    queue, found = [moves.pop(first)], []
    while queue:
        move = queue.pop(0)
        found.append(move)
        needs = {*move.leaves, *move.enters}
        linked = [i for i, other in moves.items() if needs & {*other.leaves, *other.enters}]
        queue += [moves.pop(i) for i in linked]
    return Chain(tuple(found), sum(_gain(problem, move) for move in found))


def _from(problem: Problem, chain: Chain, candidate: int) -> Chain:
    """The same chain, told from one person on."""
    moves = {move.candidate: move for move in chain.moves}
    return _chain(problem, moves, candidate) if candidate in moves else chain


def _gain(problem: Problem, move: Move) -> int:
    def worth(needs: Sequence[int]) -> int:
        return int(problem.value[problem.edges((j, move.candidate) for j in needs)].sum())

    return worth(move.enters) - worth(move.leaves)
