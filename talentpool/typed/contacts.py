"""Telephone numbers, postal codes and mail addresses."""

from __future__ import annotations

import re

from ..language import say
from ..text import FULL_WIDTH, digits
from . import Unreadable

_DOMESTIC = re.compile(r"0[0-9]{9,10}")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
_WITHOUT_ZERO = re.compile(r"[1-9][0-9]{8,9}")
_POSTAL = re.compile(r"([0-9]{3})-?([0-9]{4})")
_LETTERS = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]"
_LOCAL = re.compile(rf"{_LETTERS}+(?:\.{_LETTERS}+)*")
# Until 2009 the carriers gave addresses with dots at the end and side by side; they are still in use.
_CARRIER_LOCAL = re.compile(rf"{_LETTERS}(?:{_LETTERS}|\.)*")
_CARRIERS = ("docomo.ne.jp", "ezweb.ne.jp", "au.com")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def read_telephone(text: str) -> str:
    """A telephone number in ASCII with the hyphens as typed, "０７８－３４１－７７１１" → "078-341-7711".

    Unreadable unless it is 0 and 9 or 10 digits, or + and 7 to 15 digits.
    """
    plain = re.sub(r"[()]+", "-", digits(text).replace(" ", "-"))
    plain = re.sub(r"-{2,}", "-", plain).strip("-").replace("+-", "+")
    bare = plain.replace("-", "")
    if _DOMESTIC.fullmatch(bare) or _INTERNATIONAL.fullmatch(bare):
        return plain
    lost = say("先頭の0がありません。") if _WITHOUT_ZERO.fullmatch(bare) else ""
    raise Unreadable(
        say("%(lost)s電話番号は市外局番から、数字10桁または11桁で入力してください。", lost=lost)
    )


def telephone_key(text: str) -> str:
    """Digits only, with +81 read as 0: equal for the same line."""
    bare = re.sub(r"[^0-9+]", "", digits(text))
    return re.sub(r"^\+810?", "0", bare)


def read_postal_code(text: str) -> str:
    """A postal code as "100-0001"; Unreadable unless it has seven digits."""
    found = _POSTAL.fullmatch(digits(text.replace("〒", "")).replace(" ", ""))
    if found is None:
        raise Unreadable(say("郵便番号は数字7桁で入力してください。"))
    return f"{found[1]}-{found[2]}"


def read_mail_address(text: str) -> str:
    """A mail address in lower-case ASCII (a Japanese domain in its xn-- form): the form compared and stored.

    Unreadable for line ends, blanks, quoted local parts, and domains without a dot.
    """
    plain = text.translate(FULL_WIDTH).strip(" ").lower()
    local, at, domain = plain.partition("@")
    try:
        labels = domain.encode("idna").decode("ascii").split(".")
    except UnicodeError:
        labels = []
    host = ".".join(labels)
    is_carrier = host in _CARRIERS or host.endswith(tuple(f".{name}" for name in _CARRIERS))
    fits = len(local) <= 64 and len(local) + len(host) < 254
    if (
        at
        and fits
        and (_CARRIER_LOCAL if is_carrier else _LOCAL).fullmatch(local)
        and len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
    ):
        return f"{local}@{host}"
    raise Unreadable(say("メールアドレスの形が正しくありません。"))
