"""What comes of a joint need, for all of its towns."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from ...candidates.views.blueprint import log_names
from ...errors import NotFound
from ...needs.joint.reading import find_member, parts_of, shares_of
from ...needs.joint.shares import Part
from ...needs.views.blueprint import get_readable
from ...permissions import Action
from ...states import JOINED
from ...web import current_actor, current_session, requires
from .. import joint
from ..models import Placement
from .blueprint import blueprint


@blueprint.get("/needs/<int:need_id>/joint/work")
@requires(Action.VIEW_JOINT_WORK)
def show_joint_work(need_id: int) -> ResponseReturnValue:
    session, actor, need = current_session(), current_actor(), get_readable(need_id)
    mine = find_member(need, actor)
    if need.joint is None or (mine is not None and mine.state not in JOINED):
        raise NotFound
    introduced = joint.list_introduced(session, need, actor)
    work = joint.list_work(session, need, actor)
    people = [row.candidate for row in introduced]
    log_names({one.id for one in [*people, *(row.person for row in work)] if one is not None})
    return render_template(
        "placements/show_joint_work.html", need=need, introduced=introduced, work=work,
        parts=parts_of(need), is_member=mine is not None,
    )  # fmt: skip


@blueprint.app_template_global("joint_parts_of")
def joint_parts_of(placement_id: int) -> Sequence[Part]:
    """The towns of the need that a placement is for; none where it is of one town."""
    session = current_session()
    need_id = session.get_one(Placement, placement_id).need_id
    return shares_of(session, [need_id]).get(need_id, ())
