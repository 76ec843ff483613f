"""Flask plumbing without domain rules: one unit of work per request, sign-in by default, forms, filters."""

from .access import public, requires, signed_in
from .unit import after_commit, after_view, current_actor, current_catalogue, current_session
from .versions import check_version

__all__ = [
    "after_commit",
    "after_view",
    "check_version",
    "current_actor",
    "current_catalogue",
    "current_session",
    "public",
    "requires",
    "signed_in",
]
