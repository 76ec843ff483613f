"""The columns of the three registers. Japanese words as on the pages; dates, numbers and codes in cells of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext as _

from ... import matching as m
from ...files.writing import Cell
from ...placements.models import Placement
from ...states import PLACEMENT
from ...web.filters import show_brief_months, show_day
from ...web.labels import label, term, town
from ...web.languages import locale
from ..service import IntroductionRow, NeedRow, PersonRow

Columns = Sequence[tuple[Any, Callable[[Any], Cell]]]


def _terms(rows: Iterable[Any], name: str) -> str:
    return str(gettext("、").join(term(getattr(row, name), name) for row in rows))


def _needs() -> list[tuple[Any, Callable[[NeedRow], Cell]]]:
    return [
        (_("受付番号"), lambda row: row.need.code),
        (_("受付日"), lambda row: show_day(row.need.submitted_at)),
        (_("求人者（市町）"), lambda row: town(row.need.municipality_code)),
        (_("担当部署"), lambda row: row.need.department),
        (_("募集の名前"), lambda row: row.need.title),
        (_("職種（役割）"), lambda row: _terms(row.need.roles, "role")),
        (_("テーマ"), lambda row: term(row.need.theme, "theme")),
        (_("任用形態"), lambda row: _terms(row.need.forms, "form")),
        (_("就業の場所"), lambda row: town(row.need.place_code)),
        (_("働き方"), lambda row: term(str(row.need.mode), "mode")),
        (_("期間"), lambda row: show_brief_months(row.need.first_month, row.need.last_month)),
        (_("1か月の半日コマ"), lambda row: row.need.half_days),
        (_("報酬の単位"), lambda row: term(row.need.pay_basis, "pay_basis")),
        (_("報酬（円）"), lambda row: row.need.pay_amount),
        (_("求人数"), lambda row: row.need.seats),
        (_("公開日"), lambda row: show_day(row.need.opened_at)),
        (_("紹介した人数"), lambda row: row.tally.introduced),
        (_("採用された人数"), lambda row: row.tally.taken_on),
        (_("状態"), lambda row: label(row.need.state)),
        (_("終了日"), lambda row: show_day(row.need.closed_at)),
    ]


def _people() -> list[tuple[Any, Callable[[PersonRow], Cell]]]:
    return [
        (_("登録者の番号"), lambda row: row.person.code),
        (_("受付日"), lambda row: show_day(row.membership.applied_at)),
        (_("氏名"), lambda row: row.person.name),
        (_("フリガナ"), lambda row: row.person.kana),
        (_("生年月日"), lambda row: row.person.birth_date or ""),
        (_("住所"), lambda row: row.person.address or ""),
        (
            _("住まいの市区町村"),
            lambda row: town(row.person.home_code) if row.person.home_code else "",
        ),
        (_("電話番号"), lambda row: row.person.phone or ""),
        (_("希望する職種（役割）"), lambda row: _terms(row.person.roles, "role")),
        (_("受けられる任用形態"), lambda row: _terms(row.person.forms, "form")),
        (_("登録の始まり"), lambda row: show_day(row.membership.active_from)),
        (_("登録の期限"), lambda row: show_day(row.membership.active_until)),
        (_("紹介された件数"), lambda row: row.tally.introduced),
        (_("採用された件数"), lambda row: row.tally.taken_on),
        (_("状態"), lambda row: label(row.membership.state)),
    ]


def _introductions() -> list[tuple[Any, Callable[[IntroductionRow], Cell]]]:
    return [
        (_("推薦番号"), lambda row: row.placement.id),
        (_("打診日"), lambda row: show_day(row.placement.offered_at)),
        (_("募集の受付番号"), lambda row: row.placement.need.code),
        (_("求人者（市町）"), lambda row: town(row.placement.municipality_code)),
        (_("募集の名前"), lambda row: row.placement.need.title),
        (_("登録者の番号"), lambda row: row.placement.candidate.code),
        (_("氏名"), lambda row: row.placement.candidate.name),
        (_("マッチング回"), lambda row: row.round or ""),
        (_("適合度（点）"), lambda row: round(row.placement.fit / 100, 1)),
        (_("選んだ理由"), lambda row: _reason(row.placement)),
        (_("起案書"), lambda row: _paper(row.placement)),
        (_("決裁日"), lambda row: show_day(row.placement.approved_at)),
        (_("氏名を示す同意の版"), lambda row: row.consent),
        (_("紹介日"), lambda row: show_day(row.placement.introduced_at)),
        (_("合意日"), lambda row: show_day(row.placement.agreed_at)),
        (_("確定日"), lambda row: show_day(row.placement.confirmed_at)),
        (_("結果"), lambda row: label(row.placement.state)),
        (_("結果の日"), lambda row: show_day(row.placement.ended_at)),
        (_("成立しなかった理由・終了の理由"), lambda row: end_reason(row.placement)),
        (
            _("活動の最後の日"),
            lambda row: show_day(row.engagement.last_day) if row.engagement else "",
        ),
        (_("苦情の件数"), lambda row: row.complaints),
    ]


def _reason(placement: Placement) -> str:
    return m.reason_text(placement.reason, {}, lang=locale()) if placement.reason else ""


def _paper(placement: Placement) -> str:
    paper = placement.paper
    return f"{paper.fiscal_year}-{paper.number}" if paper else ""


def end_reason(placement: Placement) -> str:
    """In the words of the step that ended it."""
    if placement.end_reason is None:
        return ""
    vocabularies = {
        step.reasons
        for step in PLACEMENT.transitions
        if step.target is placement.state and step.reasons
    }
    if len(vocabularies) == 1:
        return term(placement.end_reason, vocabularies.pop() or "")
    return placement.end_reason


NEEDS, PEOPLE, INTRODUCTIONS = _needs(), _people(), _introductions()
