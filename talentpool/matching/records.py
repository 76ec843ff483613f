"""What the engine knows about people and needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from .errors import InvalidProblem

MOST_HALF_DAYS = 62  # in a month: two a day
MOST_ON_SITE = 31  # days in a month
HALF_ON_SITE = 50  # percent of hybrid work that does not say
GREATEST_LEVEL = 4  # of a skill
EVERY_DAY = 127  # bits of all seven weekdays
BEST_RATING = 5
ANY_TIME = 30_000  # minutes of travel that stand for "no limit"
GREATEST_PAY = 10**9  # yen per half-day
GREATEST_MONTH_PAY = MOST_HALF_DAYS * GREATEST_PAY
GREATEST_INCOME = 12 * GREATEST_MONTH_PAY  # of a fiscal year
LAST_MONTH = 12 * 10_000  # the year 10,000
LAST_YEAR = 9999
KINDS = ("official", "specialist", "freelance", "serving", "prefectural")  # of people
MODES = ("online", "hybrid", "onsite")  # of a need
MONTH_MODES = ("online", "onsite")
EVIDENCE = ("self", "documented", "confirmed")
SEVERITIES = ("block", "hold", "warn")  # of a conflict
WHOLE_PART = 1000  # share of a part of the fit, in thousandths


def month_number(year: int, month: int) -> int:
    """Count months, so that they can be compared and added to.

    Parameters
    ----------
    year : int
    month : int
        1 to 12.

    Returns
    -------
    int
        ``year * 12 + month - 1``.

    Raises
    ------
    InvalidProblem
        If there is no such month.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.month_number(2027, 4)
    24327
    """
    if not 1 <= month <= 12:
        raise InvalidProblem("month", f"must be from 1 to 12, not {month}")
    return year * 12 + month - 1


def month_text(number: int) -> str:
    """Write the number of a month as year and month.

    Parameters
    ----------
    number : int
        As `month_number` counts.

    Returns
    -------
    str
        ``"YYYY-MM"``.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.month_text(24327)
    '2027-04'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def fiscal_year(month: int) -> int:
    """The year in which the fiscal year (April to March) of a month begins."""
    return (month - 3) // 12


def share_on_site(mode: str, share: int) -> int:
    """Percent of the work that is on site; of hybrid work that does not say it is half."""
    return {"online": 0, "onsite": 100}.get(mode, share or HALF_ON_SITE)


