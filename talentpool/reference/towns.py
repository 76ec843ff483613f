"""Municipalities by what people call them: 豊岡, とよおかし, 兵庫県佐用郡佐用町, 神戸市北区, 茅ヶ崎.

Found where only one can be meant. Where it is not sure, the refusal asks: 兵庫県豊岡市ですか。
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from ..errors import UnknownCode
from ..language import OR, listed, named, say
from ..text import search_key
from ..typed import quoted
from .entries import MunicipalityEntry, PrefectureEntry

MOST_ASKED = 5  # towns that a question names
LONGEST = 100  # characters of what is looked up
_NEAR = 0.75  # of difflib's measure
_KINDS = "市区町村"
_KANA_ENDINGS = {
    "市": ("シ",), "区": ("ク",), "町": ("チョウ", "マチ"), "村": ("ムラ", "ソン"),
}  # fmt: skip
# Both spellings are in use, in the name of the town or among those who write to it.
_SPELLINGS = str.maketrans("釜鯵梼礪蘆", "竈鰺檮砺芦")
_KANJI = "[\u3400-\u9fff々]"
_SMALL_KE = re.compile(f"(?<={_KANJI})[ヶヵケカガ](?={_KANJI})")  # 茅ヶ崎, 茅ケ崎, 茅が崎
_NO = re.compile(f"(?<={_KANJI})[之ノ](?={_KANJI})")
# A district (郡) before the town. A few have in their names what ends the name of a municipality.
_DISTRICT = re.compile(r"(?:[^市区町村郡]{1,5}|余市|高市|田村|[東西北]村山)郡(?P<town>.+)")
# Designated cities have wards of these names too.
_SHARED_WARDS = frozenset({"中央区", "港区", "北区"})
_TOKYO = "13"

Towns = Sequence[MunicipalityEntry]


def _key(text: str) -> str:
    key = search_key(text).translate(_SPELLINGS)
    return _NO.sub("ノ", _SMALL_KE.sub("ケ", key))


class TownNames:
    """An index of every spelling; built once for a catalogue."""

    def __init__(
        self, prefectures: Mapping[str, PrefectureEntry], towns: Iterable[MunicipalityEntry]
    ) -> None:
        self._prefectures = prefectures
        self._full: dict[str, list[MunicipalityEntry]] = defaultdict(list)
        self._short: dict[str, list[MunicipalityEntry]] = defaultdict(list)
        self._codes: dict[str, MunicipalityEntry] = {}
        for town in towns:
            self._codes[town.code] = town
            for name in _full_names(town):
                self._full[name].append(town)
            for name in _short_names(town):
                self._short[name].append(town)
        self._whole = {
            code: [
                search_key(before + name)
                for before, name in (
                    (prefectures[town.prefecture_code].ja, town.ja),
                    (prefectures[town.prefecture_code].kana, town.kana),
                )
            ]
            for code, town in self._codes.items()
        }
        self._longest = max(map(len, self._full), default=0)
        self._prefixes = {
            _key(name): entry.code
            for entry in prefectures.values()
            for name in (entry.ja, entry.kana)
        }
        self._short_prefixes = {
            _key(entry.ja[:-1]): entry.code for entry in prefectures.values() if entry.code != "01"
        }

    def named(self, text: str) -> MunicipalityEntry | None:
        """The one municipality of exactly this name or code, with or without its prefecture."""
        rest, prefecture = self._without_prefecture(_key(text[:LONGEST]))
        found = self._known(rest, prefecture)
        return found[0] if len(found) == 1 else None

    def like(self, key: str) -> list[str]:
        """The codes of those that have `key` in the name or reading, with the prefecture before it."""
        return [code for code, names in self._whole.items() if any(key in name for name in names)]

    def find(self, text: str, preferred: str | None = None) -> MunicipalityEntry:
        """The municipality that is meant, in the `preferred` prefecture before others; else UnknownCode."""
        key = _key(text[:LONGEST])
        rest, prefecture = self._without_prefecture(key)
        found = self._meant(rest, prefecture)
        if not found and prefecture is None:
            found = self._behind_short_prefecture(key)
        near = [town for town in found if town.prefecture_code == preferred] or found
        if len(near) > 1:
            raise UnknownCode(
                say(
                    "%(text)sは複数あります。%(listed)sのように都道府県名から入力してください。",
                    text=quoted(text),
                    listed=self._listed(near),
                )
            )
        if not near:
            raise UnknownCode(self._question(text, rest, prefecture or preferred))
        if self._is_vague(rest, near[0], prefecture or preferred):
            raise UnknownCode(
                say(
                    "%(text)sだけでは分かりません。%(label)sですか。",
                    text=quoted(text),
                    label=self._label(near[0]),
                )
            )
        return near[0]

    def _without_prefecture(self, key: str) -> tuple[str, str | None]:
        """What stands behind the name of a prefecture, and its code."""
        for prefix, code in self._prefixes.items():
            if key.startswith(prefix) and len(key) > len(prefix):
                return key[len(prefix) :], code
        return key, None

    def _behind_short_prefecture(self, key: str) -> Towns:
        for prefix, code in self._short_prefixes.items():
            if key.startswith(prefix):
                found = self._known(key[len(prefix) :], code)
                if found:
                    return found
        return ()

    def _meant(self, key: str, prefecture: str | None) -> Towns:
        """By its name; without 市, 町 or 村; behind its district; at the head of an address."""
        found = self._known(key, prefecture) or _within(self._short.get(key, ()), prefecture)
        if found:
            return found
        district = _DISTRICT.fullmatch(key)
        if district is not None:
            towns = self._known(district["town"], prefecture) or self._heading(
                district["town"], prefecture
            )
            towns = [town for town in towns if town.kind in {"町", "村"}]
            if towns:
                return towns
        return self._heading(key, prefecture)

    def _known(self, key: str, prefecture: str | None) -> Towns:
        if key in self._codes:
            return [self._codes[key]]
        return _within(self._full.get(key, ()), prefecture)

    def _heading(self, key: str, prefecture: str | None) -> Towns:
        """The longest name that an address begins with, if it is written in full."""
        for length in range(min(len(key), self._longest), 0, -1):
            head = key[:length]
            if _within(self._short.get(head, ()), prefecture):
                return ()  # 東村山本町 does not begin with 東村
            towns = _within(self._full.get(head, ()), prefecture)
            if towns and head[-1] in _KINDS:
                return towns
        return ()

    def _is_vague(self, key: str, town: MunicipalityEntry, prefecture: str | None) -> bool:
        """True for the bare name of a ward that others have, and of a prefecture."""
        if prefecture is not None:
            return False
        return key in _SHARED_WARDS or key in self._short_prefixes

    def _question(self, text: str, key: str, prefecture: str | None) -> str:
        towns = self._near(key, prefecture)
        unknown = say("%(text)sは市区町村の一覧にありません。", text=quoted(text))
        return (
            say("%(unknown)s%(listed)sですか。", unknown=unknown, listed=self._listed(towns))
            if towns
            else unknown
        )

    def _near(self, key: str, prefecture: str | None) -> Towns:
        """Towns that an address may begin with, that have the word in their names, or are written alike."""
        if len(key) <= 1:
            return ()
        for length in range(min(len(key), self._longest), 1, -1):
            towns = _within(self._short.get(key[:length], ()), prefecture)
            if towns:
                return towns
        bare = key.rstrip(_KINDS)
        names = {
            name: towns
            for name, known in self._short.items()
            if (towns := _within(known, prefecture))
        }
        within = [town for name in names if len(bare) > 1 and bare in name for town in names[name]]
        if within:
            return within
        close = get_close_matches(bare, names, n=MOST_ASKED, cutoff=_NEAR)
        return [town for name in close for town in names[name]]

    def _listed(self, towns: Towns) -> str:
        labels = list(dict.fromkeys(map(self._label, towns)))
        shown = [say("「%(text)s」", text=label) for label in labels[:MOST_ASKED]]
        known = listed(shown, between=OR)
        return say("%(known)sなど", known=known) if len(labels) > MOST_ASKED else known

    def _label(self, town: MunicipalityEntry) -> str:
        prefecture = self._prefectures[town.prefecture_code]
        return named((prefecture.ja + town.ja, f"{town.label('en')}, {prefecture.en}"))


def _within(towns: Towns, prefecture: str | None) -> Towns:
    if prefecture is None:
        return towns
    return [town for town in towns if town.prefecture_code == prefecture]


def _kana_stem(town: MunicipalityEntry) -> str:
    return next(
        (
            town.kana.removesuffix(ending)
            for ending in _KANA_ENDINGS.get(town.kind, ())
            if town.kana.endswith(ending)
        ),
        town.kana,
    )


def _full_names(town: MunicipalityEntry) -> set[str]:
    stem = _kana_stem(town)
    readings = {town.kana, *(stem + ending for ending in _KANA_ENDINGS.get(town.kind, ()))}
    return {_key(town.ja), *map(_key, readings)}


def _short_names(town: MunicipalityEntry) -> set[str]:
    return {_key(town.ja[:-1]), _key(_kana_stem(town))}
