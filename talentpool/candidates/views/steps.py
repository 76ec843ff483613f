"""The steps of the person's own profile: shown, kept as a draft, saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from ... import clock
from ...dates import local_date, month_of
from ...db import Session
from ...errors import LostRace, NotFound, Refused
from ...ledger import service as ledger
from ...permissions import Action, Actor, Role
from ...reference.catalogue import Catalogue
from ...states import MembershipState
from ...web import again, current_actor, current_catalogue, current_session, kept, requires
from ...web.changed import Difference, differences
from ...web.fields import CatalogueForm
from ...web.labels import label
from ...web.versions import is_stale, mark_of
from .. import availability, consenting, drafting, editing, forms, service, submitting
from ..models import Candidate, Membership
from ..steps import Step
from .blueprint import blueprint

PERSON = frozenset({Role.CANDIDATE})
BUTTONS = kept.UNKEPT
Typed = MultiDict[str, str] | ImmutableMultiDict[str, str] | None


@dataclass(frozen=True, slots=True)
class Page:
    """One step: its form for somebody, the form's contents for a saved profile, the service that saves it."""

    step: Step
    form: Callable[[Catalogue, Actor, Candidate | None], Callable[..., CatalogueForm]]
    contents: Callable[[Candidate, Catalogue, Actor], dict[str, Any]]
    save: Callable[..., None]
    template: str = ""  # where it is not called like the step
    back: str = ".show_profile"  # endpoint to which saving leads who is registered
    more: Callable[[Candidate | None], Mapping[str, Any]] = lambda _candidate: {}


def _save_consents(
    session: Session, candidate: Candidate, purposes: list[str], *, actor: Actor, now: datetime
) -> None:
    code = actor.prefecture_code or ""
    consenting.save_consents(session, candidate, code, purposes, actor=actor, now=now)


def _wishes_form(
    _catalogue: Catalogue, actor: Actor, candidate: Candidate | None
) -> Callable[..., CatalogueForm]:
    kind = candidate.kind if candidate else None

    def build(**options: Any) -> forms.WishesForm:
        return forms.WishesForm(prefecture_code=actor.prefecture_code or "", kind=kind, **options)

    return build


def _months_form(
    _catalogue: Catalogue, _actor: Actor, candidate: Candidate | None
) -> Callable[..., CatalogueForm]:
    return forms.months_form(
        availability.availability_of(candidate).windows if candidate else (),
        ledger.list_months(current_session(), candidate.id) if candidate else (),
        _this_month(),
    )


def _this_month() -> int:
    return month_of(local_date(clock.now()))


def _consented(candidate: Candidate, _catalogue: Catalogue, actor: Actor) -> dict[str, Any]:
    given = consenting.consents_in_force(candidate, actor.prefecture_code or "")
    return {f"consent_{purpose}": True for purpose in given}


PAGES: Mapping[Step, Page] = {
    page.step: page
    for page in (
        Page(
            Step.BASICS,
            lambda *_: forms.BasicsForm,
            lambda candidate, catalogue, _a: forms.BasicsForm.contents(candidate, catalogue),
            editing.save_basics,
        ),
        Page(
            Step.CAREER,
            lambda *_: forms.CareerForm,
            lambda candidate, *_: forms.CareerForm.contents(candidate),
            editing.save_career,
        ),
        Page(
            Step.SKILLS,
            lambda catalogue, *_: forms.skills_form(catalogue),
            lambda candidate, *_: forms.SkillsForm.contents(candidate),
            editing.save_skills,
        ),
        Page(
            Step.AVAILABILITY,
            _months_form,
            lambda candidate, *_: forms.MonthsForm.contents(candidate, _this_month()),
            availability.save_availability,
            back=".show_availability",
        ),
        Page(
            Step.WISHES,
            _wishes_form,
            lambda candidate, *_: forms.WishesForm.contents(candidate),
            editing.save_wishes,
        ),
        Page(
            Step.CONSENTS,
            lambda catalogue, *_: forms.consents_form(catalogue),
            _consented,
            _save_consents,
        ),
    )
}
WINDOWS = replace(  # every window by itself, with its weekdays and mode
    PAGES[Step.AVAILABILITY],
    form=lambda *_: forms.AvailabilityForm,
    contents=lambda candidate, *_: forms.AvailabilityForm.contents(candidate),
    template="windows",
)


