"""A random walk over the ledger beside a model of it."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from talentpool.db import Database, Session
from talentpool.errors import Conflict, NoCapacity
from talentpool.ledger import service as ledger

from .. import factories as make

MONTHS = range(make.FIRST, make.FIRST + 4)
PLACEMENTS = 4
months = st.sampled_from(MONTHS)
numbers = st.integers(0, PLACEMENTS - 1)


class Walk(RuleBasedStateMachine):
    """One person, four placements; the model is two dictionaries."""

    def __init__(
        self, session: Session, candidate_id: int, placements: list[tuple[int, str]]
    ) -> None:
        super().__init__()
        self.session, self.candidate_id, self.placements = session, candidate_id, placements
        self.capacity: dict[int, int] = {}
        self.taken: dict[int, tuple[bool, dict[int, int]]] = {}  # place → (is booked, month → n)

    def used(self, month: int, *, booked: bool | None = None) -> int:
        return sum(
            half_days.get(month, 0)
            for is_booked, half_days in self.taken.values()
            if booked is None or is_booked is booked
        )

    @rule(wanted=st.dictionaries(months, st.integers(0, 9)))
    def set_capacity(self, wanted: dict[int, int]) -> None:
        fits = all(self.used(month) <= wanted.get(month, 0) for month in MONTHS)
        assert (
            self.does(lambda: ledger.set_capacity(self.session, self.candidate_id, wanted)) is fits
        )
        if fits:
            self.capacity = wanted

    @rule(
        place=numbers,
        half_days=st.dictionaries(months, st.integers(1, 6), min_size=1),
    )
    def take(self, place: int, half_days: dict[int, int]) -> None:
        if place in self.taken:
            return
        ident, town = self.placements[place]
        fits = all(
            self.used(month) + n <= self.capacity.get(month, 0) for month, n in half_days.items()
        )
        assert (
            self.does(
                lambda: ledger.hold(
                    self.session, ident, self.candidate_id, town, half_days, make.NOW
                )
            )
            is fits
        )
        if fits:
            self.taken[place] = (False, half_days)

    @rule(place=numbers)
    def book(self, place: int) -> None:
        is_held = place in self.taken and not self.taken[place][0]
        ident, _ = self.placements[place]
        assert self.does(lambda: ledger.book_held(self.session, ident, make.NOW)) is is_held
        if is_held:
            self.taken[place] = (True, self.taken[place][1])

    @rule(place=numbers)
    def release(self, place: int) -> None:
        ident, _ = self.placements[place]
        _, expected = self.taken.pop(place, (False, {}))
        assert ledger.release(self.session, ident) == expected

    def does(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except (NoCapacity, Conflict):
            return False
        return True

    @invariant()
    def agrees_with_the_model(self) -> None:
        rows = ledger.list_months(self.session, self.candidate_id)
        assert {row.month: row.capacity for row in rows} == self.capacity
        for row in rows:
            assert row.held == self.used(row.month, booked=False)
            assert row.booked == self.used(row.month, booked=True)

    def teardown(self) -> None:
        assert list(ledger.violations(self.session)) == []
        for ident, _ in self.placements:
            ledger.release(self.session, ident)
        ledger.set_capacity(self.session, self.candidate_id, {})


def test_every_walk_over_the_ledger_keeps_its_sums(database: Database, session: Session) -> None:
    candidate = make.make_candidate(session, has_account=False)
    made = [
        make.make_placement(session, make.make_need(session), candidate) for _ in range(PLACEMENTS)
    ]
    placements = [(row.id, row.municipality_code) for row in made]
    ledger.set_capacity(session, candidate.id, {})
    examples = 60 if session.get_bind().dialect.name == "sqlite" else 15
    run_state_machine_as_test(
        lambda: Walk(session, candidate.id, placements),
        settings=settings(
            max_examples=examples, stateful_step_count=25, deadline=None, database=None
        ),
    )
