"""Whole numbers with their units: "８コマ", "4日", "９０分", "1万2千円", "50%"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..language import say, sentences
from ..text import digits, katakana
from . import Unreadable, quoted

MOST_TEXT = 40  # characters
_SMALL_SCALES = {"": 1, "百": 100, "千": 1000}
_LARGE_SCALES = {"": 1, "万": 10**4, "億": 10**8}
_SCALES = {
    small + large: first * second
    for small, first in _SMALL_SCALES.items()
    for large, second in _LARGE_SCALES.items()
}
_AMOUNT = (
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<rest>[0-9]+))?(?P<scale>[百千]?[万億]?)"
)
_ENDLESS = Fraction(10**30)
_BARE_DIGITS = 3  # "1万5" is said for 15,000: fewer bare digits behind a scale are not read


def _folded(text: str) -> str:
    return katakana(digits(text))


@dataclass(frozen=True, slots=True)
class Measure:
    """What a field counts.

    unit: how it is named; worths: each unit that may be typed → how many of the field's own it is;
    words: typed instead of a number; before, after: what may stand around it without meaning anything.
    """

    what: str
    unit: str
    worths: Mapping[str, Fraction]
    examples: tuple[str, ...]
    words: Mapping[str, int]
    before: tuple[str, ...]
    after: tuple[str, ...]
    part: re.Pattern[str]

    @property
    def hint(self) -> str:
        return sentences(say("「%(text)s」", text=example) for example in self.examples)


def _measure(
    what: str,
    unit: str,
    worths: Mapping[str, int | Fraction],
    *examples: str,
    words: Mapping[str, int] | None = None,
    before: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
) -> Measure:
    known = {_folded(name): Fraction(worth) for name, worth in worths.items()}
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    return Measure(
        what=what,
        unit=unit,
        worths={"": Fraction(1)} | known,
        examples=examples,
        words={_folded(word): number for word, number in (words or {}).items()},
        before=tuple(map(_folded, before)),
        after=tuple(map(_folded, after)),
        part=re.compile(rf"\s*{_AMOUNT}\s*(?P<unit>(?:{names})?)(?P<half>半?)\s*"),
    )


_MONTHLY = ("毎月", "月に", "月", "1か月に", "1カ月に", "1ヶ月に", "1か月", "1カ月", "1ヶ月")
HALF_DAYS = _measure(
    say("半日コマの数"), say("コマ"),
    {"コマ": 1, "半日コマ": 1, "半日": 1, "日": 2, "日間": 2, "時間": Fraction(1, 4)},
    "8", "8コマ", "4日",
    words={"半日": 1}, before=_MONTHLY, after=("/月", "/1か月"),
)  # fmt: skip
MINUTES = _measure(
    say("分"), say("分"), {"分": 1, "分間": 1, "時間": 60}, "90", "90分", "1時間30分"
)
YEN = _measure(
    say("金額"), say("円"), {"円": 1}, "12000", "12,000円", "1万2千円",
    words={"無償": 0}, before=("¥", "￥", "\\"), after=("-", "/半日", "/半日コマ", "/1コマ", "/コマ"),
)  # fmt: skip
FEE = _measure(
    say("金額"), say("円"), {"円": 1}, "25000", "25,000円", "2万5千円",
    words={"無償": 0}, before=("¥", "￥", "\\"), after=("-",),
)  # fmt: skip
PERCENT = _measure(
    say("割合"), "%", {"%": 1, "パーセント": 1, "割": 10}, "50", "50%", "5割",
    words={"半分": 50},
)  # fmt: skip
SEATS = _measure(say("枠の数"), say("枠"), {"枠": 1, "人": 1, "名": 1}, "2", "2枠")
ENGAGEMENTS = _measure(say("活動の数"), say("件"), {"件": 1, "つ": 1}, "2", "2件")
PLAIN = _measure(say("整数"), "", {}, "3")


def read_whole(text: str, measure: Measure, *, least: int = 0, most: int = 10**12) -> int:
    """How many of the measure's own unit `text` says, "4日" 8 half-days.

    Raises Unreadable for anything else, for what is no whole number of them, and outside `least`..`most`.
    """
    number = _amount(text, measure)
    if number.denominator != 1:
        raise Unreadable(
            say(
                "%(text)sは整数の%(value)sになりません。%(write)s",
                text=quoted(text),
                value=measure.unit or say("数"),
                write=_write(measure),
            )
        )
    whole = int(number)
    read = say("（%(whole)s%(unit)sと読みました）", whole=f"{whole:,}", unit=measure.unit)
    if whole < least:
        raise Unreadable(
            say(
                "%(least)s%(unit)s以上で入力してください%(read)s。",
                least=f"{least:,}",
                unit=measure.unit,
                read=read,
            )
        )
    if whole > most:
        raise Unreadable(
            say(
                "%(most)s%(unit)s以下で入力してください%(read)s。",
                most=f"{most:,}",
                unit=measure.unit,
                read=read,
            )
        )
    return whole


def _amount(text: str, measure: Measure) -> Fraction:
    plain = _folded(text)
    if not plain:
        raise Unreadable(say("入力してください。"))
    if len(plain) > MOST_TEXT:
        raise Unreadable(
            say("%(text)sは長すぎます。%(write)s", text=quoted(text), write=_write(measure))
        )
    if plain in measure.words:
        return Fraction(measure.words[plain])
    bare = _without_frame(plain, measure)
    sign, bare = (-1, bare[1:]) if bare.startswith("-") else (1, bare.removeprefix("+"))
    return sign * _sum(bare, text, measure)


def _without_frame(plain: str, measure: Measure) -> str:
    """What stands before or after a number, taken off once."""
    for frame in sorted(measure.before, key=len, reverse=True):
        rest = plain.removeprefix(frame).lstrip()
        if rest != plain and rest[:1].isdigit():
            plain = rest
            break
    for frame in sorted(measure.after, key=len, reverse=True):
        rest = plain.removesuffix(frame).rstrip()
        if rest != plain and rest:
            return rest
    return plain


def _sum(bare: str, text: str, measure: Measure) -> Fraction:
    """Parts such as 1万2千円 or 1時間30分: each scale and each unit smaller than the one before."""
    total, amount, place = Fraction(0), Fraction(0), 0
    scale_before, worth_before = _ENDLESS, _ENDLESS
    while True:
        part = measure.part.match(bare, place)
        if part is None:
            raise Unreadable(_unread(bare[place:], text, measure))
        place = part.end()
        scale = _SCALES[part["scale"]]
        is_vague = scale == 1 and scale_before < _ENDLESS and len(part["whole"]) < _BARE_DIGITS
        if scale >= scale_before or is_vague:
            raise Unreadable(_unread("", text, measure))
        amount += _exact(part["whole"], part["rest"] or "") * scale
        scale_before = Fraction(scale)
        is_last = place == len(bare)
        if part["unit"] or is_last:
            worth = measure.worths[part["unit"]]
            is_bare_after_unit = not part["unit"] and worth_before < _ENDLESS
            if worth >= worth_before or is_bare_after_unit or (part["half"] and not part["unit"]):
                raise Unreadable(_unread("", text, measure))
            total += (amount + (Fraction(1, 2) if part["half"] else 0)) * worth
            if is_last:
                return total
            amount, scale_before, worth_before = Fraction(0), _ENDLESS, worth
        elif scale == 1 or part["half"]:
            raise Unreadable(_unread(bare[place:], text, measure))


def _exact(whole: str, rest: str) -> Fraction:
    return Fraction(int(whole.replace(",", "") + rest), 10 ** len(rest))


def _unread(rest: str, text: str, measure: Measure) -> str:
    """Names the unit where only that is strange."""
    is_unit = rest and rest != _folded(text) and not any(c.isdigit() for c in rest)
    if is_unit and rest.isalnum():
        return say(
            "%(text)sの「%(rest)s」は、ここでは使えない単位です。%(write)s",
            text=quoted(text),
            rest=rest,
            write=_write(measure),
        )
    return say(
        "%(text)sは%(what)sとして読めません。%(write)s",
        text=quoted(text),
        what=measure.what,
        write=_write(measure),
    )


def _write(measure: Measure) -> str:
    return say("%(hint)sのように入力してください。", hint=measure.hint)
