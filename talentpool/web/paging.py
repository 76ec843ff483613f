from __future__ import annotations

from urllib.parse import urlencode

from flask import request


def page_number() -> int:
    """The number in the URL, or 1 if it is not a number; `fetch_page` clamps it to the pages that exist."""
    return request.args.get("page", 1, type=int)


def this_page(**changes: object) -> str:
    """The address of this page with other values in its query; None takes one out."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in changes]
    changed = [(name, value) for name, value in changes.items() if value is not None]
    query = urlencode([*kept, *changed])
    return f"{request.script_root}{request.path}{'?' if query else ''}{query}"
