"""What has to be there before the work starts: each side ticks its own items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...errors import Conflict, LostRace, Refused
from ...permissions import Action, can, require
from ...states import EngagementState
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.changed import Difference, differences
from ...web.versions import is_stale, mark_of
from .. import preparing
from ..forms import PreparationForm, form_of_items
from ..models import Engagement
from .blueprint import blueprint, get_engagement


@blueprint.route("/engagements/<int:engagement_id>/preparation", methods=["GET", "POST"])
@requires(Action.PREPARE_ENGAGEMENT)
def prepare(engagement_id: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    engagement = get_engagement(engagement_id, lock=request.method == "POST")
    require(session, actor, Action.PREPARE_ENGAGEMENT, engagement)
    if request.method == "GET":
        return _page(engagement, _stored(engagement, {}))
    form = _kind(engagement)()
    if is_stale(_mark(engagement)):
        return _page(engagement, form, differences(form, _stored(engagement, {"formdata": None})))
    if not form.validate():
        return _page(engagement, form)
    try:
        preparing.prepare_engagement(
            session, engagement, form.ticked(), form=form.form.data or None,
            catalogue=current_catalogue(), actor=actor, now=clock.now(),
        )  # fmt: skip
    except (Refused, Conflict) as error:
        form.refuse(error)
        session.rollback()
        return _page(get_engagement(engagement_id), form)
    flash(_("準備の確認を保存しました。"), "success")
    return redirect(url_for("engagements.show_engagement", engagement_id=engagement_id))


def _own(engagement: Engagement) -> Sequence[preparing.Item]:
    rows = preparing.list_items(current_session(), engagement, current_catalogue())
    return [row for row in rows if preparing.is_of(row, engagement, current_actor())]


def _kind(engagement: Engagement) -> type[PreparationForm]:
    forms: Sequence[str] = ()
    if _may_choose(engagement):
        forms = preparing.forms_of(engagement.need, engagement.candidate)
    return form_of_items(_own(engagement), forms)


def _may_choose(engagement: Engagement) -> bool:
    is_open = engagement.state is EngagementState.PREPARING and engagement.terms_id is None
    return is_open and can(current_session(), current_actor(), Action.CHOOSE_FORM, engagement)


def _stored(engagement: Engagement, options: Mapping[str, Any]) -> PreparationForm:
    """As it is stored; or as it was typed before a refusal, where `options` do not forbid it."""
    kind = _kind(engagement)
    return kind(data=kind.values(engagement.form), **options)


def _mark(engagement: Engagement) -> str:
    rows = preparing.list_items(current_session(), engagement, current_catalogue())
    ticked: list[Any] = [(row.code, row.check.expires_on) for row in rows if row.check is not None]
    return mark_of([engagement.form, ticked])


def _page(
    engagement: Engagement, form: PreparationForm, overtaken: Sequence[Difference] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "engagements/prepare.html", engagement=engagement, form=form, mark=_mark(engagement),
        may_choose=_may_choose(engagement), overtaken=overtaken,
    )  # fmt: skip
    return page, form.status if overtaken is None else LostRace.status
