"""What waits to be posted to people without an account: the list, the letter to print, and that it went out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...accounts.postal import enclosed
from ...accounts.views.notices import read_text
from ...candidates.views.blueprint import log_names
from ...candidates.views.presenting import Presenter
from ...dates import local_date
from ...errors import Refused
from ...permissions import Action, can
from ...web import check_version, current_actor, current_catalogue, current_session, requires
from .. import letters, weighing
from ..forms import PostForm
from ..letters import Letter
from ..showing import Terms
from .blueprint import blueprint

TEXTS: Mapping[str, Any] = {  # where a mail speaks of pages, a letter has words of its own
    "membership.activate": lazy_gettext(
        "登録しました。市町の仕事をお願いしたいときは、手紙か電話でお知らせします。"
    ),
    "membership.return": lazy_gettext(
        "登録の内容について、確かめたいことがあります。理由を読んで、電話でお知らせください。"
    ),
    "membership.decline": lazy_gettext("今回は登録を見送りました。理由は次のとおりです。"),
    "placement.offer": lazy_gettext("次の仕事を引き受けるかどうか、期限までにお答えください。"),
    "placement.extend_offer": lazy_gettext(
        "次の仕事への回答期限が延びました。引き受けるかどうか、新しい期限までにお答えください。"
    ),
    "placement.revise": lazy_gettext(
        "お願いしている仕事の内容が、次のように変わりました。回答の期限は変わりません。"
    ),
    "placement.confirm": lazy_gettext("次の仕事が確定しました。"),
    "counter_proposal.ask_person": lazy_gettext(
        "市町から、次の条件にしたいという提案がありました。この条件でよいかを期限までにお答えください。"
    ),
    "counter_proposal.accept": lazy_gettext(
        "次の条件で合意しました。市町が、受け入れるかどうかをあらためて答えます。"
    ),
    "counter_proposal.decline": lazy_gettext("次の条件にはなりませんでした。元の条件のままです。"),
    "counter_proposal.lapse": lazy_gettext(
        "返事の期限が過ぎたため、次の条件にはなりませんでした。元の条件のままです。"
    ),
    "counter_proposal.withdraw": lazy_gettext(
        "次の条件の提案は取り下げられました。元の条件のままです。"
    ),
    "counter_proposal.refuse": lazy_gettext(
        "県が認めなかったため、次の条件にはなりませんでした。元の条件のままです。"
    ),
    "month_addition.ask_person": lazy_gettext(
        "市町から、次の月の半日コマを増やしたいという申出がありました。よいかどうかをお答えください。"
    ),
    "month_addition.agree": lazy_gettext("次の月の半日コマが増えました。"),
    "month_addition.decline": lazy_gettext("次の月の半日コマは増えません。"),
    "month_addition.refuse": lazy_gettext("県が認めなかったため、次の月の半日コマは増えません。"),
    "month_addition.turn_back": lazy_gettext(
        "県が認めなかったため、次の月の半日コマは増えません。"
    ),
    "month_addition.withdraw": lazy_gettext("次の月の半日コマを増やす申出は取り下げられました。"),
    "plan_change.decline": lazy_gettext(
        "活動の最後の日は変わりません。理由は電話でおたずねください。"
    ),
    "review.ask": lazy_gettext(
        "活動について、次の問いへの答えを、手紙か電話でお知らせください。5はとてもそう思う、1はそう思わないです。"
    ),
    "review.remind": lazy_gettext(
        "次の問いへのお答えを待っています。手紙か電話でお知らせください。5はとてもそう思う、1はそう思わないです。"
    ),
    "review.show": lazy_gettext("振り返りの回答を、双方が見られるようになりました。"),
    "engagement.ask_outlook": lazy_gettext(
        "次の活動の期間が終わりに近づいています。そのあとどうしたいかを、手紙か電話でお知らせください。"
    ),
    "complaint.answer": lazy_gettext("お申し出の苦情への、県の返事です。"),
    "review.keep": lazy_gettext(
        "振り返りへの異議は認められませんでした。理由は電話でおたずねください。"
    ),
    "review.void": lazy_gettext("振り返りへの異議が認められました。理由は電話でおたずねください。"),
    "credential.confirm": lazy_gettext(
        "お届けいただいた証明について、確かめる先から、そのとおりであるとの回答がありました。"
    ),
    "credential.dispute": lazy_gettext(
        "お届けいただいた証明について、確かめる先から、違うところがあるとの回答がありました。内容は電話でおたずねください。"
    ),
    "credential.lapse": lazy_gettext(
        "お届けいただいた証明の有効期限が過ぎたため、もう数えられません。新しいものがあれば、手紙か電話でお知らせください。"
    ),
    "credential.refuse": lazy_gettext(
        "お届けいただいた証明を認められませんでした。理由は電話でおたずねください。あらためて届けることもできます。"
    ),
    "question.answer": lazy_gettext("募集についての質問に、市町から次の回答がありました。"),
    "question.dismiss": lazy_gettext(
        "募集についての質問には、回答しないことになりました。理由は電話でおたずねください。"
    ),
    "engagement.start": lazy_gettext("活動が始まりました。"),
    "engagement.suspend": lazy_gettext("活動が休止になりました。理由は電話でおたずねください。"),
    "engagement.resume": lazy_gettext("活動が再開しました。"),
    "engagement.end": lazy_gettext(
        "活動の終わりが決まりました。最後の日と理由は電話でおたずねください。"
    ),
    "engagement.complete": lazy_gettext("活動の期間が終わりました。"),
    "work_log.sign": lazy_gettext("活動記録を市町が確認しました。"),
    "work_log.return": lazy_gettext("活動記録が差し戻されました。理由は電話でおたずねください。"),
    "work_log.reopen": lazy_gettext(
        "確認の済んだ活動記録が開き直されました。理由は電話でおたずねください。"
    ),
}


@blueprint.get("/letters")
@requires(Action.VIEW_MAIL)
def list_letters() -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    waiting, done = letters.list_letters(session, actor)
    log_names({letter.person.id for letter in (*waiting, *done)})
    return render_template(
        "placements/list_letters.html",
        waiting=[(letter, read_text(letter.task.template)[0]) for letter in waiting],
        done=[(letter, read_text(letter.task.template)[0]) for letter in done],
    )


@blueprint.get("/letters/<int:ident>")
@requires(Action.VIEW_MAIL)
def show_letter(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    return _page(letters.get_letter(session, actor, ident), _form())


def _form() -> PostForm:
    return PostForm(data={"day": local_date(clock.now())})


def _page(letter: Letter, form: PostForm) -> str:
    session, actor, now = current_session(), current_actor(), clock.now()
    log_names([letter.person.id])
    template = letter.task.template
    subject, text = read_text(template)
    placement = letter.counter.placement if letter.counter else letter.placement
    under = letter.counter.conditions if letter.counter else None
    return render_template(
        "placements/show_letter.html",
        letter=letter,
        task=letter.task,
        person=letter.person,
        enclosed=enclosed(session, letter.task),
        subject=subject,
        text=TEXTS.get(template, text),
        address=Presenter(letter.person).home(),
        terms=Terms.of(placement, under) if placement else None,
        weighed=weighing.weigh(session, placement, current_catalogue(), under)
        if placement
        else None,
        due=letters.due_if_posted(session, letter, local_date(now)),
        today=now,
        form=form,
        can_post=can(session, actor, Action.POST_LETTER, letter.task),
    )


@blueprint.post("/letters/<int:ident>/posted")
@requires(Action.POST_LETTER)
def note_posted(ident: int) -> ResponseReturnValue:
    return _handle(ident, letters.note_posted, _("投函したことを記録しました。"))


@blueprint.post("/letters/<int:ident>/told")
@requires(Action.POST_LETTER)
def note_told(ident: int) -> ResponseReturnValue:
    return _handle(ident, letters.note_told, _("電話で知らせたことを記録しました。"))


def _handle(ident: int, act: Callable[..., Any], done: str) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), PostForm()
    letter = letters.get_letter(session, actor, ident, lock=True)
    check_version(letter.task)
    if not form.validate():
        return _page(letter, form), 422
    try:
        act(session, letter.task, form.day.data, actor=actor, now=clock.now())
    except Refused as error:
        session.rollback()
        form.refuse(error)
        return _page(letters.get_letter(session, actor, ident), form), 422
    flash(done, "success")
    return redirect(url_for(".list_letters"))
