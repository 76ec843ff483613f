"""Staff set people beside each other, and the frozen profile beside today's: differences only, to be printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext

from ... import clock
from ...dates import local_date, month_of
from ...errors import NotFound, Refused
from ...ledger import service as ledger
from ...permissions import Action, Role
from ...reference.entries import Vocabulary
from ...web import current_actor, current_session, requires
from ...web.filters import show_day
from ...web.forms import FilterForm, text_field
from ...web.labels import region, term, town
from .. import frozen, service, viewing
from ..models import Candidate
from .blueprint import blueprint, log_names
from .presenting import Presenter

STAFF = frozenset({Role.COORDINATOR, Role.APPROVER, Role.AUDITOR})
MOST = 5  # people beside each other
_SEPARATORS = re.compile(r"[\s,、，・]+")


class CompareForm(FilterForm):
    codes = text_field(
        lazy_gettext("登録者の番号"),
        description=lazy_gettext("2人から5人まで、空白で区切ります。例：C-000012 C-000034"),
    )


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    cells: Sequence[str]

    @property
    def is_same(self) -> bool:
        return len(set(self.cells)) == 1


@blueprint.get("/candidates/compare")
@requires(Action.VIEW_CANDIDATE, roles=STAFF)
def compare_people() -> ResponseReturnValue:
    form = CompareForm(formdata=request.args)
    people: Sequence[Candidate] = []
    status = 200
    typed = [code for code in _SEPARATORS.split(form.codes.data or "") if code]
    if len(typed) > 1 and form.validate():  # one came with the link: the page asks for the others
        try:
            people = service.list_by_codes(current_session(), current_actor(), typed, most=MOST)
        except Refused as error:
            form.refuse(error)
            status = error.status
    log_names([person.id for person in people], viewing.PROFILE)
    lines = [line for line in _lines(people) if not line.is_same] if people else []
    page = render_template(
        "candidates/compare_people.html", form=form, people=people, lines=lines, most=MOST
    )
    return page, status


def _lines(people: Sequence[Candidate]) -> list[Line]:
    told = [_told(person) for person in people]
    names = dict.fromkeys(name for one in told for name in one)
    return [Line(name, [one.get(name, "") for one in told]) for name in names]


def _told(person: Candidate) -> Mapping[str, str]:
    """Everything that staff weigh, by what it is called; no contact and no birth date."""
    presenter = Presenter(person)
    found: dict[str, str] = {str(_("空き（今月から12か月の合計）")): _free(person)}
    sections = [presenter.posts(), presenter.skills(), presenter.availability(), presenter.wishes()]
    found |= {str(_("区分")): term(person.kind, "candidate_kind") if person.kind else ""}
    found |= {str(_("住まい")): town(person.home_code) if person.home_code else ""}
    found |= {str(_("必須研修の期限")): show_day(person.training_until)}
    for section in sections:
        found |= {str(name): str(value or "") for name, value in section.definitions}
        for table in section.tables:
            rows = [" ".join(str(cell) for cell in row if cell) for row in table.rows]
            found[str(table.caption)] = "\n".join(rows)
    return found


def _free(person: Candidate) -> str:
    first = month_of(local_date(clock.now()))
    rows = ledger.list_months(current_session(), person.id, from_month=first)
    months = [row for row in rows if row.month < first + 12]
    return str(_("%(n)sコマ", n=sum(row.capacity - row.held - row.booked for row in months)))


OCCASIONS = {
    "activation": lazy_gettext("登録を認めたとき"),
    "approval": lazy_gettext("推薦を決裁したとき"),
}


@blueprint.get("/candidates/<int:ident>/snapshots")
@requires(Action.VIEW_CANDIDATE, roles=STAFF)
def show_snapshots(ident: int) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    candidate = service.get_profile(session, actor, ident)
    rows = frozen.list_snapshots(session, candidate, actor=actor)
    log_names([candidate.id], viewing.PROFILE)
    asked = request.args.get("of", "")
    chosen = (
        frozen.pick(rows, int(asked) if asked.isascii() and asked.isdigit() else None)
        if rows
        else None
    )
    if asked and chosen is None:
        raise NotFound
    found = frozen.list_differences(chosen, candidate) if chosen else []
    return render_template(
        "candidates/show_snapshots.html", candidate=candidate, snapshots=rows, chosen=chosen,
        occasions=OCCASIONS,
        lines=[(_name(row.name), _cell(row.name, row.before), _cell(row.name, row.after)) for row in found],
    )  # fmt: skip


def _name(field: str) -> str:
    return str(NAMES.get(field, field))


def _cell(field: str, values: Sequence[Any]) -> str:
    show = SHOWN.get(field, str)
    return "\n".join(
        text for value in values if value not in (None, "") and (text := str(show(value)))
    )


def _row(*names: str, **vocabularies: str) -> Callable[[Mapping[str, Any]], str]:
    """Some fields of a row in a line."""

    def show(row: Mapping[str, Any]) -> str:
        parts = [
            term(str(row[name]), vocabularies[name]) if name in vocabularies else str(row[name])
            for name in names
            if row.get(name) not in (None, "", False)
        ]
        return " ".join(parts)

    return show


def _coded(vocabulary: Vocabulary) -> Callable[[Any], str]:
    return lambda code: term(code, vocabulary)


NAMES: Mapping[str, Any] = {
    "kind": lazy_gettext("区分"), "family_name": lazy_gettext("氏"), "given_name": lazy_gettext("名"),
    "family_kana": lazy_gettext("氏のフリガナ"), "given_kana": lazy_gettext("名のフリガナ"),
    "birth_date": lazy_gettext("生年月日"), "phone": lazy_gettext("電話番号"),
    "contact_email": lazy_gettext("連絡用メールアドレス"), "postal_code": lazy_gettext("郵便番号"),
    "address": lazy_gettext("住所"), "home_code": lazy_gettext("住まい"),
    "travel_limit": lazy_gettext("移動時間の上限（片道）"), "overnight": lazy_gettext("泊まりがけ"),
    "most_at_once": lazy_gettext("同時に受けられる活動の数"),
    "pay_minimum": lazy_gettext("報酬の最低額（半日コマあたり）"),
    "pay_wish": lazy_gettext("報酬の希望額（半日コマあたり）"),
    "themes": lazy_gettext("取り組みたいテーマ"), "regions": lazy_gettext("活動したい地域"),
    "motives": lazy_gettext("登録の動機"), "motive": lazy_gettext("動機（自由記述）"),
    "heard_from": lazy_gettext("この制度を知ったきっかけ"),
    "operations": lazy_gettext("担当した標準化対象業務"), "growth": lazy_gettext("これから伸ばしたい技能"),
    "side_job": lazy_gettext("いまの勤め先の兼業の許可"), "income_ceiling": lazy_gettext("年度の収入の上限"),
    "onsite_days": lazy_gettext("現地に行ける日数（月）"), "onsite_weekdays": lazy_gettext("現地の希望曜日"),
    "forms": lazy_gettext("受けられる任用形態"), "roles": lazy_gettext("務めたい役割"),
    "posts": lazy_gettext("職歴"), "companies": lazy_gettext("関係する会社"),
    "matters": lazy_gettext("自分が決定した契約・処分"), "skills": lazy_gettext("技能"),
    "exams": lazy_gettext("試験・資格"), "windows": lazy_gettext("稼働できる期間"),
    "consents": lazy_gettext("同意"),
}  # fmt: skip
SHOWN: Mapping[str, Callable[[Any], str]] = {
    "kind": _coded(Vocabulary.CANDIDATE_KIND),
    "birth_date": lambda iso: show_day(date.fromisoformat(iso)),
    "home_code": town,
    "overnight": lambda value: str(_("はい") if value else _("いいえ")),
    "themes": _coded(Vocabulary.THEME),
    "regions": region,
    "motives": _coded(Vocabulary.MOTIVE),
    "heard_from": _coded(Vocabulary.HEARD_FROM),
    "operations": _coded(Vocabulary.STANDARD_OPERATION),
    "growth": _coded(Vocabulary.SKILL),
    "side_job": _coded(Vocabulary.SIDE_JOB_PERMISSION),
    "forms": _coded(Vocabulary.FORM),
    "roles": _coded(Vocabulary.ROLE),
    "posts": _row("first_month", "last_month", "body", "department", "title", "systems"),
    "companies": _row("name", "position"),
    "matters": _row("month", "vendor", "subject"),
    "skills": _row("skill", "level", "last_used", "evidence", "evidence_note", skill="skill", evidence="evidence_state"),
    "exams": _row("name_then", "year"),
    "windows": _row("first_month", "last_month", "half_days", "mode", "note", mode="window_mode"),
    "consents": _row("purpose", "text_version", purpose="consent_purpose"),
}  # fmt: skip
