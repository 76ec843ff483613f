"""The single changes of a need or a person that could fill an empty seat, with a published list of costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import InvalidProblem
from ..records import Candidate, Need
from ..scoring.encode import People
from ..scoring.rules import must_groups

THIRTY = 30  # minutes of travel in one step


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a need or a person. cost: from the published list; subject: a skill, form or mode."""

    kind: str
    cost: int
    need: Need
    subject: str | None = None
    of_person: bool = False


# The published list: kind → (cost, Japanese, English).
CHANGES: dict[str, tuple[int, str, str]] = {
    "level": (1, "必須の技能の水準を1段下げる", "One level less of a required skill"),
    "recency": (
        1,
        "必須の技能を最後に使った年を問わない",
        "Any year of last use of a required skill",
    ),
    "travel": (1, "移動時間の上限を30分延ばす", "30 minutes more travel"),
    "half_days": (1, "1か月の半日コマを一つ減らす", "One half-day a month less"),
    "later": (1, "開始を1か月遅らせる", "One month later"),
    "mode": (2, "働き方を変える", "Another mode of work"),
    "form": (2, "任用形態を一つ加える", "One more appointment form"),
    "engagements": (2, "同時に引き受ける活動を一つ増やす", "One more engagement at once"),
}

OF_PERSON = frozenset({"travel", "engagements"})  # what the person, not the town, would change


def forms_of(people: Sequence[Candidate]) -> frozenset[str]:
    return frozenset(form for person in people for form in person.forms)


def changes_of(need: Need, forms: Collection[str]) -> Iterator[Change]:
    """Yield every single change of the need. forms: all that anybody accepts."""

    def change(kind: str, altered: Need, subject: str | None = None) -> Change:
        return Change(kind, CHANGES[kind][0], altered, subject, kind in OF_PERSON)

    for group in must_groups(need):
        for skill in group:
            lower = tuple(_eased(s) if s is skill else s for s in need.skills)
            kept = tuple(s for s in lower if s is not None)
            # a must at the lowest level is dropped, together with its either/or group
            if len(kept) < len(need.skills):
                kept = tuple(s for s in need.skills if s not in group)
            yield change("level", replace(need, skills=kept), skill.skill)
            if skill.since is not None:
                dated = tuple(replace(s, since=None) if s is skill else s for s in need.skills)
                yield change("recency", replace(need, skills=dated), skill.skill)
    yield change("travel", need)
    if need.half_days > 1:
        yield change("half_days", replace(need, half_days=need.half_days - 1, month_pay=None))
    yield change("later", replace(need, months=tuple(month + 1 for month in need.months)))
    if need.mode != "online":
        yield change("mode", replace(need, mode="online", on_site_share=0), "online")
    for form in sorted(set(forms) - need.forms):
        yield change("form", replace(need, forms=need.forms | {form}), form)
    yield change("engagements", need)


def _eased(skill: Any) -> Any:
    return None if skill.level == 1 else replace(skill, level=skill.level - 1)


def altered_arrays(change: Change, arrays: People) -> People:
    """Do to all people what `_altered` does to one."""
    if change.kind == "travel":
        return replace(arrays, travel_limit=arrays.travel_limit + THIRTY)
    return replace(arrays, most_at_once=arrays.most_at_once + 1)


def _altered(change: Change, person: Candidate) -> Candidate:
    if change.kind == "travel":
        limit = person.travel_limit
        return person if limit is None else replace(person, travel_limit=limit + THIRTY)
    return replace(person, most_at_once=person.most_at_once + 1)


def apply_change(
    change: dict[str, Any], candidates: Sequence[Candidate], need: Need
) -> tuple[list[Candidate], Need]:
    """Change the records as `empty_seats` proposes, to try whether the seat is really filled.

    Parameters
    ----------
    change : dict
        `EmptySeats.change`.
    candidates : sequence of Candidate
    need : Need
        The need with the empty seat.

    Returns
    -------
    list of Candidate, Need
        The records after the change.

    Raises
    ------
    InvalidProblem
        If the need has no such change, or it is of nobody among the candidates.

    Examples
    --------
    >>> from talentpool import matching as m
    >>> from talentpool.matching.example import NEEDS, PEOPLE
    >>> problem = m.build(PEOPLE, NEEDS)
    >>> plan = m.solve(problem)
    >>> entry = m.empty_seats(problem, plan, PEOPLE, NEEDS)[0]
    >>> people, need = m.apply_change(entry.change, PEOPLE, NEEDS[0])
    >>> people[3].id, people[3].travel_limit
    ('doi', 90)
    """
    people = list(candidates)
    for candidate in changes_of(need, forms_of(people)):
        if (candidate.kind, candidate.subject) == (change["kind"], change["subject"]):
            if not candidate.of_person:
                return people, candidate.need
            if change["candidate"] not in {person.id for person in people}:
                raise InvalidProblem(
                    "change", f"{change['candidate']!r} is not among the candidates"
                )
            return [
                _altered(candidate, p) if p.id == change["candidate"] else p for p in people
            ], need
    raise InvalidProblem("change", "must be one that `empty_seats` proposed for this need")
