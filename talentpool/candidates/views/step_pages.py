"""What each step of a profile asks: its form, what the form holds for a saved profile, and the service that saves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ... import clock
from ...dates import local_date, month_of
from ...db import Session
from ...ledger import service as ledger
from ...permissions import Actor, Role
from ...reference.catalogue import Catalogue
from ...web import current_session
from ...web.fields import CatalogueForm
from .. import availability, consenting, editing, forms
from ..models import Candidate
from ..steps import Step


@dataclass(frozen=True, slots=True)
class Page:
    """One step: its form for somebody, the form's contents for a saved profile, the service that saves it."""

    step: Step
    form: Callable[[Catalogue, Actor, Candidate | None], Callable[..., CatalogueForm]]
    contents: Callable[[Candidate, Catalogue, Actor], dict[str, Any]]
    save: Callable[..., Sequence[str]]
    template: str = ""  # where it is not called like the step
    back: str = ".show_profile"  # endpoint to which saving leads who is registered
    more: Callable[[Candidate | None], Mapping[str, Any]] = lambda _candidate: {}


def _save_consents(
    session: Session, candidate: Candidate, purposes: list[str], *, actor: Actor, now: datetime
) -> Sequence[str]:
    code = actor.prefecture_code or ""
    return consenting.save_consents(session, candidate, code, purposes, actor=actor, now=now)


def _basics_form(
    _catalogue: Catalogue, actor: Actor, candidate: Candidate | None
) -> Callable[..., CatalogueForm]:
    is_staff, kind = actor.role is not Role.CANDIDATE, candidate.kind if candidate else None

    def build(**options: Any) -> forms.BasicsForm:
        return forms.BasicsForm(is_staff=is_staff, kind=kind, **options)

    return build


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
            _basics_form,
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
