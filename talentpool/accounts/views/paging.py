from __future__ import annotations

from flask import request

MOST = 10_000  # pages


def page_asked() -> int:
    """The page number of the address, 1 when there is none or it is none."""
    text = request.args.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 1
    return min(max(page, 1), MOST)


def pages_of(total: int, size: int) -> int:
    return max(1, -(-total // size))
