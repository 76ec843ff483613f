"""How several towns share one need: half-days a month, days of the month, yen. Plain values and their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ... import dates
from ...errors import Fault
from ...language import say
from ...pay import HALF_DAYS_A_DAY

MOST_MEMBERS = 10  # towns beside the lead town
WEEKS = 5  # a month has a first to a fifth Monday
SURE_WEEKS = 4  # every month has them
MEMBERS = "members"  # the field of the form


@dataclass(frozen=True, slots=True)
class Part:
    """What one town takes: half-days a month, and its days as bits of weeks and weekdays; 0: not settled."""

    municipality_code: str
    half_days: int
    weeks: int = 0
    weekdays: int = 0

    @property
    def is_settled(self) -> bool:
        return bool(self.weeks and self.weekdays)

    @property
    def sure_half_days(self) -> int:
        """What its days hold in the shortest month."""
        weeks = (self.weeks & (1 << SURE_WEEKS) - 1).bit_count()
        return weeks * self.weekdays.bit_count() * HALF_DAYS_A_DAY

    def holds(self, day: date) -> bool:
        """Whether the day is the town's by the rota."""
        week = (day.day - 1) // 7
        return bool(self.weeks >> week & 1 and self.weekdays >> day.weekday() & 1)

    def meets(self, other: Part) -> bool:
        """Whether both have a day in common."""
        return bool(self.weeks & other.weeks and self.weekdays & other.weekdays)


def faults(
    lead: Part, members: Sequence[Part], *, half_days: int, weekdays: int
) -> Iterator[Fault]:
    """What no joint need may hold. `half_days`, `weekdays`: of the need."""
    towns = [part.municipality_code for part in members]
    if lead.municipality_code in towns:
        yield MEMBERS, say("代表の市町は、参加する市町に書かないでください。")
    if len(towns) != len(set(towns)):
        yield MEMBERS, say("同じ市町が二度書かれています。")
    if len(towns) > MOST_MEMBERS:
        yield MEMBERS, say("参加する市町は%(n)sまでにしてください。", n=MOST_MEMBERS)
    shares = [lead.half_days, *(part.half_days for part in members)]
    if min(shares) < 1:
        yield MEMBERS, say("どの市町の分担も、1半日コマ以上にしてください。")
    if sum(shares) != half_days:
        yield (
            MEMBERS,
            say(
                "分担の合計は%(sum)s半日コマです。募集の%(half_days)s半日コマに合わせてください。",
                sum=sum(shares),
                half_days=half_days,
            ),
        )
    yield from _rota_faults([lead, *members], weekdays)


def _rota_faults(parts: Sequence[Part], weekdays: int) -> Iterator[Fault]:
    settled = [part for part in parts if part.is_settled]
    if any(bool(part.weeks) != bool(part.weekdays) for part in parts):
        yield MEMBERS, say("担当日は、週と曜日の両方を選んでください。")
    if any(part.weekdays & ~weekdays for part in settled):
        yield MEMBERS, say("担当の曜日は、募集の曜日から選んでください。")
    if any(part.sure_half_days < part.half_days for part in settled):
        yield MEMBERS, say("担当日だけでは、分担の半日コマに足りない月があります。")
    pairs = ((one, other) for n, one in enumerate(settled) for other in settled[:n])
    if any(one.meets(other) for one, other in pairs):
        yield MEMBERS, say("二つの市町の担当日が重なっています。")


def split(amount: int, shares: Sequence[int]) -> list[int]:
    """Yen by share, in whole yen that add up: what is left over goes to the largest remainders, the first of equal ones."""
    whole = sum(shares)
    parts = [amount * share // whole for share in shares]
    left = amount - sum(parts)
    order = sorted(range(len(shares)), key=lambda i: (-(amount * shares[i] % whole), i))
    for index in order[:left]:
        parts[index] += 1
    return parts


def split_costs(
    costs: Sequence[tuple[int, int]], parts: Sequence[Part]
) -> Mapping[str, list[tuple[int, int]]]:
    """Town → (fiscal year, yen) of its part of the cost of each year."""
    shares = [part.half_days for part in parts]
    by_year = [(year, split(yen, shares)) for year, yen in costs]
    return {
        part.municipality_code: [(year, yen[n]) for year, yen in by_year]
        for n, part in enumerate(parts)
    }


def days_of(parts: Sequence[Part], month: int) -> list[tuple[date, str]]:
    """(day, town) of a month by the rota, as far as it is settled."""
    day, last = dates.first_day(month), dates.last_day(month)
    found = []
    while day <= last:
        found += [(day, part.municipality_code) for part in parts if part.holds(day)]
        day += timedelta(days=1)
    return found


def town_of(parts: Sequence[Part], day: date) -> str | None:
    """Whose day it is by the rota."""
    return next((part.municipality_code for part in parts if part.holds(day)), None)
