"""Why a seat stays empty, who is nearest, and the smallest single change that would fill it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Ints
from ..errors import MissingInput
from ..names import check_same
from ..pairs import Pair, Pairs, pairs_of
from ..plan import Plan, check_plan
from ..policy import Policy
from ..problem import Problem
from ..record_checks import sorted_records
from ..records import Candidate, Need
from ..scoring.build import load_costs
from ..scoring.encode import numbering_of
from ..scoring.rules import Rule, feasible
from ..scoring.score import Encoded
from ..solving.clock import Clock, Stop
from .changes import Change, altered_arrays, changes_of, forms_of
from .remaining import Load, load_of, remaining, staying_on
from .trial import Trial

NEAREST = 5  # people named as near misses, and tried with a change of their own


@dataclass(frozen=True, slots=True)
class EmptySeats:
    """A need with empty seats.

    Attributes
    ----------
    need : str
        Its id.
    seats : int
        Empty seats.
    rules : dict of Rule to int
        Rule → how many people it rules out.
    near : tuple of (str, Rule)
        Ids of the people who break only one rule, the best fit first, with that rule.
    busy : int
        People who could serve but whom the plan uses elsewhere.
    change : dict or None
        The cheapest single change that fills a seat, with the person it would bring: ``kind``, ``cost``, ``subject``,
        ``candidate`` and ``fit``.
    is_complete : bool
        False where time was up: then there may be such a change, and if no rule is named, none was counted.

    See Also
    --------
    empty_seats : Finds them.
    """

    need: str
    seats: int
    rules: dict[Rule, int]
    near: tuple[tuple[str, Rule], ...]
    busy: int
    change: dict[str, Any] | None
    is_complete: bool = True


def empty_seats(
    problem: Problem,
    plan: Plan,
    candidates: Sequence[Candidate] | None = None,
    needs: Sequence[Need] | None = None,
    policy: Policy | None = None,
    *,
    pins: Pairs = (),
    forbids: Pairs = (),
    clock: Clock | None = None,
) -> list[EmptySeats]:
    """Explain every need that the plan does not fill: who is near, and what would fill a seat.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    candidates : sequence of Candidate
    needs : sequence of Need
        The records from which the problem was built.
    policy : Policy, optional
        The policy with which it was built.
    pins, forbids : sequence of (need, candidate) pairs, ids or row numbers, optional
        Those the plan was made with.
        A forbidden pair counts as forbidden by rule, and no change may bring it.
    clock : Clock, optional
        Ends the search for changes, and then the rest, once it is over.

    Returns
    -------
    list of EmptySeats

    Raises
    ------
    MissingInput
        If there are no records.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> entry = m.empty_seats(problem, plan, PEOPLE, NEEDS)[0]
    >>> entry.need, entry.seats, entry.near[0]
    ('migration', 1, ('doi', <Rule.TRAVEL: 'travel'>))
    >>> m.change_text(entry.change, lang="en")
    '30 minutes more travel'
    """
    if candidates is None or needs is None:
        raise MissingInput("empty seats are explained from the records: pass candidates and needs")
    people, wanted = sorted_records(candidates, needs)
    check_plan(problem, plan)
    check_same("candidates", people, problem.candidate_ids)
    check_same("needs", wanted, problem.need_ids)
    pinned = pairs_of(problem, "pins", pins)
    forbidden = pairs_of(problem, "forbids", forbids)
    people = _ruled_out(people, problem, forbidden)
    clock = clock or Clock()
    seats = problem.seats - np.bincount(plan.pairs[:, 0], minlength=problem.m)
    if clock.is_over:
        return [_unexplained(wanted[j], int(seats[j])) for j in np.flatnonzero(seats > 0).tolist()]
    load = load_of(problem, plan)
    left, forms = remaining(people, wanted, load), forms_of(people)
    # people are encoded once for everything that may be asked about them
    changes = {j: list(changes_of(wanted[j], forms)) for j in np.flatnonzero(seats > 0).tolist()}
    numbering = numbering_of(
        [need for j in changes for need in (wanted[j], *(change.need for change in changes[j]))]
    )
    policy = policy or Policy()
    everybody = Encoded.of(people, numbering)
    setting = _Setting(
        everybody=everybody,
        left=Encoded.of(left, numbering),
        load=load,
        policy=policy,
        premium=dict(zip(problem.need_ids, problem.premiums.tolist(), strict=True)),
        costs=load_costs(people, policy),
        forbids=[(problem.need_ids[j], i) for j, i in forbidden],
        trial=Trial(problem, plan, everybody, wanted, policy, pinned, forbidden, clock),
    )
    fits = everybody.fits([wanted[j] for j in changes], policy)
    return [
        _unexplained(wanted[j], int(seats[j]))
        if clock.is_over
        else _explain(wanted[j], int(seats[j]), next(fits), some, setting)
        for j, some in changes.items()
    ]


def _unexplained(need: Need, seats: int) -> EmptySeats:
    return EmptySeats(need.id, seats, {}, (), 0, None, is_complete=False)


def _ruled_out(
    people: Sequence[Candidate], problem: Problem, forbids: Sequence[Pair]
) -> list[Candidate]:
    """Add the forbidden pairs to the needs that are forbidden to each person."""
    ruled_out: dict[int, set[str]] = {}
    for j, i in forbids:
        ruled_out.setdefault(i, set()).add(problem.need_ids[j])
    return [
        replace(person, forbidden=person.forbidden | ruled_out[i]) if i in ruled_out else person
        for i, person in enumerate(people)
    ]


@dataclass(frozen=True, slots=True)
class _Setting:
    """What all empty seats are explained from.

    everybody: as they came; left: the same people once the plan stands; premium: need id → bp per seat; costs (n,): bp
    taken off every pair of a person; forbids: (need id, index of the person); changed: kind of change → `left` after it.
    """

    everybody: Encoded
    left: Encoded
    load: Load
    policy: Policy
    premium: dict[str, int]
    costs: NDArray[np.int32]
    forbids: Sequence[tuple[str, int]]
    trial: Trial
    changed: dict[str, Encoded] = field(default_factory=dict)

    def after(self, change: Change) -> Encoded:
        """Return the people who are left, after a change of everybody or of the need."""
        if not change.of_person:
            return self.left
        if change.kind not in self.changed:
            self.changed[change.kind] = self.left.altered(altered_arrays(change, self.left.arrays))
        return self.changed[change.kind]

    def ruled_out(self, need: Need) -> list[int]:
        """Return the indices of the people who are forbidden for this need."""
        return [i for name, i in self.forbids if name == need.id]


def _explain(
    need: Need, seats: int, fits: Ints, changes: list[Change], setting: _Setting
) -> EmptySeats:
    """Explain one need. fits (n,): everybody's fit in bp."""
    people, load = setting.everybody, setting.load
    broken = people.broken(need)
    table = np.stack(list(broken.values()))
    names = list(broken)
    single = np.setdiff1d(np.flatnonzero(table.sum(axis=0) == 1), setting.ruled_out(need))
    fits = fits[single]
    nearest = single[np.lexsort((single, -fits))[:NEAREST]]
    staff = load.staff.get(need.id, [])
    try:
        staying = staying_on(need, setting.left.records, staff)
        change, is_complete = _smallest(setting, changes, staying), True
    except Stop:
        change, is_complete = None, False
    return EmptySeats(
        need=need.id,
        seats=seats,
        rules={rule: int(mask.sum()) for rule, mask in broken.items() if mask.any()},
        near=tuple((people.records[i].id, names[int(table[:, i].argmax())]) for i in nearest),
        busy=sum(1 for i in np.flatnonzero(feasible(broken)) if load.served[i]) - len(staff),
        change=change,
        is_complete=is_complete,
    )