def days_on_site(half_days: int, percent: int) -> int:
    """Days on site in a month of which this percent is on site: two half-days to a day, rounded up."""
    return -(-half_days * percent // 200)


def _freeze(record: Any, frozen: Callable[[Iterable[Any]], Any], *names: str) -> None:
    """Freeze these fields of a new record. What cannot be frozen stays as it is, for `build` to refuse by name."""
    for name in names:
        given = getattr(record, name)
        if isinstance(given, Iterable) and not isinstance(given, str | bytes):
            try:
                object.__setattr__(record, name, frozen(given))
            except TypeError:  # an entry that cannot be hashed or compared
                continue


def _in_order(entries: Iterable[Any]) -> tuple[Any, ...]:
    """Sort a set, which has no order of its own; keep the order of anything else."""
    return tuple(sorted(entries) if isinstance(entries, AbstractSet) else entries)


@dataclass(frozen=True, slots=True)
class Month:
    """What a person still has to give in one month.

    Parameters
    ----------
    half_days : int
        Free half-days of 4 hours: those declared, less those held and booked. 0 to 62.
    weekdays : int
        One bit for each weekday, from 1 for Monday to 64 for Sunday; at least one.
    modes : frozenset of {"online", "onsite"}
        At least one.
    engagements : int, optional
        Engagements that already stand in this month.
    capacity : int or None, optional
        Declared half-days. Only shown; the engine does not read them.
    on_site : int or None, optional
        Days on site that the person still has in this month; None for no limit of its own.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.Month(half_days=8, weekdays=31, modes=frozenset({"online"})).engagements
    0
    """

    half_days: int
    weekdays: int
    modes: frozenset[str]
    engagements: int = 0
    capacity: int | None = None
    on_site: int | None = None

    def __post_init__(self) -> None:
        if type(self.modes) is not frozenset:
            _freeze(self, frozenset, "modes")


@dataclass(frozen=True, slots=True)
class SkillClaim:
    """A skill that a person has.

    Parameters
    ----------
    level : int
        1 to 4.
    last_used : int or None
        Year, None where unknown.
    evidence : {"self", "documented", "confirmed"}, optional
        Who says so: only the person, a document, or somebody who confirmed it.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.SkillClaim(level=3, last_used=2026).evidence
    'self'
    """

    level: int
    last_used: int | None
    evidence: str = "self"


@dataclass(frozen=True, slots=True)
class SkillRequirement:
    """A skill that a need asks for.

    Parameters
    ----------
    skill : str
        Code of the skill.
    level : int
        1 to 4.
    weight : int, optional
        Weight among the skills of the need, usually 1 to 9.
    must : bool, optional
        Whether a person without it is ruled out.
    group : str or None, optional
        Musts that share a group are alternatives: one of them is enough.
    since : int or None, optional
        Year of the last use, at least. A claim whose year is not known does not meet it. It is a rule for musts; a wish
        may not have it.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> m.SkillRequirement("cloud", level=2, must=True).weight
    3
    """

    skill: str
    level: int
    weight: int = 3
    must: bool = False
    group: str | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the pool.

    Pay is in yen per half-day, travel in minutes one way. Months are numbers (`month_number`); both ends of a period
    are included. A set may be given as any iterable.

    Parameters
    ----------
    id : str
        Distinct among the candidates.
    kind : {"official", "specialist", "freelance", "serving", "prefectural"} or None
        What towns may prefer, None where it is not known.
    availability : mapping of int to Month
        Number of the month → what is free in it. Months that are absent have nothing free.
    forms : frozenset of str
        Appointment forms that the person accepts. A need must be able to issue one of them.
    most_at_once : int, optional
        Engagements in any one month, at most.
    skills : mapping of str to SkillClaim, optional
        By code.
    roles : frozenset of str, optional
        Roles that the person can take.
    travel : mapping of str to int, optional
        Place → minutes. People from one place may share a mapping; a place that is absent is out of reach.
    travel_limit : int or None, optional
        Longest way, None for any.
    overnight : bool, optional
        Whether the person may stay overnight, beyond the travel limit.
    pay_minimum, pay_wish : int, optional
        The least pay that is accepted, and the pay that is hoped for.
    member_from : int, optional
        First month of the membership.
    member_until : int or None, optional
        Last month of the membership, None for no end.
    consents : bool, optional
        Whether the person has consented to be matched.
    training_until : int or None, optional
        Last month in which the required training is valid.
    service_years : int, optional
        Years in public administration.
    themes, regions : frozenset of str, optional
        What the person would like; empty for no preference.
    conflicts : mapping of str to {"block", "hold", "warn"}, optional
        Need id → how far a conflict of interest goes.
    forbidden : frozenset of str, optional
        Ids of needs that the person is not to be matched with.
    wishes : mapping of str to int, optional
        Need id → share of the wish in thousandths, of needs about which the person has said it. Theme and region
        count for the others.
    preferred : mapping of str to int, optional
        Need id → share of the preference in thousandths, of needs whose town has ranked the person. The preferred
        kinds count for the others.
    rating_sum, rating_count : int, optional
        Ratings of past engagements, 0 to 5 each.
    load : int, optional
        Half-days served in the last fiscal year.
    in_force : frozenset of str, optional
        Ids of the needs that the plan in force gives this person.
    income_left : mapping of int to int, optional
        Fiscal year (from April, by the year it begins in) → yen that the person may still earn in it. A year that is
        absent has no limit.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> april = m.month_number(2027, 4)
    >>> free = m.Month(8, 31, frozenset({"online"}))
    >>> person = m.Candidate("aoki", "official", {april: free}, forms=frozenset({"contract"}))
    >>> person.most_at_once
    1
    """

    id: str
    kind: str | None
    availability: Mapping[int, Month]
    forms: frozenset[str]
    most_at_once: int = 1
    skills: Mapping[str, SkillClaim] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    travel: Mapping[str, int] = field(default_factory=dict)
    travel_limit: int | None = None
    overnight: bool = False
    pay_minimum: int = 0
    pay_wish: int = 0
    member_from: int = 0
    member_until: int | None = None
    consents: bool = True
    training_until: int | None = None
    service_years: int = 0
    themes: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    conflicts: Mapping[str, str] = field(default_factory=dict)
    forbidden: frozenset[str] = frozenset()
    rating_sum: int = 0
    rating_count: int = 0
    load: int = 0
    in_force: frozenset[str] = frozenset()
    income_left: Mapping[int, int] | None = None
    wishes: Mapping[str, int] = field(default_factory=dict)
    preferred: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # one expression decides the usual case, because a nation has many people
        if not (
            type(self.roles) is type(self.forms) is type(self.themes) is type(self.regions)
            is type(self.forbidden) is type(self.in_force) is frozenset
        ):  # fmt: skip
            _freeze(self, frozenset, "roles", "forms", "themes", "regions", "forbidden", "in_force")


@dataclass(frozen=True, slots=True)
class Need:
    """What a town asks for.

    A set or a sequence may be given as any iterable.

    Parameters
    ----------
    id : str
        Distinct among the needs.
    municipality, region : str
        Codes of the town and its region.
    size_class : {0, 1, 2}
        Small, middle or large town.
    place : str
        Where work on site happens, as in `Candidate.travel`.
    theme : str
        Code of what the work is about.
    seats : int
        People wanted, at least 1.
    half_days : int
        Half-days of each person in each of the months, at least 1.
    months : tuple of int
        Numbers of the months, ascending.
    mode : {"online", "hybrid", "onsite"}
    forms : frozenset of str
        Appointment forms that the town can issue.
    on_site_share : int, optional
        Percent of the work that is on site.
    weekdays : int, optional
        Weekdays that suit the town, one bit each as in `Month`; at least one.
    roles : frozenset of str, optional
        Roles wanted; empty for any.
    pay : int, optional
        Yen per half-day.
    skills : tuple of SkillRequirement, optional
    priority : int, optional
        0 for usual to 3 for most urgent.
    requires_training : bool, optional
        Whether the required training must be valid in all months.
    posted : int, optional
        Place in the order of posting.
    preferred_kinds : frozenset of str, optional
        Kinds of people that the town prefers; empty for no preference.
    month_pay : int, optional
        Yen that a person is paid for a month, where that is not `pay` for each half-day.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> need = m.Need(
    ...     id="tender", municipality="toyooka", region="tajima", size_class=1, place="toyooka",
    ...     theme="contracts", seats=1, half_days=4, months=(24327, 24328), mode="online",
    ...     forms=frozenset({"contract"}),
    ... )
    >>> need.weekdays  # Monday to Friday
    31
    """

    id: str
    municipality: str
    region: str
    size_class: int
    place: str
    theme: str
    seats: int
    half_days: int
    months: tuple[int, ...]
    mode: str
    forms: frozenset[str]
    on_site_share: int = 0
    weekdays: int = 31
    roles: frozenset[str] = frozenset()
    pay: int = 0
    skills: tuple[SkillRequirement, ...] = ()
    priority: int = 0
    requires_training: bool = False
    posted: int = 0
    preferred_kinds: frozenset[str] = frozenset()
    month_pay: int | None = None

    def __post_init__(self) -> None:
        _freeze(self, frozenset, "roles", "forms", "preferred_kinds")
        _freeze(self, tuple, "skills")
        _freeze(self, _in_order, "months")

    @property
    def days_on_site(self) -> int:
        """Of each person in a month."""
        return days_on_site(self.half_days, share_on_site(self.mode, self.on_site_share))

    @property
    def pay_by_year(self) -> Mapping[int, int]:
        """Fiscal year → yen that a person is paid in it."""
        month = self.pay * self.half_days if self.month_pay is None else self.month_pay
        years = [fiscal_year(t) for t in self.months]
        return {year: month * years.count(year) for year in dict.fromkeys(years)}
