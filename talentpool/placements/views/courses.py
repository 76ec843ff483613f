"""What the page of a person shows of proposals: lanes under the months, and the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from ... import clock
from ...candidates.models import Candidate
from ...dates import local_date
from ...permissions import Action, can
from ...standing import PlacementStanding
from ...web import current_actor, current_session
from ...web.filters import show_day_only
from ...web.labels import label, town
from ...web.timeline import Lane
from ..courses import Course, list_courses
from .blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Courses:
    rows: Sequence[Course]

    def lanes(self, first: int, last: int) -> list[Lane]:
        """Of what takes months between these two, the earliest first."""
        taking = [
            row
            for row in self.rows
            if row.is_taking
            and row.conditions.last_month >= first
            and row.conditions.first_month <= last
        ]
        return [_lane(row) for row in sorted(taking, key=lambda row: row.conditions.first_month)]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """(standing in words, proposals) of each standing that occurs."""
        found = Counter(row.standing for row in self.rows)
        return [
            (label(standing), found[standing]) for standing in PlacementStanding if found[standing]
        ]


@blueprint.app_template_global("courses_of")
def courses_of(candidate: Candidate) -> Courses:
    session, actor = current_session(), current_actor()
    if not can(session, actor, Action.VIEW_PLACEMENT):
        return Courses(())
    return Courses(list_courses(session, actor, candidate.id, local_date(clock.now())))


def _lane(row: Course) -> Lane:
    need, placement, asked = row.need, row.placement, row.conditions
    is_booked = row.standing is PlacementStanding.CONFIRMED
    name = town(need.municipality_code)
    text = _("%(town)s %(title)s 月%(n)s", town=name, title=need.title, n=asked.half_days)
    note = ""
    if not is_booked:
        note = label(row.standing)
        if placement.answer_until is not None:
            day = show_day_only(placement.answer_until)
            note = _("%(standing)s・期限%(day)s", standing=note, day=day)
    return Lane(str(text), asked.first_month, asked.last_month, is_booked, str(note))
