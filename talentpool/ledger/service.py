"""The only writer of ledger rows: capacity by month, holds and bookings of placements.

A month is year * 12 + month - 1, a half-day 4 hours. Every change is one guarded UPDATE a month, in ascending
order of months; a caller that touches several people takes them in ascending order of their ids. Who may do it
is asked by the callers: what a placement or a profile allows is not the ledger's to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..dates import show_month
from ..db import Session
from ..errors import Conflict, NoCapacity
from ..language import say
from .models import Commitment, CommitmentState, LedgerMonth

ENDLESS = 10**6  # behind every month
_M = LedgerMonth
Values = dict[Any, Any]


def set_capacity(
    session: Session, candidate_id: int, capacities: Mapping[int, int], *, from_month: int = 0
) -> bool:
    """Make `capacities` (month → half-days) what the person can give; True when a row changed.

    Months without an entry lose their row; months before `from_month` stay as they are. NoCapacity names the
    month that would hold less than what is held and booked in it.
    """
    session.flush()
    query = sa.select(_M.month, _M.capacity, _M.held + _M.booked).where(
        _M.candidate_id == candidate_id, _M.month >= from_month
    )
    present = {
        month: (capacity, taken)
        for month, capacity, taken in session.execute(query.order_by(_M.month))
    }
    wanted = {month: n for month, n in capacities.items() if month >= from_month}
    for month, (_, taken) in present.items():
        if taken > wanted.get(month, 0):
            raise _taken(month)
    differing = [
        month
        for month in sorted(present.keys() | wanted.keys())
        if month not in present or present[month][0] != wanted.get(month)
    ]
    for month in differing:
        if month not in wanted:
            _remove_month(session, candidate_id, month)
        elif month in present:
            _change_capacity(session, candidate_id, month, wanted[month])
    added = {month: wanted[month] for month in differing if month not in present}
    open_months(session, {candidate_id: added})
    if differing:
        _forget(session)
    return bool(differing)


def open_months(session: Session, capacities: Mapping[int, Mapping[int, int]]) -> None:
    """Months that have no row yet: candidate → month → half-days the person can give."""
    session.flush()
    rows = [
        {"candidate_id": ident, "month": month, "capacity": n, "held": 0, "booked": 0}
        for ident, months in sorted(capacities.items())
        for month, n in sorted(months.items())
    ]
    if rows:
        session.execute(sa.insert(_M), rows)


def _remove_month(session: Session, candidate_id: int, month: int) -> None:
    row = sa.delete(_M).where(
        _M.candidate_id == candidate_id, _M.month == month, _M.held + _M.booked == 0
    )
    if _count(session, row) == 0:
        raise _taken(month)


def _change_capacity(session: Session, candidate_id: int, month: int, capacity: int) -> None:
    fits = _M.held + _M.booked <= capacity
    if not _update(session, candidate_id, month, {_M.capacity: capacity}, fits):
        raise _taken(month)


def hold(
    session: Session,
    placement_id: int,
    candidate_id: int,
    municipality_code: str,
    half_days: Mapping[int, int],
    now: datetime,
) -> None:
    """Take `half_days` (month → n > 0) for a placement until it is booked or released.

    NoCapacity names the first month with too little left; nothing is taken then.
    """
    session.flush()
    _take(session, candidate_id, half_days)
    _note_holds(session, placement_id, candidate_id, municipality_code, half_days, now)


def change_hold(
    session: Session,
    placement_id: int,
    candidate_id: int,
    municipality_code: str,
    half_days: Mapping[int, int],
    now: datetime,
) -> None:
    """Make `half_days` (month → n > 0) all that a placement holds; NoCapacity and nothing where more is not free."""
    session.flush()
    query = sa.select(Commitment.month, Commitment.half_days).where(
        Commitment.placement_id == placement_id, Commitment.state == CommitmentState.HOLD
    )
    present = dict(session.execute(query).all())
    more = {month: n - present.get(month, 0) for month, n in half_days.items()}
    _take(session, candidate_id, {month: n for month, n in more.items() if n > 0})
    for month in sorted(present):
        if (n := present[month] - half_days.get(month, 0)) > 0:
            _settle(session, candidate_id, month, {_M.held: _M.held - n})
    rows = sa.delete(Commitment).where(
        Commitment.placement_id == placement_id, Commitment.state == CommitmentState.HOLD
    )
    session.execute(rows.execution_options(synchronize_session=False))
    _note_holds(session, placement_id, candidate_id, municipality_code, half_days, now)


def _note_holds(
    session: Session,
    placement_id: int,
    candidate_id: int,
    municipality_code: str,
    half_days: Mapping[int, int],
    now: datetime,
) -> None:
    session.add_all(
        Commitment(
            placement_id=placement_id,
            candidate_id=candidate_id,
            municipality_code=municipality_code,
            month=month,
            half_days=half_days[month],
            state=CommitmentState.HOLD,
            decided_at=now,
        )
        for month in sorted(half_days)
    )
    session.flush()
    _forget(session)


def _take(session: Session, candidate_id: int, half_days: Mapping[int, int]) -> None:
    """All months or none: a caller that goes on after NoCapacity finds the ledger as it was."""
    done: list[int] = []
    for month in sorted(half_days):
        n = half_days[month]
        if n <= 0:
            raise ValueError("a commitment takes at least one half-day")
        room = _M.held + _M.booked + n <= _M.capacity
        if not _update(session, candidate_id, month, {_M.held: _M.held + n}, room):
            for earlier in done:
                given_back = {_M.held: _M.held - half_days[earlier]}
                _settle(session, candidate_id, earlier, given_back)
            raise NoCapacity(
                say(
                    "%(month)sの稼働が足りないため、%(n)s半日コマを仮押さえできません。",
                    month=show_month(month),
                    n=n,
                )
            )
        done.append(month)


def book(
    session: Session,
    placement_id: int,
    candidate_id: int,
    municipality_code: str,
    half_days: Mapping[int, int],
    now: datetime,
) -> None:
    """Take further months for a placement for good; NoCapacity names the first with too little left."""
    if half_days:
        hold(session, placement_id, candidate_id, municipality_code, half_days, now)
        book_held(session, placement_id, now)


def book_more(session: Session, placement_id: int, candidate_id: int, month: int, n: int) -> None:
    """Add `n` half-days to what a placement has booked in a month; NoCapacity where they are not free."""
    session.flush()
    room = _M.held + _M.booked + n <= _M.capacity
    if n <= 0:
        raise ValueError("a commitment takes at least one half-day")
    if not _update(session, candidate_id, month, {_M.booked: _M.booked + n}, room):
        raise NoCapacity(
            say(
                "%(month)sの稼働が足りないため、%(n)s半日コマを追加できません。",
                month=show_month(month),
                n=n,
            )
        )
    booked = sa.update(Commitment).where(
        Commitment.placement_id == placement_id,
        Commitment.month == month,
        Commitment.state == CommitmentState.BOOKED,
    )
    if _count(session, booked.values(half_days=Commitment.half_days + n)) != 1:
        raise Conflict(say("この月には確保した稼働がないため、追加できません。"))
    _forget(session)


def count_free(session: Session, candidate_id: int, month: int) -> int:
    """Half-days of a month that are neither held nor booked."""
    query = sa.select(_M.capacity - _M.held - _M.booked).where(
        _M.candidate_id == candidate_id, _M.month == month
    )
    return session.scalar(query) or 0


def book_held(session: Session, placement_id: int, now: datetime) -> dict[int, int]:
    """Turn a placement's holds into bookings; the half-days by month. Conflict when nothing is held."""
    session.flush()
    turned = session.execute(
        sa.update(Commitment)
        .where(Commitment.placement_id == placement_id, Commitment.state == CommitmentState.HOLD)
        .values(state=CommitmentState.BOOKED, decided_at=now)
        .returning(Commitment.month, Commitment.candidate_id, Commitment.half_days)
        .execution_options(synchronize_session=False)
    ).all()
    if not turned:
        raise Conflict(say("仮押さえがないため、確保できません。"))
    for month, candidate_id, n in sorted(turned):
        _settle(session, candidate_id, month, {_M.held: _M.held - n, _M.booked: _M.booked + n})
    _forget(session)
    return {row.month: row.half_days for row in turned}


