"""Yes and no, and days of the week, in the signs and words that people use."""

from __future__ import annotations

import re
import unicodedata

from ..language import say
from ..text import katakana
from . import Unreadable, quoted

YES = frozenset(
    {"はい", "1", "true", "yes", "y", "ok", "○", "〇", "◯", "⭕", "✓", "✔", "☑", "✅"}
    | {"有", "有り", "あり", "可", "可能", "する", "できる"}
)
NO = frozenset(
    {"いいえ", "0", "false", "no", "n", "ng", "x", "×", "✕", "✖", "✗", "✘", "❌", "☓"}
    | {"無", "無し", "なし", "否", "不可", "不可能", "しない", "できない"}
)
WEEKDAYS = "月火水木金土日"
_WORKDAYS, _WEEKEND, _EVERY = 0b0011111, 0b1100000, 0b1111111
_SETS = {"毎日": _EVERY, "全日": _EVERY, "平日": _WORKDAYS, "週末": _WEEKEND}
_NONE = "なし"
_DAY = r"(?P<{0}>[月火水木金土日])(?:曜日?)?"
_ITEM = re.compile(
    rf"(?P<set>毎日|全日|平日|週末)|{_DAY.format('first')}"
    rf"(?:\s*(?:-|から)\s*{_DAY.format('last')}(?:まで)?)?"
)
_MARKS = re.compile(r"(?:[\s・、,;/]|と|及び|および)*")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－﹣ー~～〜", "-"))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return "".join(letter for letter in plain if not "\ufe00" <= letter <= "\ufe0f")


def read_yes(text: str) -> bool:
    """True for はい, ○ in any of its signs, ✓, 有, 可; False for いいえ, ×, 無, 否; else Unreadable."""
    folded = _folded(text)
    if folded in YES or folded in NO:
        return folded in YES
    raise Unreadable(
        say(
            "%(text)sは「はい」か「いいえ」として読めません。「はい」「いいえ」「○」「×」のように入力してください。",
            text=quoted(text),
        )
    )


def read_weekdays(text: str) -> int:
    """Bits from Monday 1 to Sunday 64: "月水金", "月〜金", "月曜日・水曜日", "平日と土", "毎日"; 0 for "なし"."""
    plain = _folded(text).translate(_DASHES)
    if katakana(plain) == katakana(_NONE):
        return 0
    bits, place = 0, 0
    while place < len(plain):
        item = _ITEM.match(plain, place)
        if item is None:
            raise Unreadable(
                say(
                    "%(text)sは曜日として読めません。「月水金」「月〜金」「平日」「毎日」のように入力してください。",
                    text=quoted(text),
                )
            )
        bits |= _SETS[item["set"]] if item["set"] else _run(item["first"], item["last"])
        separated = _MARKS.match(plain, item.end())
        place = item.end() if separated is None else separated.end()
    if not bits:
        raise Unreadable(say("入力してください。"))
    return bits


def _run(first: str, last: str | None) -> int:
    """From one day to another, over the weekend where the second stands before the first."""
    start = WEEKDAYS.index(first)
    end = start if last is None else WEEKDAYS.index(last)
    return sum(1 << (start + step) % 7 for step in range((end - start) % 7 + 1))
