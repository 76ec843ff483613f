from __future__ import annotations

from flask import request

MOST = 10**6


def page_number() -> int:
    """The page asked for in the address; 1 for anything that is no page."""
    typed = request.args.get("page", "")
    return min(int(typed), MOST) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 1