@blueprint.get("/profile/<step>")
@requires(Action.EDIT_PROFILE, roles=PERSON)
def show_step(step: str) -> ResponseReturnValue:
    session, actor, place = current_session(), current_actor(), _step(step)
    candidate = service.find_own(session, actor)
    if candidate is not None and service.has_ended(candidate):
        return redirect(url_for(".show_profile"))
    typed, drafted_at = typed_in(place, candidate)
    page = _page(place, typed)
    return render(page, form_of(page, candidate, typed), drafted_at=drafted_at)


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
    return save(_page(_step(step), request.form))


def save(page: Page) -> ResponseReturnValue:
    """What any button of the page sends."""
    session, actor, now = current_session(), current_actor(), clock.now()
    candidate = service.ensure_own(session, actor, now=now)
    form = form_of(page, candidate, request.form)
    if "add" in request.form or "drop" in request.form:
        return again.change_rows(form)
    if isinstance(form, forms.MonthsForm) and form.turned:
        return again.change_fields(form.turned)
    if "discard" in request.form:
        drafting.drop_draft(session, candidate, page.step)
        return redirect(url_for(".show_step", step=page.step))
    try:
        return _keep(page, candidate, form, actor, now)
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return render(page, form), 422


def _keep(
    page: Page, candidate: Candidate, form: CatalogueForm, actor: Actor, now: datetime
) -> ResponseReturnValue:
    """As a draft, whatever it is; else as the profile, when it is right."""
    session = current_session()
    if "draft" in request.form:
        typed = {name: values for name, values in request.form.lists() if name not in BUTTONS}
        drafting.save_draft(session, candidate, page.step, typed, actor=actor, now=now)
        flash(_("下書きを保存しました。"), "success")
        return redirect(url_for(".show_step", step=page.step))
    if is_stale(_version(page, candidate)) and "version" in request.form:
        overtaken = differences(form, form_of(page, candidate, None))
        return render(page, form, overtaken=overtaken), LostRace.status
    if not form.validate():
        return render(page, form), 422
    if page.step is Step.CONSENTS and _would_end(candidate, form.value()):
        return redirect(url_for("placements.confirm_leaving", consent=1))
    page.save(session, candidate, form.value(), actor=actor, now=now)
    flash(_("保存しました。"), "success")
    following = _following(page.step, candidate)
    if following is None:
        return redirect(url_for(".show_profile" if "only" in request.args else page.back))
    return redirect(url_for(".show_step", step=following))


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


def _would_end(candidate: Candidate, purposes: list[str]) -> bool:
    code = current_actor().prefecture_code or ""
    return consenting.would_end(current_session(), candidate, code, purposes)


def _step(name: str) -> Step:
    if name not in set(Step):
        raise NotFound
    return Step(name)


def _page(place: Step, typed: Typed) -> Page:
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
    *,
    drafted_at: datetime | None = None,
    overtaken: Sequence[Difference] | None = None,
    **more: Any,
) -> str:
    """`overtaken`: what somebody else saved meanwhile; the form now knows of it."""
    own = service.find_own(current_session(), current_actor())
    return render_template(
        f"candidates/{page.template or page.step}.html",
        form=form,
        step=page.step,
        line=line_of_steps(_lacking(), page.step),
        drafted_at=drafted_at,
        overtaken=overtaken,
        version=_version(page, own),
        sent_back=_sent_back(own),
        following=_following(page.step, own),
        place=_place(page.step, own),
        **{**page.more(own), **more},
    )


def _sent_back(candidate: Candidate | None) -> Membership | None:
    """The registration, if the prefecture has returned it: its reason stays until it is handed in again."""
    code = current_actor().prefecture_code
    membership = service.find_membership(candidate, code) if candidate else None
    is_returned = membership is not None and membership.state is MembershipState.RETURNED
    return membership if is_returned else None


def line_of_steps(lacking: set[Step], place: Step | None = None) -> list[tuple[str, str, str]]:
    """(label, address, mark) of every step, for a page that may itself be the step `place`."""
    return [
        (label(step), url_for(".show_step", step=step), _mark(step, place, lacking))
        for step in Step
    ]


def _lacking() -> set[Step]:
    """The steps that still miss something before the person can apply."""
    session, actor = current_session(), current_actor()
    candidate = service.find_own(session, actor)
    if candidate is None:
        return set(Step)
    prefecture = actor.prefecture_code or ""
    missing = submitting.list_missing(session, candidate, prefecture, now=clock.now())
    return {one.step for one in missing}


def _mark(step: Step, place: Step | None, lacking: set[Step]) -> str:
    if step is place:
        return "current"
    return "" if step in lacking else "done"
