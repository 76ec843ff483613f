"""The single changes of a need or a person that could fill an empty seat, and what they cost: a published list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .encode import People
from .records import Candidate, Need
from .rules import must_groups

THIRTY = 30  # minutes of one step of travel


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a need or a person. cost: from the published list; subject: a skill, form or mode."""

    kind: str
    cost: int
    need: Need
    subject: str | None = None
    of_person: bool = False


# kind → (cost, Japanese, English): the published list of costs
CHANGES: dict[str, tuple[int, str, str]] = {
    "level": (1, "必須の技能の水準を1段下げる", "One level less of a must skill"),
    "travel": (1, "移動時間の上限を30分延ばす", "30 minutes more travel"),
    "half_days": (1, "1か月の半日コマを一つ減らす", "One half-day a month less"),
    "later": (1, "開始を1か月遅らせる", "One month later"),
    "mode": (2, "働き方を変える", "Another mode of work"),
    "form": (2, "任用形態を一つ加える", "One more appointment form"),
    "engagements": (2, "同時に引き受ける活動を一つ増やす", "One more engagement at once"),
}


def forms_of(people: Sequence[Candidate]) -> frozenset[str]:
    return frozenset(form for person in people for form in person.forms)


def changes_of(need: Need, forms: Collection[str]) -> Iterator[Change]:
    """Every single change of the need. forms: all that anybody accepts."""

    def change(kind: str, altered: Need, subject: str | None = None, **more: bool) -> Change:
        return Change(kind, CHANGES[kind][0], altered, subject, **more)

    for group in must_groups(need):
        for skill in group:
            lower = tuple(_eased(s) if s is skill else s for s in need.skills)
            kept = tuple(s for s in lower if s is not None)
            # a must at the lowest level is dropped, and with it the rest of its either/or group
            if len(kept) < len(need.skills):
                kept = tuple(s for s in need.skills if s not in group)
            yield change("level", replace(need, skills=kept), skill.skill)
    yield change("travel", need, of_person=True)
    if need.half_days > 1:
        yield change("half_days", replace(need, half_days=need.half_days - 1))
    yield change("later", replace(need, months=tuple(month + 1 for month in need.months)))
    if need.mode != "online":
        yield change("mode", replace(need, mode="online", on_site_share=0), "online")
    for form in sorted(set(forms) - need.forms):
        yield change("form", replace(need, forms=need.forms | {form}), form)
    yield change("engagements", need, of_person=True)


def _eased(skill: Any) -> Any:
    return None if skill.level == 1 else replace(skill, level=skill.level - 1)


def altered_arrays(change: Change, arrays: People) -> People:
    """What `_altered` does to one person, done to all of them."""
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
    """The records after a change that `empty_seats` proposed: to try whether it really fills the seat."""
    people = list(candidates)
    for candidate in changes_of(need, forms_of(people)):
        if (candidate.kind, candidate.subject) == (change["kind"], change["subject"]):
            if not candidate.of_person:
                return people, candidate.need
            return [
                _altered(candidate, p) if p.id == change["candidate"] else p for p in people
            ], need
    raise ValueError("no such change")
