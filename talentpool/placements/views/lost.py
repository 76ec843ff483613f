"""The answer to a step that was not taken: what was sent beside what stands now, so that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...dates import local_date
from ...errors import Conflict
from ...permissions import ROLE_LABELS, Role
from ...states import ENTRIES, PLACEMENT
from ...web import current_actor, current_session
from ...web.filters import show_time
from ...web.labels import label
from ...web.steps import Rows, StepForm, describe_sent, show_lost
from .. import service
from ..models import Placement
from ..standing import standings

READERS = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})


def show_lost_step(
    error: Conflict, placement: Placement, verb: str, form: StepForm, endpoint: str
) -> ResponseReturnValue:
    return show_lost(
        error,
        describe_sent(PLACEMENT.steps[verb], form),
        present([placement]),
        url_for(endpoint, placement_id=placement.id),
    )


def show_lost_list(
    error: Conflict, chosen: Sequence[Placement], comment: str, back: str
) -> ResponseReturnValue:
    """A list of placements was sent at once; the order is that of the list."""
    names = _("、").join(row.candidate.code for row in chosen)
    return show_lost(error, [(_("選んだ人"), names), (_("補足"), comment)], present(chosen), back)


def present(placements: Iterable[Placement]) -> Rows:
    """The state of each, in the reader's words; for staff also the last thing that happened to it."""
    session, rows = current_session(), list(placements)
    known = standings(session, rows, local_date(clock.now()))
    told: Rows = []
    for row in rows:
        name = row.candidate.code if current_actor().role in READERS else row.need.title
        told.append((_("%(name)sの状態", name=name), label(known[row.id])))
        if current_actor().role in READERS and (history := service.list_history(session, row)):
            last = history[-1]
            text = _(
                "%(at)s %(deed)s（%(who)s）", at=show_time(last.at),
                deed=label(ENTRIES[last.action]), who=label(ROLE_LABELS[Role(last.actor_role)]),
            )  # fmt: skip
            told.append((_("%(name)sの最後の操作", name=name), text))
    return told
