"""The time a solve may take, and whoever may cancel it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from numbers import Real
from typing import Any, TypeVar

from ..errors import InvalidProblem
from ..plan import Progress

LONG = 3600.0  # seconds that one call of HiGHS may take where no limit is set
ASK = 1.0  # seconds after which long loops ask again whether somebody has cancelled

T = TypeVar("T")
Tick = Callable[[], None]  # is called now and then; may raise Stop


class Stop(Exception):
    """Time is up, or the caller asked to stop."""


def untimed() -> None:
    """Tick for whatever must run to its end."""


class Clock:
    """Counts the time from its making.

    time_limit: seconds, None for no limit; progress: is told how far the solve has come, and may cancel. Raises
    InvalidProblem.
    """

    def __init__(self, time_limit: float | None = None, progress: Progress | None = None) -> None:
        if time_limit is not None and (not isinstance(time_limit, Real) or math.isnan(time_limit)):
            raise InvalidProblem("time_limit", "must be a number of seconds")
        self._began = time.monotonic()
        self._limit, self._progress = time_limit, progress
        self._said: dict[str, Any] | None = None
        self._asked = self._began
        self.is_cancelled = False

    @property
    def elapsed(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._began

    @property
    def limit(self) -> float | None:
        """Seconds left, never below 0; None where there is no limit."""
        return None if self._limit is None else max(0.0, self._limit - self.elapsed)

    @property
    def remaining(self) -> float:
        """Seconds left for one call of HiGHS."""
        limit = self.limit
        return LONG if limit is None else limit

    @property
    def is_late(self) -> bool:
        """Whether half of the time is over."""
        return self.remaining < self.elapsed

    @property
    def is_over(self) -> bool:
        """Whether time is up or somebody has cancelled."""
        return self.is_cancelled or self.limit == 0.0

    def tick(self) -> None:
        """Raise Stop when time is up or somebody has cancelled."""
        if self._said is not None and time.monotonic() - self._asked >= ASK:
            self.report(self._said)
        if self.is_over:
            raise Stop

    def begin(self, said: dict[str, Any]) -> None:
        """Say what long loops report until something else was."""
        self._said = said

    def report(self, said: dict[str, Any]) -> bool:
        """Report progress, unless it was cancelled before; return whether it is over."""
        if self._progress is not None and not self.is_cancelled:
            self.is_cancelled = bool(self._progress(said))
            self._said, self._asked = said, time.monotonic()
        return self.is_over

    def hear(self, said: dict[str, Any]) -> bool:
        """Report the progress of one part; return whether somebody has cancelled."""
        self.report(said)
        return self.is_cancelled

    def run(self, call: Callable[[], T]) -> T:
        """Make a call that cannot be interrupted, but raise Stop, and leave it to its own limit, once somebody cancels.

        Where there is no `progress`, nobody can, and it is simply made.
        """
        if self._progress is None or self._said is None:
            return call()
        answer: Future[T] = Future()

        def make() -> None:
            try:
                answer.set_result(call())
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                answer.set_exception(error)

        threading.Thread(target=make, name="solver", daemon=True).start()
        while not wait([answer], timeout=ASK).done:
            if self.hear(self._said):
                raise Stop
        return answer.result()

    def repeat(self, _said: dict[str, Any]) -> bool:
        """Report again what was said last, in place of a further solve that tells nothing of the plan itself."""
        return self.hear(self._said or {})
