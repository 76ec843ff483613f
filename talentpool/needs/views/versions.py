"""The versions of a need that has been open, each beside the one before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import pairwise

from flask import render_template
from flask.typing import ResponseReturnValue

from ...permissions import Action
from ...web import current_catalogue, current_session, requires
from ...web.changed import Difference, differences
from ..content import NeedContent
from ..forms import NeedForm, contents
from ..models import Need
from ..versions import content_at, content_from, list_versions
from ..writing import content_of, imagine
from .blueprint import blueprint, get_need

_FIELDS = {"place_code": "place"}  # of the form, where it has another name


@blueprint.get("/<int:need_id>/versions")
@requires(Action.VIEW_NEED)
def show_versions(need_id: int) -> ResponseReturnValue:
    need = get_need(need_id)
    kept = list_versions(current_session(), need)
    contents_ = [content_from(row.content) for row in kept]
    changes = [list_changes(need, old, new) for new, old in pairwise(contents_)]
    versions = list(zip(kept, [*changes, None][: len(kept)], strict=True))
    return render_template("needs/show_versions.html", need=need, versions=versions)


def list_changes_since(need: Need, moment: datetime, only: Collection[str]) -> Sequence[Difference]:
    """What has changed since `moment` in fields of the content, for somebody who was asked then."""
    before = content_at(current_session(), need, moment)
    return [] if before is None else list_changes(need, before, content_of(need), only)


def list_changes(
    need: Need, before: NeedContent, after: NeedContent, only: Collection[str] | None = None
) -> Sequence[Difference]:
    """Field by field, in the words of the form. `only`: fields of the content."""
    forms = [_form(need, content) for content in (after, before)]
    shown = {_FIELDS.get(name, name) for name in only or ()}
    for form in forms:
        for field in list(form):
            if only is not None and field.short_name not in shown:
                del form[field.short_name]
    return differences(*forms)


def _form(need: Need, content: NeedContent) -> NeedForm:
    catalogue = current_catalogue()
    place = catalogue.municipality(content.place_code).ja
    imagined = imagine(need, content, catalogue)
    return NeedForm(None, data=contents(imagined, place), town=need.municipality_code)