def release(
    session: Session, placement_id: int, *, after: int = 0, before: int = ENDLESS
) -> dict[int, int]:
    """Give back what a placement holds or has booked, in months behind `after` and before `before`; half-days by month."""
    session.flush()
    gone = session.execute(
        sa.delete(Commitment)
        .where(
            Commitment.placement_id == placement_id,
            Commitment.month > after,
            Commitment.month < before,
        )
        .returning(
            Commitment.month, Commitment.candidate_id, Commitment.half_days, Commitment.state
        )
        .execution_options(synchronize_session=False)
    ).all()
    for month, candidate_id, n, state in sorted(gone):
        column = _M.held if state is CommitmentState.HOLD else _M.booked
        _settle(session, candidate_id, month, {column: column - n})
    _forget(session)
    return {row.month: row.half_days for row in gone}


def list_months(session: Session, candidate_id: int, *, from_month: int = 0) -> list[LedgerMonth]:
    query = sa.select(_M).where(_M.candidate_id == candidate_id, _M.month >= from_month)
    fresh = query.order_by(_M.month).execution_options(populate_existing=True)
    return list(session.scalars(fresh))


def list_booked(session: Session, placement_id: int) -> dict[int, int]:
    """Month → half-days that are booked for a placement, in the order of the months."""
    query = sa.select(Commitment.month, Commitment.half_days).where(
        Commitment.placement_id == placement_id, Commitment.state == CommitmentState.BOOKED
    )
    return dict(session.execute(query.order_by(Commitment.month)).all())


