"""Text as people type it in Japan: checked, folded for search, read as numbers, telephones and codes.

Nothing here changes a name: `clean` refuses or trims, and never normalises (NFC would turn 塚 U+FA10 into 塚 U+585A).
"""

from __future__ import annotations

import re
import unicodedata

from .kanji import VARIANTS

_DASHES = "-‐‑‒–—―−－﹣ｰー⁃˗~～〜"
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_EDGES = "\ufeff\u200b\u2060"
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
_VARIANTS = str.maketrans(VARIANTS)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_TO_HYPHEN = dict.fromkeys(map(ord, _DASHES), "-")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]+")
_COMBINING_MARK = re.compile("[\u3041-\u30ff][\u3099\u309a]")
_KANA = re.compile(
    r"[\u30a1-\u30fa\u30fc-\u30fe・ \u3000]*[\u30a1-\u30fa][\u30a1-\u30fa\u30fc-\u30fe・ \u3000]*"
)


class UnsafeText(ValueError):
    """Text that must not be stored: control characters, lone surrogates, bidi overrides."""


class NotANumber(ValueError):
    pass


class BadTelephone(ValueError):
    pass


class BadPostalCode(ValueError):
    pass


class BadEmail(ValueError):
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
        if letter not in allowed and _is_unsafe(letter):
            raise UnsafeText(f"使えない文字 (U+{ord(letter):04X}) が含まれています。")
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


def digits(text: str) -> str:
    """Full-width ASCII as ASCII and every hyphen look-alike as `-`, without outer blanks. Other digits stay."""
    return text.translate(_TO_HYPHEN).translate(_FULL_WIDTH).strip()


_UNITS = {"": 1, "万": 10_000, "億": 100_000_000}
_PART = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<rest>[0-9]+))?(?P<unit>[億万]?)"
)


def parse_int(text: str, *, least: int = 0, most: int = 10**12) -> int:
    """A whole number as people write it: "５，０００" 5000, "500万円" 5,000,000, "1億2000万" 120,000,000.

    NotANumber, with a sentence for the screen, for anything else and for numbers outside `least`..`most`.
    """
    plain = digits(text).replace("，", ",").replace("¥", "").replace("￥", "").replace(" ", "")
    plain = plain.removesuffix("円").removesuffix("人").removesuffix("日")
    if len(plain) > 30:
        raise NotANumber("数字が長すぎます。")
    number = _read_number(plain)
    if number < least:
        raise NotANumber(f"{least:,} 以上の数字を入力してください。")
    if number > most:
        raise NotANumber(f"{most:,} 以下の数字を入力してください。")
    return number


def _read_number(plain: str) -> int:
    sign, rest = (plain[0], plain[1:]) if plain[:1] in {"-", "+"} else ("", plain)
    total, position, last_unit = 0, 0, 10**12
    while position < len(rest) or not rest:
        part = _PART.match(rest, position)
        unit = _UNITS[part["unit"]] if part else 0
        if part is None or unit >= last_unit:
            raise NotANumber("整数を入力してください。")
        total += _scaled(part["whole"], part["rest"] or "", unit)
        position, last_unit = part.end(), unit
    return -total if sign == "-" else total


def _scaled(whole: str, rest: str, unit: int) -> int:
    scale = int("1" + "0" * len(rest))
    amount, remainder = divmod(int(whole.replace(",", "") + rest) * unit, scale)
    if remainder:
        raise NotANumber("整数を入力してください。")
    return amount


_DOMESTIC = re.compile(r"0[0-9]{9,10}")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
_POSTAL = re.compile(r"([0-9]{3})-?([0-9]{4})")


def telephone(text: str) -> str:
    """A telephone number in ASCII with the hyphens as typed, "０７８－３４１－７７１１" → "078-341-7711".

    BadTelephone unless it is 0 and 9 or 10 digits, or + and 7 to 15 digits.
    """
    plain = re.sub(r"[()]+", "-", digits(text).replace(" ", "-"))
    plain = re.sub(r"-{2,}", "-", plain).strip("-").replace("+-", "+")
    bare = plain.replace("-", "")
    if _DOMESTIC.fullmatch(bare) or _INTERNATIONAL.fullmatch(bare):
        return plain
    raise BadTelephone("電話番号は市外局番から、数字10桁または11桁で入力してください。")


def telephone_key(text: str) -> str:
    """Digits only, with +81 read as 0: equal for the same line."""
    bare = re.sub(r"[^0-9+]", "", digits(text))
    return re.sub(r"^\+810?", "0", bare)


def postal_code(text: str) -> str:
    """A postal code as "100-0001"; BadPostalCode unless it has seven digits."""
    found = _POSTAL.fullmatch(digits(text.replace("〒", "")).replace(" ", ""))
    if found is None:
        raise BadPostalCode("郵便番号は数字7桁で入力してください。")
    return f"{found[1]}-{found[2]}"


_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def fold_email(text: str) -> str:
    """A mail address in lower-case ASCII (a Japanese domain in its xn-- form): the form compared and stored.

    BadEmail for line ends, blanks, quoted local parts, and domains without a dot.
    """
    plain = text.translate(_FULL_WIDTH).strip(" ").lower()
    local, at, domain = plain.partition("@")
    try:
        labels = domain.encode("idna").decode("ascii").split(".")
    except UnicodeError:
        labels = []
    host = ".".join(labels)
    fits = len(local) <= 64 and len(local) + len(host) < 254
    if (
        at
        and fits
        and _LOCAL.fullmatch(local)
        and len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
    ):
        return f"{local}@{host}"
    raise BadEmail("メールアドレスの形が正しくありません。")
