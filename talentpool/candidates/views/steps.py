"""The steps of the person's own profile: shown, kept as a draft, saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from ... import clock
from ...db import Session
from ...errors import NotFound, Refused
from ...permissions import Action, Actor, Role
from ...reference.catalogue import Catalogue
from ...web import current_actor, current_session, requires
from .. import availability, consenting, drafting, editing, forms, service, submitting
from ..models import Candidate
from ..steps import Step
from .blueprint import blueprint, catalogue_of, locale

PERSON = frozenset({Role.CANDIDATE})
BUTTONS = frozenset({"csrf_token", "draft", "discard", "add"})
Typed = MultiDict[str, str] | ImmutableMultiDict[str, str] | None


@dataclass(frozen=True, slots=True)
class Page:
    """One step: its form for somebody, the form's contents for a saved profile, the service that saves it."""

    form: Callable[[Catalogue, Actor], Callable[..., forms.ProfileForm]]
    contents: Callable[[Candidate, Catalogue, Actor], dict[str, Any]]
    save: Callable[..., None]


def _save_consents(
    session: Session, candidate: Candidate, purposes: list[str], *, actor: Actor, now: datetime
) -> None:
    code = actor.prefecture_code or ""
    consenting.save_consents(session, candidate, code, purposes, actor=actor, now=now)


def _wishes_form(_catalogue: Catalogue, actor: Actor) -> Callable[..., forms.ProfileForm]:
    def build(**options: Any) -> forms.WishesForm:
        return forms.WishesForm(prefecture_code=actor.prefecture_code or "", **options)

    return build


def _consented(candidate: Candidate, _catalogue: Catalogue, actor: Actor) -> dict[str, Any]:
    given = consenting.consents_in_force(candidate, actor.prefecture_code or "")
    return {f"consent_{purpose}": True for purpose in given}


PAGES: Mapping[Step, Page] = {
    Step.BASICS: Page(
        lambda _c, _a: forms.BasicsForm,
        lambda candidate, catalogue, _a: forms.BasicsForm.contents(candidate, catalogue),
        editing.save_basics,
    ),
    Step.CAREER: Page(
        lambda _c, _a: forms.CareerForm,
        lambda candidate, _c, _a: forms.CareerForm.contents(candidate),
        editing.save_career,
    ),
    Step.SKILLS: Page(
        lambda catalogue, _a: forms.skills_form(catalogue),
        lambda candidate, _c, _a: forms.SkillsForm.contents(candidate),
        editing.save_skills,
    ),
    Step.AVAILABILITY: Page(
        lambda _c, _a: forms.AvailabilityForm,
        lambda candidate, _c, _a: forms.AvailabilityForm.contents(candidate),
        availability.save_availability,
    ),
    Step.WISHES: Page(
        _wishes_form,
        lambda candidate, _c, _a: forms.WishesForm.contents(candidate),
        editing.save_wishes,
    ),
    Step.CONSENTS: Page(
        lambda catalogue, _a: forms.consents_form(catalogue), _consented, _save_consents
    ),
}


@blueprint.get("/profile/<step>")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def show_step(step: str) -> ResponseReturnValue:
    session, actor, place = current_session(), current_actor(), _step(step)
    candidate = service.find_own(session, actor)
    draft = drafting.get_draft(session, candidate, place) if candidate else None
    if draft is not None:
        typed = MultiDict((name, value) for name, values in draft.typed.items() for value in values)
        return _render(place, _form(place, candidate, typed), drafted_at=draft.saved_at)
    return _render(place, _form(place, candidate, None))


@blueprint.post("/profile/<step>")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def save_step(step: str) -> ResponseReturnValue:
    session, actor, now, place = current_session(), current_actor(), clock.now(), _step(step)
    candidate = service.ensure_own(session, actor, now=now)
    form = _form(place, candidate, request.form)
    if "add" in request.form:
        form.add_row(request.form["add"])
        return _render(place, form)
    if "discard" in request.form:
        drafting.drop_draft(session, candidate, place)
        return redirect(url_for(".show_step", step=place))
    try:
        return _keep(place, candidate, form, actor, now)
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return _render(place, form), 422


def _keep(
    place: Step, candidate: Candidate, form: forms.ProfileForm, actor: Actor, now: datetime
) -> ResponseReturnValue:
    """As a draft, whatever it is; else as the profile, when it is right."""
    session = current_session()
    if "draft" in request.form:
        typed = {name: values for name, values in request.form.lists() if name not in BUTTONS}
        drafting.save_draft(session, candidate, place, typed, actor=actor, now=now)
        flash(_("下書きを保存しました。"), "success")
        return redirect(url_for(".show_step", step=place))
    if not form.validate():
        return _render(place, form), 422
    PAGES[place].save(session, candidate, form.value(), actor=actor, now=now)
    flash(_("保存しました。"), "success")
    if place.following is None:
        return redirect(url_for(".show_profile"))
    return redirect(url_for(".show_step", step=place.following))


def _step(name: str) -> Step:
    if name not in set(Step):
        raise NotFound
    return Step(name)


def _form(place: Step, candidate: Candidate | None, typed: Typed) -> forms.ProfileForm:
    catalogue, actor = catalogue_of(current_session()), current_actor()
    contents = (
        PAGES[place].contents(candidate, catalogue, actor) if candidate and typed is None else None
    )
    build = PAGES[place].form(catalogue, actor)
    return build(formdata=typed, data=contents, catalogue=catalogue, locale=locale())


def _render(place: Step, form: forms.ProfileForm, *, drafted_at: datetime | None = None) -> str:
    lacking = _lacking()
    line = [
        (step.label, url_for(".show_step", step=step), _mark(step, place, lacking)) for step in Step
    ]
    return render_template(
        f"candidates/{place}.html", form=form, step=place, line=line, drafted_at=drafted_at
    )


def _lacking() -> set[Step]:
    """The steps that still miss something before the person can apply."""
    session, actor = current_session(), current_actor()
    candidate = service.find_own(session, actor)
    if candidate is None:
        return set(Step)
    prefecture = actor.prefecture_code or ""
    missing = submitting.list_missing(session, candidate, prefecture, now=clock.now())
    return {one.step for one in missing}


def _mark(step: Step, place: Step, lacking: set[Step]) -> str:
    if step is place:
        return "current"
    return "" if step in lacking else "done"