def list_taken(session: Session, placement_id: int) -> dict[int, int]:
    """Month → half-days that are held or booked for a placement, in the order of the months."""
    query = sa.select(Commitment.month, Commitment.half_days).where(
        Commitment.placement_id == placement_id
    )
    return dict(session.execute(query.order_by(Commitment.month)).all())


def free_between(first_month: int, last_month: int) -> sa.Select[int, int, int]:
    """(candidate, month, half-days that are neither held nor booked), for queries: the months that have some."""
    free = _M.capacity - _M.held - _M.booked
    months = _M.month.between(first_month, last_month)
    return sa.select(_M.candidate_id, _M.month, free.label("free")).where(months, free > 0)


def lock_taken_months(
    session: Session, candidate_id: int, *, from_month: int = 0
) -> dict[int, int]:
    """Month → half-days held and booked in it, only months in which something is; nobody takes more meanwhile."""
    query = sa.select(_M.month, _M.held + _M.booked).where(
        _M.candidate_id == candidate_id, _M.month >= from_month
    )
    locked = session.execute(query.order_by(_M.month).with_for_update())
    return {month: taken for month, taken in locked if taken}


def violations(session: Session) -> Iterator[str]:
    """Every month that is over its capacity or differs from the holds and bookings behind it."""
    over = sa.select(_M.candidate_id, _M.month, _M.capacity, _M.held, _M.booked).where(
        sa.not_((_M.held >= 0) & (_M.booked >= 0) & (_M.held + _M.booked <= _M.capacity))
    )
    for ident, month, capacity, held, booked in session.execute(
        over.order_by(_M.candidate_id, _M.month)
    ):
        yield f"ledger: candidate {ident}, month {month}: held {held} + booked {booked} of {capacity}"
    for state, column in ((CommitmentState.HOLD, _M.held), (CommitmentState.BOOKED, _M.booked)):
        yield from _differences(session, state, column)


def _differences(session: Session, state: CommitmentState, column: Any) -> Iterator[str]:
    total = sa.func.coalesce(sa.func.sum(Commitment.half_days), 0)
    rows = (Commitment.candidate_id == _M.candidate_id) & (Commitment.month == _M.month)
    query = (
        sa.select(_M.candidate_id, _M.month, column, total)
        .outerjoin(Commitment, rows & (Commitment.state == state))
        .group_by(_M.candidate_id, _M.month, column)
        .having(column != total)
        .order_by(_M.candidate_id, _M.month)
    )
    for ident, month, said, summed in session.execute(query):
        yield f"ledger: candidate {ident}, month {month}: {column.key} is {said}, its rows sum to {summed}"


def _settle(session: Session, candidate_id: int, month: int, values: Values) -> None:
    """A change that the CHECK of the table guards: it cannot take more than there is."""
    if not _update(session, candidate_id, month, values, sa.true()):
        raise AssertionError("a commitment without its month")  # the foreign key forbids it


def _update(
    session: Session, candidate_id: int, month: int, values: Values, guard: sa.ColumnElement[bool]
) -> bool:
    row = sa.update(_M).where(_M.candidate_id == candidate_id, _M.month == month, guard)
    return _count(session, row.values(values)) == 1


def _count(session: Session, statement: sa.Update | sa.Delete) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    count: int = result.rowcount  # type: ignore[attr-defined]
    return count


def _forget(session: Session) -> None:
    """Rows in memory say what was true before the statements above."""
    for thing in list(session.identity_map.values()):
        if isinstance(thing, LedgerMonth | Commitment):
            session.expire(thing)


def _taken(month: int) -> NoCapacity:
    return NoCapacity(
        say(
            "%(month)sには仮押さえまたは確保があるため、稼働をそれより少なくできません。",
            month=show_month(month),
        )
    )
