"""What is being written: a need, what was typed for it and is not whole, or nothing yet; and how it is finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from ... import clock
from ...errors import Refused
from ...permissions import get_visible
from ...web import current_actor, current_catalogue, current_session
from .. import drafting, reviewing, writing
from ..forms import NeedForm, contents
from ..models import Need, NeedDraft
from .blueprint import get_need
from .steps import STEPS


@dataclass(frozen=True, slots=True)
class Written:
    need: Need | None = None
    draft: NeedDraft | None = None

    @property
    def version(self) -> str | None:
        rows = [row for row in (self.need, self.draft) if row is not None]
        return "-".join(str(row.version) for row in rows) or None

    @property
    def page(self) -> str:
        """Where it is written on, all at once."""
        if self.need is not None:
            return url_for(".edit_need", need_id=self.need.id)
        if self.draft is not None:
            return url_for(".edit_draft", draft_id=self.draft.id)
        return url_for(".new_need")

    @property
    def town(self) -> str | None:
        return self.need.municipality_code if self.need else current_actor().municipality_code

    def stored(self) -> dict[str, Any] | None:
        """What the form holds of the need."""
        return None if self.need is None else contents_of(self.need)

    def again(self) -> Written:
        """The same, as it is stored."""
        need = get_need(self.need.id) if self.need else None
        return Written(need, get_draft(self.draft.id) if self.draft else None)


def contents_of(need: Need) -> dict[str, Any]:
    return contents(need, current_catalogue().municipality(need.place_code).ja)


def as_sent(typed: Mapping[str, Sequence[str]]) -> MultiDict[str, str]:
    return MultiDict((name, value) for name, values in typed.items() for value in values)


def get_draft(draft_id: int) -> NeedDraft:
    lock = request.method == "POST"
    return get_visible(current_session(), current_actor(), NeedDraft, draft_id, lock=lock)


def finish(form: NeedForm, written: Written, *, is_submitted: bool) -> ResponseReturnValue | None:
    """Save what is whole, and hand it in if so asked; None where it was refused, which `form` then knows."""
    session, actor, now = current_session(), current_actor(), clock.now()
    known: dict[str, Any] = {"catalogue": form.catalogue, "actor": actor, "now": now}
    try:
        if written.need is None:
            need = writing.create_need(session, form.value(), **known)
        else:
            need = written.need
            writing.save_need(session, need, form.value(), **known)
        if written.draft is not None:
            drafting.finish_draft(session, written.draft, need, actor=actor, now=now)
        if is_submitted:
            reviewing.submit_need(session, need, **known)
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return None
    flash(STEPS["submit"].done if is_submitted else _("下書きを保存しました。"), "success")
    return redirect(url_for(".show_need", need_id=need.id))
