"""Windows told as months and back: nothing that was typed gets lost."""

from __future__ import annotations

from hypothesis import given, strategies as st

from talentpool.candidates.availability import capacity_of
from talentpool.candidates.content import WORKDAYS, Window
from talentpool.candidates.months import SHOWN, plan_of, with_months, without

FIRST = 24_324


def window(first: int, last: int, n: int = 8, **more: object) -> Window:
    return Window(FIRST + first, FIRST + last, n, is_available=n > 0, **more)  # type: ignore[arg-type]


def numbers(windows: list[Window]) -> list[int]:
    return [month.half_days for month in plan_of(windows, FIRST, 6)]


def test_months_are_what_windows_say_and_a_pause_is_stronger() -> None:
    windows = [window(1, 4), window(3, 3, 0)]
    assert numbers(windows) == [0, 8, 8, 0, 8, 0]
    assert [month.is_paused for month in plan_of(windows, FIRST, 6)] == [False] * 3 + [True] + [
        False
    ] * 2


def test_a_number_splits_its_window_and_keeps_the_rest_of_what_it_says() -> None:
    said = window(0, 5, weekdays=0b101, mode="online", note="午前だけ")
    found = with_months([said], {FIRST + 2: 4})
    assert found == [
        window(0, 1, weekdays=0b101, mode="online", note="午前だけ"),
        window(2, 2, 4, weekdays=0b101, mode="online", note="午前だけ"),
        window(3, 5, weekdays=0b101, mode="online", note="午前だけ"),
    ]
    assert with_months(found, {FIRST + 2: 8}) == [said]


def test_no_half_days_are_a_pause_below_which_everything_stays() -> None:
    said = window(2, 2, weekdays=0b11, note="議会の間")
    found = with_months([said], {FIRST + 2: 0})
    assert found == [said, window(2, 2, 0)]
    assert with_months(found, {FIRST + 2: 8}) == [said]


def test_a_number_ends_the_pause_of_its_month_alone() -> None:
    found = with_months([window(0, 5), window(1, 3, 0, note="入院")], {FIRST + 2: 8})
    assert found == [window(0, 5), window(1, 1, 0, note="入院"), window(3, 3, 0, note="入院")]


def test_a_month_of_which_nothing_is_said_is_like_the_nearest() -> None:
    found = with_months([window(0, 0, weekdays=0b1, mode="online", note="初回")], {FIRST + 2: 2})
    assert found[1] == window(2, 2, 2, weekdays=0b1, mode="online")
    assert with_months([], {FIRST: 2}) == [window(0, 0, 2, weekdays=WORKDAYS, mode="both")]


def test_what_is_not_changed_stays_as_it_was_written() -> None:
    windows = [window(0, 1), window(2, 3), window(5, 5, 0, note="旅行")]
    assert with_months(windows, {FIRST: 8, FIRST + 4: 0, FIRST + 5: 0}) == windows


def test_months_are_cut_out_of_a_window() -> None:
    assert without(window(0, 3, note="x"), [FIRST + 1]) == [
        window(0, 0, note="x"),
        window(2, 3, note="x"),
    ]


WINDOWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 8)), max_size=5)


@given(WINDOWS, st.dictionaries(st.integers(0, SHOWN - 1), st.integers(0, 62)))
def test_every_number_is_stored_and_every_other_month_stays(
    lengths: list[tuple[int, int, int]], typed: dict[int, int]
) -> None:
    windows, at = [], 0
    for gap, length, n in lengths:
        windows.append(window(at + gap, at + gap + length, n))
        at += gap + length + 1
    wanted = {FIRST + month: n for month, n in typed.items()}
    found = with_months(windows, wanted)
    for before, after in zip(plan_of(windows, FIRST, 40), plan_of(found, FIRST, 40), strict=True):
        assert after.half_days == wanted.get(before.month, before.half_days)
    assert {m: n for m, n in capacity_of(found).items() if n} == {
        month.month: month.half_days for month in plan_of(found, FIRST, 40) if month.half_days
    }
