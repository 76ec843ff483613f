"""How two plans differ, as chains of moves, and why a person did not get a seat.

People whose moves touch the same need belong together. Each such group can be carried out alone, because it contains
every change of its needs' seats and its people's months. Between two best plans of nearly the same problem, groups
unrelated to the question are worth nothing, so the whole loss stands in one chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..pairs import Pair, Pairs, pair_of
from ..plan import Plan, check_plan
from ..problem import Problem
from ..solving.solve import solve


@dataclass(frozen=True, slots=True)
class Move:
    """A person leaves and enters needs.

    Attributes
    ----------
    candidate : int
        Row number.
    leaves, enters : tuple of int
        Row numbers of needs.

    See Also
    --------
    difference : Finds the moves between two plans.
    """

    candidate: int
    leaves: tuple[int, ...]
    enters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Moves that belong together.

    Attributes
    ----------
    moves : tuple of Move
        In an order in which each makes room for the next.
    gain : int
        Change of the plan's value in bp.

    See Also
    --------
    difference : Finds the chains between two plans.
    """

    moves: tuple[Move, ...]
    gain: int

    def carried_out(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Return the pairs (need, candidate) after the moves, sorted."""
        kept = {(int(j), int(i)) for j, i in pairs}
        for move in self.moves:
            kept -= {(j, move.candidate) for j in move.leaves}
            kept |= {(j, move.candidate) for j in move.enters}
        return sorted(kept)


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a person does not get a seat.

    Attributes
    ----------
    loss : int
        What the whole plan would lose, in bp; at most that much unless `is_exact`.
    chain : Chain
        The moves that would follow, the person's own first.
    is_exact : bool
        Whether both plans are proved.
    at_least : int
        What the whole plan would lose at least; 0 where it might lose nothing or even gain.

    See Also
    --------
    why_not : Gives it.
    """

    loss: int
    chain: Chain
    is_exact: bool
    at_least: int = 0


def difference(problem: Problem, before: Plan, after: Plan) -> list[Chain]:
    """Find the chains of moves that lead from one plan to another.

    Parameters
    ----------
    problem : Problem
    before, after : Plan

    Returns
    -------
    list of Chain
        The longest first.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> other = m.solve(problem, pins=[(1, 1)])
    >>> m.difference(problem, plan, other)[0].gain
    -772
    """
    check_plan(problem, before, "before")
    check_plan(problem, after, "after")
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
    need: int | str,
    candidate: int | str,
    *,
    pins: Pairs = (),
    forbids: Pairs = (),
    time_limit: float | None = None,
) -> Answer:
    """Find out what would happen if a person got a seat: solve again with the pair pinned.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    need, candidate : int or str
        Row numbers or ids.
    pins, forbids : sequence of (need, candidate) pairs, ids or row numbers, optional
        Those the plan was made with.
    time_limit : float, optional
        Seconds.

    Returns
    -------
    Answer

    Raises
    ------
    InfeasiblePins
        If the person cannot serve the need.
    InvalidProblem
        If there is no such need or candidate, or the plan is not one of this problem.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> answer = m.why_not(problem, plan, "tender", "baba")
    >>> answer.loss, answer.is_exact
    (772, True)
    >>> [(move.candidate, move.leaves, move.enters) for move in answer.chain.moves]
    [(1, (), (1,)), (0, (1,), ())]
    """
    check_plan(problem, plan)
    need, candidate = pair_of(problem, "pair", (need, candidate))
    pinned = solve(
        problem,
        pins=[*pins, (need, candidate)],
        forbids=forbids,
        previous=[(int(j), int(i)) for j, i in plan.pairs],
        time_limit=time_limit,
        start=plan,
    )
    is_exact = plan.is_proved and pinned.is_proved
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
    """Take the group of `first` out of `moves`, breadth first, so that who leaves a seat is followed by who takes it."""
    queue, found = [moves.pop(first)], []
    while queue:
        move = queue.pop(0)
        found.append(move)
        needs = {*move.leaves, *move.enters}
        linked = [i for i, other in moves.items() if needs & {*other.leaves, *other.enters}]
        queue += [moves.pop(i) for i in linked]
    return Chain(tuple(found), sum(_gain(problem, move) for move in found))


def _from(problem: Problem, chain: Chain, candidate: int) -> Chain:
    """Tell the same chain starting with one person."""
    moves = {move.candidate: move for move in chain.moves}
    return _chain(problem, moves, candidate) if candidate in moves else chain


def _gain(problem: Problem, move: Move) -> int:
    def worth(needs: Sequence[int]) -> int:
        return int(problem.value[problem.edges((j, move.candidate) for j in needs)].sum())

    return worth(move.enters) - worth(move.leaves)
