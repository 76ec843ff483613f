"""From the words of the sheets to the engine's records. Pay becomes yen per half-day, windows become months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from .. import dates, matching as m
from ..candidates.content import EMPLOYED
from ..matching.records import WHOLE_PART
from ..pay import half_day_pay, month_pay
from ..reference.catalogue import Catalogue
from .conflicts import gravest, screen
from .records import Profile, Request

MODES = {
    "online": frozenset({"online"}),
    "onsite": frozenset({"onsite"}),
    "both": frozenset({"online", "onsite"}),
}


AND = "+"  # between the halls of a place


def halls_of(request: Request) -> tuple[str, ...]:
    """Where the work of a need is, as codes of halls: a joint one is done in all of its towns."""
    return tuple(dict.fromkeys((request.place_code, *request.members)))


def place_of(request: Request) -> str:
    """The place of a need in the engine: one name for all its halls, as far away as the farthest of them."""
    return AND.join(halls_of(request))


def minutes_from(home: str, requests: Iterable[Request], catalogue: Catalogue) -> dict[str, int]:
    """Place of each request → minutes from a person's home; of several halls the farthest, each is a day of its own."""
    return {
        place: minutes_to(home, place, catalogue)
        for place in dict.fromkeys(place_of(request) for request in requests)
    }


def minutes_to(home: str, place: str, catalogue: Catalogue) -> int:
    """From a home to a place of `place_of`."""
    return max(catalogue.travel(home, hall).minutes for hall in place.split(AND))


def seats_left(request: Request) -> int:
    return max(request.seats - request.filled, 0)


def to_need(request: Request, catalogue: Catalogue) -> m.Need:
    town = catalogue.municipality(request.municipality_code)
    begins = request.first_month if request.begins is None else request.begins
    return m.Need(
        id=request.code,
        municipality=request.municipality_code,
        region=town.region or "",
        size_class=catalogue.size_class(request.municipality_code) or 0,
        place=place_of(request),
        theme=request.theme,
        seats=seats_left(request),
        half_days=request.half_days,
        months=tuple(range(request.first_month, request.last_month + 1)),
        mode=request.mode,
        on_site_share=request.on_site_share,
        weekdays=request.weekdays,
        roles=frozenset(request.roles),
        # whom the prefecture employs no town has to appoint
        forms=frozenset((*request.forms, EMPLOYED)),
        pay=half_day_pay(request.pay_amount, request.pay_basis, request.half_days),
        skills=tuple(
            m.SkillRequirement(s.skill, s.level, s.weight, s.must, s.group, s.since(begins))
            for s in request.skills
        ),
        priority=request.priority,
        requires_training=request.requires_training,
        posted=request.posted,
        preferred_kinds=frozenset(request.kinds),
        month_pay=_month_pay(request),
    )


def _month_pay(request: Request) -> int | None:
    """None where it is as much as the pay of its half-days, which is rounded down."""
    amount, basis, half_days = request.pay_amount, request.pay_basis, request.half_days
    paid = month_pay(amount, basis, half_days)
    return None if paid == half_day_pay(amount, basis, half_days) * half_days else paid


