"""All reference data in memory, immutable, by code; without a database from the shipped files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from ..errors import UnknownCode
from ..geo import Travel, travel_minutes
from ..language import named, say
from ..text import search_key
from . import shipped
from .entries import (
    Form,
    MunicipalityEntry,
    PrefectureEntry,
    Skill,
    TermEntry,
    Theme,
    Vocabulary,
)
from .towns import TownNames

T = TypeVar("T")


class Catalogue:
    """What is valid on one day. Old codes keep their label, so that what was recorded stays readable.

    `on`: None for the items without an end. `better_minutes`: {(home code, hall code): minutes} entered by staff.
    """

    def __init__(
        self,
        prefectures: Iterable[PrefectureEntry],
        municipalities: Iterable[MunicipalityEntry],
        terms: Iterable[TermEntry],
        *,
        on: date | None = None,
        better_minutes: Mapping[tuple[str, str], int] = MappingProxyType({}),
    ) -> None:
        self.on = on
        self._prefectures = {item.code: item for item in prefectures}
        self._municipalities = {item.code: item for item in municipalities}
        self._of_prefecture: dict[str, list[MunicipalityEntry]] = defaultdict(list)
        for item in self._municipalities.values():
            self._of_prefecture[item.prefecture_code].append(item)
        self._versions: dict[tuple[str, str], list[TermEntry]] = defaultdict(list)
        for term in terms:
            self._versions[term.vocabulary, term.code].append(term)
        self._current = self._select_current()
        self._keys = self._spellings()
        self._town_names: TownNames | None = None
        self._forms = {term.code: Form.of(term) for term in self.terms(Vocabulary.FORM)}
        self._better_minutes = dict(better_minutes)

    @classmethod
    def shipped(cls) -> Catalogue:
        """The catalogue of the files in the package, read once."""
        return _shipped()

    def _select_current(self) -> dict[str, dict[str, TermEntry]]:
        current: dict[str, dict[str, TermEntry]] = defaultdict(dict)
        valid = [v for versions in self._versions.values() for v in versions if v.is_valid(self.on)]
        for term in sorted(valid, key=lambda term: (term.position, term.code)):
            current[term.vocabulary][term.code] = term
        return current

    def _spellings(self) -> dict[str, dict[str, TermEntry]]:
        """Per vocabulary: folded code, labels and aliases → item. A code wins over a label, a label over an alias."""
        keys: dict[str, dict[str, TermEntry]] = {}
        for vocabulary, items in self._current.items():
            found: dict[str, TermEntry] = {}
            for spellings in (_aliases, _labels, _codes):
                found.update({search_key(s): t for t in items.values() for s in spellings(t)})
            keys[vocabulary] = found
        return keys

    # --- Places

    def prefectures(self) -> tuple[PrefectureEntry, ...]:
        return tuple(self._prefectures.values())

    def prefecture(self, code: str) -> PrefectureEntry:
        return _known(self._prefectures, code, say("都道府県"))

    def municipalities(self, prefecture: str | None = None) -> tuple[MunicipalityEntry, ...]:
        """All municipalities of a prefecture, or of the country, in the order of their codes."""
        if prefecture is None:
            return tuple(self._municipalities.values())
        self.prefecture(prefecture)
        return tuple(self._of_prefecture[prefecture])

    def municipality(self, code: str) -> MunicipalityEntry:
        """By table, not by check digit: 23 of 1,845 one-digit typos pass the digit."""
        return _known(self._municipalities, code, say("市区町村"))

    @property
    def town_names(self) -> TownNames:
        """What the municipalities are called; indexed when it is first asked for."""
        if self._town_names is None:
            self._town_names = TownNames(self._prefectures, self._municipalities.values())
        return self._town_names

    def find_municipality(self, text: str, prefecture: str | None = None) -> MunicipalityEntry:
        """By code or by what people call it, in `prefecture` before others.

        UnknownCode, with a question where there is one to ask, if no or several municipalities are called so.
        """
        return self.town_names.find(text, prefecture)

    def towns_like(self, key: str) -> list[str]:
        """Codes of the municipalities that have `key`, folded by `search_key`, in the name or reading.

        The name of the prefecture before it is part of both; 佐用町 is found by 兵庫, 佐用 and ヒョウゴケンサヨウ.
        """
        return self.town_names.like(key)

    def size_class(self, municipality_code: str) -> int | None:
        """0 under 50,000 people, 1 under 100,000, 2 from there; None where the population is not known."""
        population = self.municipality(municipality_code).population
        if population is None:
            return None
        return (population >= 50_000) + (population >= 100_000)

    # --- Vocabularies

    def terms(self, vocabulary: str) -> tuple[TermEntry, ...]:
        """The valid items in their order."""
        return tuple(self._current[Vocabulary(vocabulary)].values())

    def term(self, vocabulary: str, code: str) -> TermEntry:
        """The item that is valid, or else the nearest version of one that was; UnknownCode if there never was one."""
        current = self._current.get(vocabulary, {}).get(code)
        if current is not None:
            return current
        versions = self._versions.get((vocabulary, code))
        if not versions:
            raise _unknown(code, _title(vocabulary))
        past = [v for v in versions if self.on is None or v.valid_from <= self.on]
        return max(past, key=_start) if past else min(versions, key=_start)

    def label(self, vocabulary: str, code: str, locale: object = "ja") -> str:
        return self.term(vocabulary, code).label(str(locale))

    def choices(self, vocabulary: str, locale: object = "ja") -> list[tuple[str, str]]:
        """(code, label) of the valid items, for forms."""
        return [(term.code, term.label(str(locale))) for term in self.terms(vocabulary)]

    def is_valid(self, vocabulary: str, code: str) -> bool:
        return code in self._current.get(vocabulary, {})

    def find(self, vocabulary: str, text: str) -> TermEntry:
        """A valid item by its code, its label in either language, or a usual short name, in any width and case."""
        found = self._keys.get(vocabulary, {}).get(search_key(text))
        if found is None:
            raise _unknown(text, _title(vocabulary))
        return found

    def codes_like(self, vocabulary: str, key: str) -> list[str]:
        """Codes of the valid items that have `key`, folded by `search_key`, in the Japanese label or a
        usual short name, or as a word of the English label."""
        return [
            term.code
            for term in self.terms(vocabulary)
            if any(key in search_key(name) for name in (term.ja, *_aliases(term)))
            or key in map(search_key, term.en.split())
        ]

    def form(self, code: str) -> Form:
        return self._forms.get(code) or Form.of(self.term(Vocabulary.FORM, code))

    def theme(self, code: str) -> Theme:
        return Theme.of(self.term(Vocabulary.THEME, code))

    def skill(self, code: str) -> Skill:
        return Skill.of(self.term(Vocabulary.SKILL, code))

    def skills(self, group: str | None = None) -> tuple[Skill, ...]:
        every = map(Skill.of, self.terms(Vocabulary.SKILL))
        return tuple(skill for skill in every if group is None or skill.group == group)

    # --- Travel

    def travel(self, home_code: str, hall_code: str) -> Travel:
        """One way; a value that staff entered goes before the rule."""
        home, hall = self.municipality(home_code), self.municipality(hall_code)
        entered = self._better_minutes.get((home_code, hall_code))
        if entered is not None:
            return Travel(entered, is_estimate=False)
        return travel_minutes(home.place, hall.place)


@cache
def _shipped() -> Catalogue:
    return Catalogue(shipped.prefectures(), shipped.municipalities(), shipped.terms())


def _codes(term: TermEntry) -> tuple[str, ...]:
    return (term.code,)


def _labels(term: TermEntry) -> tuple[str, ...]:
    return (term.en, term.ja)


def _aliases(term: TermEntry) -> tuple[str, ...]:
    aliases: tuple[str, ...] = term.attributes.get("aliases", ())
    return aliases


def _start(term: TermEntry) -> date:
    return term.valid_from


def _known(items: Mapping[str, T], code: str, kind: str) -> T:
    if code not in items:
        raise _unknown(code, kind)
    return items[code]


def _title(vocabulary: str) -> str:
    title = shipped.titles()[Vocabulary(vocabulary)]
    return named((title.ja, title.en))


def _unknown(text: str, kind: str) -> UnknownCode:
    return UnknownCode(
        say("「%(text)s」は%(kind)sの一覧にありません。", text=_short(text), kind=kind)
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
