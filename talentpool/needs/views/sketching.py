"""What of a need can be read from its fields while it is being written, whatever the page that holds them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from werkzeug.datastructures import MultiDict

from ...candidates.content import EVERY_DAY, MOST_ROWS
from ...errors import UnknownCode
from ...web.fields import bits_of
from ..content import Sketch, SkillRequirement
from ..forms import ANY, ASK, MUST, NeedForm
from ..models import Need
from ..writing import content_of


def sketch_of(need: Need) -> Sketch:
    """Of a need as it is stored."""
    return Sketch(
        municipality_code=need.municipality_code,
        code=need.code,
        half_days=need.half_days,
        first_month=need.first_month,
        last_month=need.last_month,
        mode=str(need.mode),
        on_site_share=need.on_site_share,
        place_code=need.place_code,
        pay_basis=need.pay_basis,
        pay_amount=need.pay_amount,
        weekdays=need.weekdays,
        touches_procurement=need.touches_procurement,
        requires_training=need.requires_training,
        forms=tuple(row.form for row in need.forms),
        skills=content_of(need).skills,
        vendors=tuple(row.name for row in need.vendors),
        members=_members(need),
    )  # fmt: skip


def sketch_typed(typed: MultiDict[str, str], town: str, need: Need | None = None) -> Sketch:
    """Of the fields of `NeedForm` as they were sent. A field that cannot be read says nothing; nothing is refused.

    need: the stored one that is being written, for what the form does not ask.
    """
    form = NeedForm(formdata=typed, town=town)

    def read(name: str) -> Any:
        field = form[name]
        return field.data if field.validate(form) else None

    place = None
    with suppress(UnknownCode):
        place = form._place_code()  # noqa: SLF001 - a neighbour of the form
    return Sketch(
        municipality_code=town,
        code=need.code if need else "",
        place_code=place,
        on_site_share=read("on_site_share") or 0,
        weekdays=EVERY_DAY if ANY in (days := read("weekdays") or ()) else bits_of(days),
        touches_procurement=bool(form.touches_procurement.data),
        requires_training=bool(form.requires_training.data),
        forms=tuple(sorted(set(read("forms") or ()) - {ASK})),
        skills=_skills(form),
        vendors=tuple(row.name.data for row in form.vendors.rows[:MOST_ROWS] if row.validate()),
        members=_members(need) if need else (),
        **{name: read(name) for name in ("half_days", "first_month", "last_month", "mode", "pay_basis", "pay_amount")},
    )  # fmt: skip


def _members(need: Need) -> tuple[str, ...]:
    return tuple(sorted(row.municipality_code for row in need.members))


def _skills(form: NeedForm) -> tuple[SkillRequirement, ...]:
    """The rows that are whole; of two for the same skill, the first."""
    found: dict[tuple[str, bool], SkillRequirement] = {}
    for row in form.skills.rows[:MOST_ROWS]:
        if row.validate():
            must = row.kind.data == MUST
            asked = SkillRequirement(
                row.skill.data, int(row.level.data), row.weight.data or 1, must, row.group.data or None,
                int(row.used_within.data) if row.used_within.data else None,
            )  # fmt: skip
            found.setdefault((asked.skill, must), asked)
    return tuple(found.values())