def to_candidate(
    profile: Profile, requests: Sequence[Request], travel: Mapping[str, int]
) -> m.Candidate:
    """`travel`: place code → minutes from the person's home; one mapping may serve many people."""
    return _Asked.of(requests).candidate(profile, travel)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What everybody is asked for in one run, gathered once.

    by_town: town → places in `requests` of those that it takes part in; sold: of those that name vendors.
    """

    requests: Sequence[Request]
    start: int
    end: int
    codes: frozenset[str]
    by_town: Mapping[str, Sequence[int]]
    sold: Sequence[int]

    @classmethod
    def of(cls, requests: Sequence[Request]) -> _Asked:
        by_town: dict[str, list[int]] = {}
        for place, request in enumerate(requests):
            for town in {request.municipality_code, *request.members}:
                by_town.setdefault(town, []).append(place)
        return cls(
            requests,
            min((request.first_month for request in requests), default=0),
            # one month more, because an empty seat may be filled by starting a month later
            max((request.last_month for request in requests), default=0) + 1,
            frozenset(request.code for request in requests),
            by_town,
            [place for place, request in enumerate(requests) if request.vendors],
        )

    def candidate(self, profile: Profile, travel: Mapping[str, int]) -> m.Candidate:
        conflicts = self._conflicts(profile)
        return replace(
            person_between(profile, self.start, self.end, travel, conflicts),
            wishes={code: n for code, n in _wishes(profile).items() if code in self.codes},
            preferred={code: n for code, n in profile.preferred if code in self.codes},
        )

    def _conflicts(self, profile: Profile) -> dict[str, str]:
        """Need code → gravest severity."""
        towns = {post.municipality_code for post in profile.posts}
        towns |= {known.municipality_code for known in profile.known}
        near = {place for town in towns if town for place in self.by_town.get(town, ())}
        if profile.companies or profile.matters or profile.known:
            near |= set(self.sold)
        requests = (self.requests[place] for place in sorted(near))
        found = {request.code: gravest(screen(profile, request)) for request in requests}
        return {code: severity for code, severity in found.items() if severity}


def person_between(
    profile: Profile,
    start: int,
    end: int,
    travel: Mapping[str, int],
    conflicts: Mapping[str, str] = MappingProxyType({}),
) -> m.Candidate:
    """With what is free from the month `start` to `end`, as far as rules read it; conflicts: need code → gravest severity."""
    return m.Candidate(
        id=profile.code,
        kind=profile.kind,
        availability=_availability(profile, start, end),
        most_at_once=profile.most_at_once,
        skills={
            claim.skill: m.SkillClaim(claim.level, claim.last_used, claim.evidence)
            for claim in profile.skills
        },
        roles=frozenset(profile.roles),
        forms=frozenset(profile.forms),
        travel=travel,
        travel_limit=profile.travel_limit,
        overnight=profile.overnight,
        pay_minimum=profile.pay_minimum,
        pay_wish=profile.pay_wish,
        member_from=profile.member_from,
        member_until=profile.member_until,
        consents=profile.consents,
        training_until=profile.training_until,
        service_years=_service_years(profile, start),
        themes=frozenset(profile.themes),
        regions=frozenset(profile.regions),
        conflicts=conflicts,
        forbidden=turned_down(profile),
        rating_sum=profile.rating_sum,
        rating_count=profile.rating_count,
        load=_load(profile, start),
        income_left=_income_left(profile, start, end),
    )


def _wishes(profile: Profile) -> dict[str, int]:
    """What the person has said of a need counts in full, for or against it."""
    return {
        **dict.fromkeys(profile.uninterested, 0),
        **dict.fromkeys(profile.interested, WHOLE_PART),
    }


def turned_down(profile: Profile) -> frozenset[str]:
    """Codes of needs with which the person is not to be matched: turned down, or served already."""
    return frozenset(profile.turned_down) | {taken.need_code for taken in profile.taken}


def _availability(profile: Profile, start: int, end: int) -> dict[int, m.Month]:
    """Declared windows from `start` to `end` less pauses and what is taken; free half-days never fall below 0.

    A window on no day of the week gives nothing.
    """
    days: dict[int, int] = {}
    visits: dict[int, int] = {}
    needs: dict[int, set[str]] = {}
    for taken in profile.taken:
        visits[taken.month] = visits.get(taken.month, 0) + taken.days_on_site
        days[taken.month] = days.get(taken.month, 0) + taken.half_days
        needs.setdefault(taken.month, set()).add(taken.need_code)
    paused = {
        month
        for window in profile.windows
        if not window.is_available
        for month in range(window.first_month, window.last_month + 1)
    }
    months = {}
    for window in profile.windows:
        for month in range(max(window.first_month, start), min(window.last_month, end) + 1):
            if window.is_available and window.weekdays and month not in paused:
                months[month] = m.Month(
                    half_days=max(window.half_days - days.get(month, 0), 0),
                    weekdays=window.weekdays,
                    modes=MODES[window.mode],
                    engagements=len(needs.get(month, ())),
                    capacity=window.half_days,
                    on_site=_left(profile.onsite_days, visits.get(month, 0)),
                )
    return months


def _left(limit: int | None, taken: int) -> int | None:
    return None if limit is None else max(limit - taken, 0)


def _income_left(profile: Profile, start: int, end: int) -> dict[int, int] | None:
    """Fiscal year → what the person's own ceiling leaves, of the years from `start` to `end`; None without one.

    No town pays somebody whom the prefecture employs.
    """
    ceiling = profile.income_ceiling
    if ceiling is None or profile.kind == EMPLOYED:
        return None
    earned: dict[int, int] = {}
    for taken in profile.taken:
        year = dates.fiscal_year_of_month(taken.month)
        earned[year] = earned.get(year, 0) + taken.pay
    years = range(dates.fiscal_year_of_month(start), dates.fiscal_year_of_month(end) + 1)
    return {year: max(ceiling - earned.get(year, 0), 0) for year in years}


def _service_years(profile: Profile, start: int) -> int:
    """Whole years in public posts before `start`; overlapping posts count once."""
    months: set[int] = set()
    for post in profile.posts:
        if post.is_public:
            end = start if post.last_month is None else min(post.last_month + 1, start)
            months.update(range(post.first_month, end))
    return len(months) // 12


def _load(profile: Profile, start: int) -> int:
    """Half-days taken in the fiscal year before that of `start`."""
    if not start:
        return 0
    year = dates.fiscal_year_of_month(start) - 1
    return sum(
        taken.half_days
        for taken in profile.taken
        if dates.fiscal_year_of_month(taken.month) == year
    )


def translate(
    profiles: Iterable[Profile], requests: Sequence[Request], catalogue: Catalogue
) -> tuple[list[m.Candidate], list[m.Need]]:
    """Everybody and everything for one run; needs without a free seat are left out."""
    open_ = [request for request in requests if seats_left(request)]
    places = list({place_of(request): request for request in open_}.values())
    homes: dict[str, dict[str, int]] = {}

    def travel(home: str) -> dict[str, int]:
        if home not in homes:
            homes[home] = minutes_from(home, places, catalogue)
        return homes[home]

    asked = _Asked.of(open_)
    candidates = [asked.candidate(p, travel(p.home_code)) for p in profiles]
    return candidates, [to_need(request, catalogue) for request in open_]
