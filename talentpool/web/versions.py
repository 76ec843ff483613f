"""A form is about the row as its page showed it; the hidden field `version` says which that was."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol

from flask import request

from ..errors import LostRace


class Versioned(Protocol):
    version: int


def check_version(thing: Versioned) -> None:
    """LostRace when `thing`, which the caller has locked, is no longer as the page of this form showed it."""
    if is_stale(str(thing.version)):
        raise LostRace


def mark_of(content: Any) -> str:
    """A version of what a form edits, where the row changes for other reasons too."""
    text = json.dumps(content, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_stale(version: str) -> bool:
    """The form that was sent is about something else than `version`, which stands now."""
    return request.form.get("version") != version
