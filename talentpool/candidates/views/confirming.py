"""How somebody whom staff registered confirms it: the letter, the page for its code, the call of an officer."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ... import clock
from ...accounts import throttling
from ...accounts.views.counting import count_code, database
from ...errors import NotFound, Problem, Refused, TooMany
from ...permissions import Action
from ...searching import number_in
from ...text import search_key
from ...web import check_version, current_actor, current_session, public, requires
from ...web.failures import wait_of
from .. import consenting, reading_back, receiving, service, viewing
from ..forms import CallForm, CodeForm
from ..reading_back import Outcome
from .blueprint import blueprint, log_names
from .presenting import Presenter
from .receiving import show_reception_page


@blueprint.post("/reception/<int:ident>/letter")
@requires(Action.RECEIVE_PROFILE)
def issue_letter(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    candidate = service.get_profile(session, actor, ident)
    check_version(receiving.get_reception(session, candidate))
    try:
        reading_back.issue_letter(session, candidate, actor=actor, now=clock.now())
    except Refused as error:
        session.rollback()
        return show_reception_page(service.get_profile(session, actor, ident), error=error), 422
    return redirect(url_for(".show_read_back", ident=ident))


@blueprint.get("/reception/<int:ident>/letter")
@requires(Action.RECEIVE_PROFILE)
def show_read_back(ident: int) -> ResponseReturnValue:
    """The letter, as long as its code confirms what is registered now."""
    session, actor = current_session(), current_actor()
    candidate = service.get_profile(session, actor, ident)
    receiving.require_received(session, candidate, actor)
    letter = reading_back.find_letter(session, candidate)
    if letter is None or letter.expires_at <= clock.now():
        raise NotFound
    if not reading_back.is_current(session, candidate, letter):
        return redirect(url_for(".show_reception", ident=ident))
    log_names([candidate.id], viewing.PROFILE)
    return render_template(
        "candidates/read_back.html",
        candidate=candidate,
        letter=letter,
        code=reading_back.code_of(session, letter),
        address=Presenter(candidate).home(),
        where=url_for(".confirm_reception", _external=True),
        sections=Presenter(candidate).whole(),
        consents=consenting.consents_in_force(candidate, actor.prefecture_code or ""),
    )


@blueprint.post("/reception/<int:ident>/confirmed")
@requires(Action.RECEIVE_PROFILE)
def confirm_by_telephone(ident: int) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), CallForm()
    candidate = service.get_profile(session, actor, ident)
    check_version(receiving.get_reception(session, candidate))
    if not form.validate():
        return show_reception_page(candidate, form), 422
    try:
        reading_back.confirm_by_telephone(
            session, candidate, form.value(), actor=actor, now=clock.now()
        )
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return show_reception_page(service.get_profile(session, actor, ident), form), 422
    flash(_("本人の確認を記録しました。"), "success")
    return redirect(url_for(".show_reception", ident=ident))


@blueprint.route("/confirm", methods=["GET", "POST"])
@public
def confirm_reception() -> ResponseReturnValue:
    """For the person, who has the letter and no account. Opening the page changes nothing."""
    form = CodeForm()
    if request.method == "POST" and form.validate():
        problem = _take(form)
        if problem is None:
            flash(_("確認を受け付けました。ありがとうございました。"), "success")
            return redirect(url_for(".confirm_reception"))
        form.refuse(problem)
    page = render_template("candidates/confirm_reception.html", form=form)
    return page, form.status, wait_of(form.refused)


def _take(form: CodeForm) -> Problem | None:
    """Why the code confirms nothing; a wrong one is counted in a unit of its own."""
    number, code, now = form.number.data, form.code.data, clock.now()
    try:
        tries = count_code(str(number_in(search_key(number), "c")))
    except TooMany as error:
        return error
    try:
        outcome = database().repeat(
            lambda unit: reading_back.confirm_by_code(unit, number, code, now=now)
        )
    except Refused as error:
        return Refused.at("code", error.message)
    if outcome is Outcome.CONFIRMED:
        throttling.give_back(current_session(), tries)
        return None
    if outcome is Outcome.CHANGED:
        return Refused.at(
            "code", _("この確認書のあとで、登録内容が直されました。新しい確認書をお待ちください。")
        )
    return Refused.at(
        "code",
        _(
            "登録番号か確認番号が違うか、この確認書の番号はもう使えません。いちばん新しい確認書を確かめるか、県の担当者に電話してください。"
        ),
    )
