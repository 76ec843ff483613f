"""Text as people type it in Japan: checked, folded for search, brought to one width.

Nothing here changes a name: `clean` refuses or trims, and never normalises (NFC would turn 塚 U+FA10 into 塚 U+585A).
"""

from __future__ import annotations

import re
import unicodedata

from .kanji import VARIANTS
from .language import say

_DASHES = "-‐‑‒–—―−－﹣ｰー⁃˗~～〜"
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_EDGES = "\ufeff\u200b\u2060"
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
_VARIANTS = str.maketrans(VARIANTS)
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_TO_HYPHEN = dict.fromkeys(map(ord, _DASHES), "-")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]+")
_COMBINING_MARK = re.compile("[\u3041-\u30ff][\u3099\u309a]")
_KANA = re.compile(
    r"[\u30a1-\u30fa\u30fc-\u30fe・ \u3000]*[\u30a1-\u30fa][\u30a1-\u30fa\u30fc-\u30fe・ \u3000]*"
)


class BadText(ValueError):
    """Text that cannot be taken. `str` of it is the sentence for the screen as it was said, in any language."""

    def __str__(self) -> str:
        said: str = self.args[0]
        return said


class UnsafeText(BadText):
    """Text that must not be stored: control characters, lone surrogates, bidi overrides."""


class BadKana(BadText):
    pass


def clean(text: str, *, multiline: bool = False) -> str:
    """`text` without outer blanks, every other character as typed; UnsafeText for what no field may hold.

    With `multiline`, line ends become `\\n` and tabs stay.
    """
    if multiline:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    allowed = "\n\t" if multiline else ""
    text = _trim(text)
    for letter in text:
        if letter in "\r\n\t" and letter not in allowed:
            name = say("タブ") if letter == "\t" else say("改行")
            raise UnsafeText(say("%(name)sが含まれています。1行で書いてください。", name=name))
        if letter not in allowed and _is_unsafe(letter):
            raise UnsafeText(
                say("使えない文字 (U+%(ord)s) が含まれています。", ord=f"{ord(letter):04X}")
            )
    return text


def _trim(text: str) -> str:
    before = None
    while text != before:
        before, text = text, text.strip(" \t\r\n\u3000\xa0").strip(_EDGES)
    return text


def _is_unsafe(letter: str) -> bool:
    code = ord(letter)
    return (
        letter in _BIDI
        or unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


def search_key(text: str) -> str:
    """The folded form under which `text` is found: equal for what a reader takes for the same word.

    Width, case, hiragana, blanks, hyphens, long-vowel marks, variation selectors and old kanji forms do not matter.
    """
    before = None
    while (
        text != before
    ):  # what a removed blank kept apart may combine: "A´" has one in its full form
        before, text = text, _fold(text)
    return text


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_HIRAGANA_TO_KATAKANA)
    return "".join(c for c in folded if not _is_ignored(c)).translate(_VARIANTS)


def _is_ignored(letter: str) -> bool:
    code = ord(letter)
    return (
        letter in _DASHES
        or letter.isspace()
        or unicodedata.category(letter) in {"Cf", "Cc", "Cs"}
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0100 <= code <= 0xE01EF
    )


def katakana(text: str) -> str:
    """Hiragana and half-width kana as full-width katakana; everything else as it is."""
    text = _HALF_WIDTH_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _COMBINING_MARK.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    return text.translate(_HIRAGANA_TO_KATAKANA)


def is_kana(text: str) -> bool:
    """True for full-width katakana with blanks and middle dots between."""
    return _KANA.fullmatch(text) is not None


def furigana(text: str) -> str:
    """A name's reading in katakana, however it was typed; BadKana for anything else."""
    kana = katakana(text)
    if not is_kana(kana):
        raise BadKana(say("フリガナはカタカナまたはひらがなで入力してください。"))
    return kana


def digits(text: str) -> str:
    """Full-width ASCII as ASCII and every hyphen look-alike as `-`, without outer blanks. Other digits stay."""
    return text.translate(_TO_HYPHEN).translate(FULL_WIDTH).strip()
