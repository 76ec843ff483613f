from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from ..states import PLACEMENT, PlacementState
from ..web.forms import Form, long_text_field, text_field

MOST = 1000  # characters
NOT_IN_ORDER = 0


class StepForm(Form):
    """What a button sends: the version the person saw, and a reason and a comment where the step asks for them."""

    version = text_field(_("版"), most=20)
    reason = text_field(_("理由区分"), most=40)
    comment = long_text_field(_("補足"), most=MOST)

    def seen_version(self) -> int | None:
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() else None


class LiftForm(Form):
    rule = text_field(_("規則"), most=40)
    reason = long_text_field(_("解除の理由"), most=500)


class ApprovalForm(Form):
    """Several papers at once."""

    chosen = SelectMultipleField(_("承認する起案"), coerce=int)
    comment = long_text_field(_("決裁の補足"), most=MOST)

    def offer(self, ids: Sequence[int]) -> None:
        self.chosen.choices = [SelectChoice(ident, str(ident)) for ident in ids]


class FilterForm(Form):
    """GET: which placements a list shows."""

    class Meta(Form.Meta):
        csrf = False

    state = SelectField(_("状態"), default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [SelectChoice(str(state), PLACEMENT.labels[state][0]) for state in PlacementState]
        self.state.choices = [SelectChoice("", _("進行中のすべて")), *states]

    def wanted(self) -> PlacementState | None:
        """None where nothing, or nothing known, was chosen."""
        try:
            return PlacementState(self.state.data or "")
        except ValueError:
            return None


class DraftForm(Form):
    """The order of the suggestions of one need: fields order_<placement id>, and a comment for all."""

    comment = long_text_field(_("起案の説明"), most=MOST)

    @classmethod
    def of(cls, ids: Sequence[int]) -> type[DraftForm]:
        """With one field for each suggestion; the first suggestion is proposed as the first choice."""
        fields = {
            f"order_{ident}": SelectField(
                _("順位"),
                coerce=int,
                default=place,
                choices=[
                    SelectChoice(NOT_IN_ORDER, _("今回は入れない")),
                    *(SelectChoice(n, str(n)) for n in range(1, len(ids) + 1)),
                ],
            )
            for place, ident in enumerate(ids, 1)
        }
        return type("DraftFormOfNeed", (cls,), fields)

    def order(self, ids: Sequence[int]) -> list[int]:
        """The chosen ids, first choice first; equal places keep the order of the suggestions."""
        places = {ident: self[f"order_{ident}"].data for ident in ids}
        chosen = [ident for ident in ids if places[ident] != NOT_IN_ORDER]
        return sorted(chosen, key=lambda ident: places[ident])
