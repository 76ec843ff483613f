"""What the engine says, in words for the pages: functions and filters that templates call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, g
from flask_babel import get_locale, gettext

from .. import matching as m
from ..candidates.models import Candidate
from ..needs.models import Need
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from ..web import current_session
from .models import Round
from .plan import Cast

SHOWN = 5  # of what would help most
T = TypeVar("T")
FIGURES = ("filled", "half_days", "mean_fit", "worst_served", "blocking")
VOCABULARIES = {"level": "skill", "form": "form", "mode": "mode"}  # of what a change is about


@dataclass(frozen=True, slots=True)
class Compared:
    label: str
    filled: int
    half_days: int
    mean_fit: int | None
    worst_served: int | None  # percent
    blocking: int


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(reason=reason, shortage=shortage, signed=signed)
    app.jinja_env.globals.update(
        town=town, rule_label=m.rule_text, weights=weights, relative_parts=relative_parts,
        compared=compared, dear=dear, orders=m.ORDERS, differing=differing,
        unlike=unlike, have_one_scale=have_one_scale,
        waived=waived, limit_of_explaining=limit_of_explaining,
    )  # fmt: skip


def reason(given: Mapping[str, Any], cast: Cast | None = None) -> str:
    """Why a person is placed here or not; `cast` gives the needs their titles."""
    titles = {code: need.title for code, need in cast.need_by_code.items()} if cast else {}
    return m.reason_text(given, titles)


def shortage(entry: Mapping[str, Any] | None) -> str:
    """Why a seat is empty, and the smallest change that would fill it."""
    if entry is None:
        return ""
    rules = sorted(entry["rules"].items(), key=lambda item: (-item[1], item[0]))[:2]
    found = "、".join(f"{m.rule_text(rule)}（{count}名）" for rule, count in rules)
    why = f"対象外の主な理由：{found}。" if found else ""
    if entry["busy"] > 0:
        why = f"条件に合う{entry['busy']}名は、ほかの募集に割り当てています。{why}"
    change = entry["change"]
    if change is None:
        return f"{why}一つの変更で埋められる人はいません。"
    return f"{why}埋めるための最小の変更：{m.change_text(change, _subject(change))}。"


def _subject(change: Mapping[str, Any]) -> str | None:
    vocabulary = VOCABULARIES.get(change["kind"])
    if vocabulary is None or change["subject"] is None:
        return None
    return _catalogue().label(vocabulary, change["subject"])


def town(code: str) -> str:
    return _catalogue().municipality(code).ja


def _catalogue() -> Catalogue:
    """Looked up once for a page of eighty needs."""
    if "catalogue_of_round" not in g:
        g.catalogue_of_round = load_catalogue(current_session())
    catalogue: Catalogue = g.catalogue_of_round
    return catalogue


def weights(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(part, share) of a stored policy."""
    return [(labels[0], f"{policy['weights'][part] / 100:g}%") for part, labels in m.PARTS.items()]


def differing(round_: Round) -> list[tuple[str, str]]:
    """(term, difference with its sign and unit) of a what-if; terms that are as they are left out."""
    return [
        (in_own(m.TERMS[name].ja, m.TERMS[name].en), _term(name, value))
        for name, value in _terms(round_).items()
    ]


def unlike(before: Round, after: Round) -> list[tuple[str, str, str]]:
    """(term, difference of one, of the other) where two rounds differ in what they try."""
    one, other = _terms(before), _terms(after)
    return [
        (in_own(term.ja, term.en), _term(name, one.get(name, 0)), _term(name, other.get(name, 0)))
        for name, term in m.TERMS.items()
        if one.get(name) != other.get(name)
    ]


def have_one_scale(before: Round, after: Round) -> bool:
    """Whether the sums of two plans may be compared: both count alike, and for the same people and needs."""
    return before.policy == after.policy and _terms(before) == _terms(after)


def _terms(round_: Round) -> dict[str, int]:
    """What differs, for a round that is no what-if as well: nothing."""
    found = round_.what_if or {}
    return {name: found[name] for name in m.TERMS if found.get(name)}


def _term(name: str, value: int) -> str:
    return f"{signed(value)}{gettext(m.TERMS[name].unit)}"


