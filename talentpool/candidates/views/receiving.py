"""Staff fill in the steps for somebody who came on paper or by telephone, and see where each field is from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...accounts.directory import name_accounts
from ...dates import local_date
from ...errors import Refused
from ...permissions import Action
from ...reference.entries import Vocabulary
from ...web import current_actor, current_catalogue, current_session, requires
from ...web.fields import CatalogueForm
from ...web.labels import label, term
from .. import consenting, drafting, reading_back, receiving, service, submitting, viewing
from ..forms import CallForm, OriginForm, SourceForm
from ..models import Candidate
from ..received import CONFIRMED_LABELS, MOST_TRIES, SOURCE_LABELS, FieldSource, Source
from ..steps import Step
from . import steps
from .blueprint import blueprint, log_names, standing_of
from .presenting import Presenter
from .step_pages import PAGES, Page


class Officer(steps.Filler):
    """An officer for somebody; without a number, for somebody who is not there yet."""

    def __init__(self, ident: int | None = None) -> None:
        self.ident = ident
        self._begun: Candidate | None = None

    @property
    def candidate(self) -> Candidate | None:
        if self.ident is None:
            is_there = self._begun is not None and self._begun in current_session()
            return self._begun if is_there else None
        return service.get_profile(current_session(), current_actor(), self.ident)

    @cached_property
    def source(self) -> SourceForm:
        if self.candidate is None:
            today = local_date(clock.now())
            return OriginForm(today=today, data={"source": Source.PAPER, "came_on": today})
        reception = receiving.get_reception(current_session(), self.candidate)
        return SourceForm(data={"source": reception.source})

    def begin(self, now: datetime) -> Candidate:
        session, actor, source = current_session(), current_actor(), self.source
        if self.candidate is not None:
            receiving.require_received(session, self.candidate, actor)
            return self.candidate
        assert isinstance(source, OriginForm)
        came_on: date = source.came_on.data
        origin = receiving.Origin(source.value, came_on)
        self._begun = receiving.start_reception(session, origin, actor=actor, now=now)
        return self._begun

    def save(self, page: Page, candidate: Candidate, value: Any, now: datetime) -> None:
        receiving.save_received(
            current_session(), candidate, page.step, page.save, value, self.source.value,
            actor=current_actor(), now=now, is_other=bool(self.source.is_other.data),
        )  # fmt: skip

    def address(self, step: Step, **query: Any) -> str:
        if self.candidate is None:
            return url_for(".begin_reception", **query) if step is Step.BASICS else ""
        return url_for(".show_received_step", ident=self.candidate.id, step=step, **query)

    @property
    def name(self) -> str:
        return str(_("代行登録"))

    def overview(self) -> str:
        if self.candidate is None:
            return url_for(".list_candidates")
        return url_for(".show_reception", ident=self.candidate.id)

    def done(self, page: Page) -> str:
        return self.overview()

    def leaves_by(self, candidate: Candidate, form: CatalogueForm) -> str:
        return ""

    def is_ready(self) -> bool:
        return bool(self.source.validate())

    def refuse(self, form: CatalogueForm, error: Refused) -> None:
        (self.source if error.fields.keys() & {"is_other", "came_on"} else form).refuse(error)

    def beside(self) -> Mapping[str, Any]:
        if self.candidate is not None:
            log_names([self.candidate.id], viewing.PROFILE)
        return {"source": self.source}


@blueprint.get("/reception/new")
@requires(Action.RECEIVE_PROFILE)
def begin_reception() -> ResponseReturnValue:
    return steps.show(Step.BASICS, Officer())


@blueprint.post("/reception/new")
@requires(Action.RECEIVE_PROFILE)
def save_new_person() -> ResponseReturnValue:
    return steps.save(PAGES[Step.BASICS], Officer())


@blueprint.get("/reception/<int:ident>/<step>")
@requires(Action.RECEIVE_PROFILE)
def show_received_step(ident: int, step: str) -> ResponseReturnValue:
    officer = _officer(ident)
    return steps.show(steps.step_called(step), officer)


@blueprint.post("/reception/<int:ident>/<step>")
@requires(Action.RECEIVE_PROFILE)
def save_received_step(ident: int, step: str) -> ResponseReturnValue:
    officer = _officer(ident)
    return steps.save(steps.page_of(steps.step_called(step), request.form), officer)


def _officer(ident: int) -> Officer:
    """For somebody whom staff registered and may go on to; NotFound for everybody else."""
    session, actor = current_session(), current_actor()
    candidate = service.get_profile(session, actor, ident)
    receiving.require_received(session, candidate, actor)
    return Officer(ident)


@blueprint.get("/reception/<int:ident>")
@requires(Action.RECEIVE_PROFILE)
def show_reception(ident: int) -> ResponseReturnValue:
    return show_reception_page(service.get_profile(current_session(), current_actor(), ident))


def show_reception_page(
    candidate: Candidate, call: CallForm | None = None, error: Refused | None = None
) -> str:
    """`error`: of the letter that could not be issued."""
    session, actor = current_session(), current_actor()
    letter = reading_back.find_letter(session, candidate)
    reception = receiving.get_reception(session, candidate)
    log_names([candidate.id], viewing.PROFILE)
    membership = service.find_membership(candidate, actor.prefecture_code)
    code = actor.prefecture_code or ""
    missing = submitting.list_missing(session, candidate, code, now=clock.now())
    lacking = {one.step for one in missing}
    officer = Officer(candidate.id)
    return render_template(
        "candidates/show_reception.html",
        candidate=candidate,
        reception=reception,
        membership=membership,
        standing=standing_of(membership),
        missing=missing,
        drafted=drafting.list_drafted(session, candidate),
        filler=officer,
        line=steps.line_of_steps(lacking, None, officer),
        sections=Presenter(candidate).whole(),
        consents=consenting.consents_in_force(candidate, code),
        sources=list(_sources(candidate)),
        source_labels=SOURCE_LABELS,
        confirmed_labels=CONFIRMED_LABELS,
        names=name_accounts(session, [reception.entered_by, reception.confirmed_by]),
        letter=letter,
        is_current=letter is not None and reading_back.is_current(session, candidate, letter),
        is_open=letter is not None and letter.expires_at > clock.now(),
        lasts=reading_back.LIFETIME.days,
        tries=MOST_TRIES,
        is_over=service.has_ended(candidate),
        call=call or _call_form(),
        error=error,
    )


def _call_form() -> CallForm:
    return CallForm(data={"called_on": local_date(clock.now())})


@dataclass(frozen=True, slots=True)
class Taken:
    """Fields of one step that came in the same way."""

    step: Step
    fields: Sequence[str]
    source: Source
    by: str
    at: datetime


def _sources(candidate: Candidate) -> Iterator[Taken]:
    session = current_session()
    found = receiving.list_sources(session, candidate)
    names = name_accounts(session, [row.by_id for rows in found.values() for row in rows])
    for step in Step:
        labels = _labels(step, candidate)
        groups: dict[tuple[Source, int | None, date], list[FieldSource]] = {}
        for row in found.get(step, ()):
            groups.setdefault((row.source, row.by_id, local_date(row.at)), []).append(row)
        for (source, by, _day), rows in groups.items():
            who = names.get(by) if by is not None else None
            fields = sorted({labels(row.field) for row in rows})
            yield Taken(step, fields, source, who.name if who else "", rows[0].at)


def _labels_of(form: CatalogueForm) -> dict[str, str]:
    return {name: str(field.label.text) for name, field in form._fields.items()}


def _labels(step: Step, candidate: Candidate) -> Any:
    """What the page of a step calls a field."""
    if step is Step.CONSENTS:
        return lambda name: term(name, Vocabulary.CONSENT_PURPOSE)
    skills = {one.code: label(one) for one in current_catalogue().terms(Vocabulary.SKILL)}
    form = steps.form_of(PAGES[step], candidate, None)
    known = _labels_of(form)
    if step in {Step.BASICS, Step.WISHES}:  # wishes that the kind decides are not asked for
        known = _labels_of(steps.form_of(PAGES[Step.WISHES], None, None)) | known
    others = {
        "home_code": known.get("home_name", ""), "windows": _("稼働できる期間"),
        "exams": _("試験・資格"),
    }  # fmt: skip
    words = {**(skills if step is Step.SKILLS else {}), **known, **others}
    return lambda name: words.get(name) or name
