"""Texts of cells: which of them no file can hold, and which a spreadsheet would take for a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import BadCell, BadFile
from ..language import say

MOST_FAULTS = 1000
GUARD = "'"
_UNSAFE = re.compile("[\0\ud800-\udfff]")
_FORMULA = re.compile(
    "[\t\r\n]|['\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|'+[\t\r\n]"
)


def has_unsafe(text: str) -> bool:
    """NUL and lone surrogates: nothing can store or write them."""
    return _UNSAFE.search(text) is not None


def neutralise(text: str) -> str:
    """Text that no spreadsheet takes for a formula; `restore` is the way back, for every text."""
    return GUARD + text if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """Text as it was before `neutralise`; a number stays one."""
    return text[1:] if text.startswith(GUARD) and _FORMULA.match(text[1:]) else text


def refuse(faults: Sequence[BadCell], message: str) -> None:
    """Raise BadFile with all faults, if there are any; a long list is cut and says so."""
    if not faults:
        return
    shown = list(faults[:MOST_FAULTS])
    if len(faults) > MOST_FAULTS:
        more = f"{len(faults) - MOST_FAULTS:,}"
        shown.append(BadCell("", None, None, say("ほかに%(count)s件あります。", count=more)))
    raise BadFile(message, shown)