def _smallest(
    setting: _Setting, changes: list[Change], staying: Sequence[Candidate]
) -> dict[str, Any] | None:
    """Find the cheapest change that gives the seat somebody whom the plan leaves free; the best fit breaks ties.

    If the best plan would then use them elsewhere, the next change is tried. A change of the need must suit those who
    are `staying` on its other seats.
    """
    cost = attrgetter("cost")
    for _, alike in groupby(sorted(_suiting(changes, staying), key=cost), cost):
        for change, answer in _by_fit(setting, alike):
            if setting.trial.fills(change, answer):
                return answer
    return None


def _suiting(changes: list[Change], staying: Sequence[Candidate]) -> list[Change]:
    """Keep the changes after which everybody who is staying can still serve the need."""
    if not staying:
        return changes
    known = Encoded.of(staying, numbering_of([change.need for change in changes]))
    return [
        change
        for change in changes
        if change.of_person or feasible(known.broken(change.need)).all()
    ]


def _by_fit(setting: _Setting, changes: Iterable[Change]) -> list[tuple[Change, dict[str, Any]]]:
    """Pair the changes with the people they bring, the best fit first."""
    people = setting.left.records
    found = [
        (change, {
            "kind": change.kind, "cost": change.cost, "subject": change.subject,
            "candidate": people[index].id, "fit": fit,
        })
        for change in changes
        for index, fit in _fitting(change, setting)
    ]  # fmt: skip
    return sorted(found, key=lambda pair: (-pair[1]["fit"], pair[1]["candidate"]))


def _fitting(change: Change, setting: _Setting) -> list[tuple[int, int]]:
    """Find (index, fit in bp) of the best people who become feasible by the change and add to the plan.

    One person is enough where the need changes: then it does not matter who it is.
    """
    setting.trial.clock.tick()
    people = setting.after(change)
    who: NDArray[np.int64] = np.flatnonzero(feasible(people.broken(change.need)))
    if not len(who):
        return []
    fits = next(people.fits([change.need], setting.policy))[who]
    adds = fits + setting.premium[change.need.id] > setting.costs[who]
    who, fits = who[adds], fits[adds]
    first = np.lexsort((who, -fits))[: NEAREST if change.of_person else 1]
    return list(zip(who[first].tolist(), fits[first].tolist(), strict=True))
