"""The steps of a profile: shown, kept as a draft, saved; here by the person, in `receiving.py` by staff for the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from ... import clock
from ...errors import LostRace, NotFound, Refused
from ...permissions import Action, Role
from ...states import MembershipState
from ...web import again, current_actor, current_catalogue, current_session, kept, requires
from ...web.changed import Difference, differences
from ...web.fields import CatalogueForm
from ...web.labels import label
from ...web.versions import is_stale, mark_of
from .. import consenting, drafting, forms, service, submitting
from ..models import Candidate, Membership
from ..steps import Step
from .blueprint import blueprint
from .step_pages import PAGES, WINDOWS, Page

PERSON = frozenset({Role.CANDIDATE})
BUTTONS = kept.UNKEPT
Typed = MultiDict[str, str] | ImmutableMultiDict[str, str] | None


class Filler:
    """Who fills in whose profile: here the person, by themselves."""

    @property
    def candidate(self) -> Candidate | None:
        """None before the profile is begun."""
        return service.find_own(current_session(), current_actor())

    def begin(self, now: datetime) -> Candidate:
        """The profile, begun now if there is none."""
        return service.ensure_own(current_session(), current_actor(), now=now)

    def save(self, page: Page, candidate: Candidate, value: Any, now: datetime) -> None:
        page.save(current_session(), candidate, value, actor=current_actor(), now=now)

    def address(self, step: Step, **query: Any) -> str:
        """Of the page of a step."""
        return url_for(".show_step", step=step, **query)

    @property
    def name(self) -> str:
        """Of the page from which the steps are reached."""
        return str(_("登録情報"))

    def overview(self) -> str:
        """Its address."""
        return url_for(".show_profile")

    def done(self, page: Page) -> str:
        """Where saving leads once no step follows."""
        return self.overview() if "only" in request.args else url_for(page.back)

    def leaves_by(self, candidate: Candidate, form: CatalogueForm) -> str:
        """The page that asks before what the form says would end the registration."""
        code = current_actor().prefecture_code or ""
        is_end = consenting.would_end(current_session(), candidate, code, form.value())
        return url_for("placements.confirm_leaving", consent=1) if is_end else ""

    def is_ready(self) -> bool:
        """Whether what the page asks besides the step is right."""
        return True

    def refuse(self, form: CatalogueForm, error: Refused) -> None:
        form.refuse(error)

    def beside(self) -> Mapping[str, Any]:
        """What else the page of a step shows."""
        return {}


OWN = Filler()


@blueprint.get("/profile/<step>")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def show_step(step: str) -> ResponseReturnValue:
    place = step_called(step)
    candidate = OWN.candidate
    if candidate is not None and service.has_ended(candidate):
        return redirect(url_for(".show_profile"))
    return show(place, OWN)


def show(place: Step, filler: Filler) -> str:
    candidate = filler.candidate
    typed, drafted_at = typed_in(place, candidate)
    page = page_of(place, typed)
    return render(page, form_of(page, candidate, typed), filler, drafted_at=drafted_at)


def typed_in(place: Step, candidate: Candidate | None) -> tuple[Typed, datetime | None]:
    """What was typed into the step and is not saved, and when it was kept as a draft."""
    typed = kept.typed_before()
    draft = drafting.get_draft(current_session(), candidate, place) if candidate else None
    if typed is not None or draft is None:
        return typed, None
    pairs = ((name, value) for name, values in draft.typed.items() for value in values)
    return MultiDict(pairs), draft.saved_at


@blueprint.post("/profile/<step>")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def save_step(step: str) -> ResponseReturnValue:
    return save(page_of(step_called(step), request.form))


def save(page: Page, filler: Filler = OWN) -> ResponseReturnValue:
    """What any button of the page sends."""
    form = form_of(page, filler.candidate, request.form)
    if not filler.is_ready():
        form.validate()
        return render(page, form, filler), 422
    try:
        return _act(page, filler, form, clock.now())
    except Refused as error:
        current_session().rollback()
        filler.refuse(form, error)
        return render(page, form, filler), 422


def _act(page: Page, filler: Filler, form: CatalogueForm, now: datetime) -> ResponseReturnValue:
    candidate = filler.begin(now)
    if "add" in request.form or "drop" in request.form:
        return again.change_rows(form)
    if isinstance(form, forms.MonthsForm) and form.turned:
        return again.change_fields(form.turned)
    if "discard" in request.form:
        drafting.drop_draft(current_session(), candidate, page.step)
        return redirect(filler.address(page.step))
    return _keep(page, filler, candidate, form, now)


def _keep(
    page: Page, filler: Filler, candidate: Candidate, form: CatalogueForm, now: datetime
) -> ResponseReturnValue:
    """As a draft, whatever it is; else as the profile, when it is right."""
    session, actor = current_session(), current_actor()
    if "draft" in request.form:
        typed = {name: values for name, values in request.form.lists() if name not in BUTTONS}
        drafting.save_draft(session, candidate, page.step, typed, actor=actor, now=now)
        flash(_("下書きを保存しました。"), "success")
        return redirect(filler.address(page.step))
    if is_stale(_version(page, candidate)) and "version" in request.form:
        overtaken = differences(form, form_of(page, candidate, None))
        session.rollback()
        return render(page, form, filler, overtaken=overtaken), LostRace.status
    if not form.validate():
        session.rollback()  # a profile that was only just begun is not there yet
        return render(page, form, filler), 422
    leaving = filler.leaves_by(candidate, form) if page.step is Step.CONSENTS else ""
    if leaving:
        return redirect(leaving)
    filler.save(page, candidate, form.value(), now)
    flash(_("保存しました。"), "success")
    following = _following(page.step, candidate)
    return redirect(filler.done(page) if following is None else filler.address(following))


def _following(place: Step, candidate: Candidate | None) -> Step | None:
    """The next step of who still fills the profile in; who is registered, or says `only`, came for this one."""
    rows = candidate.memberships if candidate else []
    is_registered = any(row.state in consenting.REGISTERED for row in rows)
    return None if is_registered or "only" in request.args else place.following


def _place(place: Step, candidate: Candidate | None) -> tuple[int, int] | tuple[()]:
    """(number, of how many) while one step leads to the next."""
    order = list(Step)
    is_led = place is order[-1] or _following(place, candidate) is not None
    return (order.index(place) + 1, len(order)) if is_led else ()


def step_called(name: str) -> Step:
    if name not in set(Step):
        raise NotFound
    return Step(name)


def page_of(place: Step, typed: Typed) -> Page:
    """The page that asks what was typed, or what the address asks for."""
    if place is Step.AVAILABILITY and any(name.startswith("windows-") for name in typed or ()):
        return WINDOWS
    is_detailed = typed is None and "detail" in request.args
    return WINDOWS if place is Step.AVAILABILITY and is_detailed else PAGES[place]


def form_of(page: Page, candidate: Candidate | None, typed: Typed) -> CatalogueForm:
    contents = _contents(page, candidate) if typed is None else None
    build = page.form(current_catalogue(), current_actor(), candidate)
    return build(formdata=typed, data=contents)


def _contents(page: Page, candidate: Candidate | None) -> dict[str, Any] | None:
    """What the boxes of this page hold for what is stored."""
    if candidate is None:
        return None
    return page.contents(candidate, current_catalogue(), current_actor())


def _version(page: Page, candidate: Candidate | None) -> str:
    """Of what the page says; before anything is saved it is the same with and without a profile."""
    contents, blank = _contents(page, candidate) or {}, form_of(page, None, None).data
    said = {name: value for name, value in contents.items() if value and value != blank.get(name)}
    return mark_of(said)


def render(
    page: Page,
    form: CatalogueForm,
    filler: Filler = OWN,
    *,
    drafted_at: datetime | None = None,
    overtaken: Sequence[Difference] | None = None,
    **more: Any,
) -> str:
    """`overtaken`: what somebody else saved meanwhile; the form now knows of it."""
    candidate = filler.candidate
    return render_template(
        f"candidates/{page.template or page.step}.html",
        form=form,
        step=page.step,
        filler=filler,
        line=line_of_steps(lacking_of(candidate), page.step, filler),
        drafted_at=drafted_at,
        overtaken=overtaken,
        version=_version(page, candidate),
        sent_back=_sent_back(candidate),
        following=_following(page.step, candidate),
        place=_place(page.step, candidate),
        **{**page.more(candidate), **filler.beside(), **more},
    )


def _sent_back(candidate: Candidate | None) -> Membership | None:
    """The registration, if the prefecture has returned it: its reason stays until it is handed in again."""
    code = current_actor().prefecture_code
    membership = service.find_membership(candidate, code) if candidate else None
    is_returned = membership is not None and membership.state is MembershipState.RETURNED
    return membership if is_returned else None


def line_of_steps(
    lacking: set[Step], place: Step | None = None, filler: Filler = OWN
) -> list[tuple[str, str, str]]:
    """(label, address, mark) of every step, for a page that may itself be the step `place`."""
    return [(label(step), filler.address(step), _mark(step, place, lacking)) for step in Step]


def lacking_of(candidate: Candidate | None) -> set[Step]:
    """The steps that still miss something before the profile can be handed in."""
    if candidate is None:
        return set(Step)
    prefecture = current_actor().prefecture_code or ""
    missing = submitting.list_missing(current_session(), candidate, prefecture, now=clock.now())
    return {one.step for one in missing}


def _mark(step: Step, place: Step | None, lacking: set[Step]) -> str:
    if step is place:
        return "current"
    return "" if step in lacking else "done"
