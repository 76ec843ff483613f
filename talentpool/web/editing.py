"""A page that makes or changes one thing: sent, compared with what stands now, checked, saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask.typing import ResponseReturnValue

from ..errors import Conflict, LostRace, Refused
from .changed import Difference, differences
from .forms import Form
from .versions import is_stale

T = TypeVar("T")
Changes = Sequence[Difference] | None  # by somebody else, meanwhile


def answer(
    form: Form,
    *,
    mark: str | None,
    present: Callable[[], Form],
    save: Callable[[], T],
    page: Callable[[Changes], str],
    done: Callable[[T], ResponseReturnValue],
) -> ResponseReturnValue:
    """mark: the version that stands now, None of something new; present: a form with it; page: with what changed."""
    if mark is not None and form.is_submitted() and is_stale(mark):
        return page(differences(form, present())), LostRace.status
    if form.validate_on_submit():
        try:
            saved = save()
        except (Refused, Conflict) as error:
            form.refuse(error)
        else:
            return done(saved)
    return page(None), form.status
