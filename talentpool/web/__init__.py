"""Flask plumbing without domain: one unit of work per request, sign-in by default, forms, filters."""

from .access import public, requires, signed_in
from .unit import after_commit, after_view, current_actor, current_session

__all__ = [
    "after_commit",
    "after_view",
    "current_actor",
    "current_session",
    "public",
    "requires",
    "signed_in",
]