def in_own(ja: str, en: str) -> str:
    """A label of the engine in the language of the page."""
    return en if str(get_locale() or "ja") == "en" else ja


def signed(difference: int, scale: int = 1) -> str:
    """A difference in units of 1/scale, with its sign where it is not nothing."""
    if not difference:
        return "0"
    return f"{difference:+,}" if scale == 1 else f"{difference / scale:+,.2f}"


def relative_parts(policy: Mapping[str, Any], parts: Mapping[str, int]) -> list[tuple[str, int]]:
    """(part, how much of its weight the pair reaches in bp 0..10,000), parts of weight 0 left out."""
    return [
        (labels[0], parts[part] * 10_000 // policy["weights"][part])
        for part, labels in m.PARTS.items()
        if policy["weights"][part] and part in parts
    ]


def compared(round_: Round) -> Sequence[Compared]:
    """The plan and the baselines as rows, the plan first."""
    figures = (round_.summary or {}).get("baselines", {})
    return [
        Compared(label, **{key: row[key] for key in FIGURES})
        for name, (label, _english) in m.COMPARED.items()
        if (row := figures.get(name)) is not None
    ]


@dataclass(frozen=True, slots=True)
class Waived:
    """What the plan has more of than the plan without one term of the policy; fit in bp, worst_served in percent."""

    label: str
    filled: int
    half_days: int
    fit: int | None
    worst_served: int | None
    changed: int  # pairs that only the plan has


def waived(round_: Round) -> list[Waived]:
    """What each term of the policy changed; terms that could not are absent."""
    plan = (round_.summary or {}).get("baselines", {}).get("plan")
    found = (round_.result or {}).get("waived", {})
    return [
        Waived(
            in_own(waiver.ja, waiver.en),
            plan["filled"] - other["filled"],
            plan["half_days"] - other["half_days"],
            _difference(plan["mean_fit"], other["mean_fit"]),
            _difference(plan["worst_served"], other["worst_served"]),
            other["changed"],
        )
        for name, waiver in m.WAIVERS.items()
        if plan is not None and (other := found.get(name)) is not None
    ]


def limit_of_explaining(round_: Round) -> int | None:
    """Pairs up to which terms of the policy, and gains the prices do not tell, are solved for, where a round has more."""
    return None if (round_.result or {}).get("is_quick", True) else m.QUICK


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


@dataclass(frozen=True, slots=True)
class Lacking:
    """A kind of person of whom one more would help. gain: bp, exact or at most; empty: seats that wait for one."""

    label: str
    needs: list[Need]
    empty: int
    gain: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Dear:
    """What the plan would gain, in bp, from one more of it, the dearest first; seats and people: at most that."""

    seats: list[tuple[Need, int]]
    people: list[tuple[Candidate, int]]
    kinds: list[Lacking]


def dear(round_: Round, cast: Cast) -> Dear:
    result = round_.result or {}
    prices = result.get("prices", {"seats": {}, "people": {}})
    kinds = [_lacking(entry, cast) for entry in result.get("shortages", [])]
    return Dear(
        _dearest(prices["seats"], cast.need_by_code),
        _dearest(prices["people"], cast.person_by_code),
        [kind for kind in kinds if kind.gain > 0],
    )


def _lacking(entry: Mapping[str, Any], cast: Cast) -> Lacking:
    catalogue = _catalogue()
    roles = "・".join(catalogue.label("role", role) for role in entry["roles"])
    skills = [
        f"{catalogue.label('skill', skill)}（{catalogue.label('skill_level', str(level))}）"
        for skill, level in entry["skills"].items()
    ]
    parts = [entry["region"] or "オンライン", roles or "役割は問わない", *skills]
    is_exact = entry["gained"] is not None
    return Lacking(
        label="／".join(parts),
        needs=[cast.need_by_code[code] for code in entry["needs"] if code in cast.need_by_code],
        empty=entry["empty"],
        gain=entry["gained"] if is_exact else entry["at_most"],
        is_exact=is_exact,
    )


def _dearest(prices: Mapping[str, int], known: Mapping[str, T]) -> list[tuple[T, int]]:
    order = sorted(prices, key=lambda code: (-prices[code], code))
    return [(known[code], prices[code]) for code in order if code in known][:SHOWN]
