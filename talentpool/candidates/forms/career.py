"""Service history, companies, and matters the person decided."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField, SelectMultipleField

from ...db import length_of
from ...reference.entries import Vocabulary
from ...web.fields import CatalogueForm, MonthText, NotBefore, RequiredInRow, Row, RowList
from ...web.forms import text_field
from ..content import MOST_ROWS, Career, Company, Matter, Post
from ..models import Candidate, CandidateMatter, CandidatePost

MONTH = _("例：2010-04、2010年4月、平成22年4月")


class PostRow(Row):
    filled_by = ("body", "department", "title", "systems", "first_month", "last_month")

    body = text_field(
        _("勤務先"), RequiredInRow(), description=_("例：姫路市、兵庫県、〇〇株式会社")
    )
    is_public = BooleanField(_("官公庁の職"), default=True)
    led_procurement = BooleanField(_("調達を主導した"))
    department = text_field(_("部署"))
    title = text_field(_("役職・担当"))
    grade = SelectField(_("職位"), default="")
    systems = text_field(
        _("扱ったシステム"),
        most=length_of(CandidatePost.systems),
        description=_("例：住民記録、財務会計、文書管理"),
    )
    first_month = MonthText(_("始まりの年月"), RequiredInRow(), description=MONTH)
    last_month = MonthText(
        _("終わりの年月"),
        NotBefore("first_month"),
        description=_("今も勤めているときは空欄にしてください。"),
    )


class CompanyRow(Row):
    filled_by = ("name", "position")

    name = text_field(_("会社・団体の名前"), RequiredInRow())
    position = text_field(_("立場"), description=_("例：顧問、役員、社員"))
    is_present = BooleanField(_("今も関係がある"), default=True)
    has_shares = BooleanField(_("株式・出資がある"))


class MatterRow(Row):
    filled_by = ("vendor", "subject", "month")

    vendor = text_field(_("相手の会社・団体"), RequiredInRow())
    subject = text_field(
        _("内容"),
        most=length_of(CandidateMatter.subject),
        description=_("例：基幹システム更新の契約"),
    )
    month = MonthText(_("決定した年月"), RequiredInRow(), description=MONTH)


class CareerForm(CatalogueForm):
    posts = RowList(PostRow, _("職歴"), most=MOST_ROWS)
    operations = SelectMultipleField(_("担当した標準化対象業務"))
    companies = RowList(CompanyRow, _("関係する会社"), most=MOST_ROWS)
    matters = RowList(MatterRow, _("自分が決定した契約・処分"), most=MOST_ROWS)

    def set_choices(self) -> None:
        for entry in self.posts.entries:
            self.choose(entry.form.grade, Vocabulary.GRADE, none=_("選択なし"))
        self.choose(self.operations, Vocabulary.STANDARD_OPERATION)

    def value(self) -> Career:
        return Career(
            posts=[
                Post(
                    body=row.body.data,
                    first_month=row.first_month.data,
                    last_month=row.last_month.data,
                    department=row.department.data or "",
                    title=row.title.data or "",
                    grade=row.grade.data or None,
                    is_public=row.is_public.data,
                    systems=row.systems.data or "",
                    led_procurement=row.led_procurement.data,
                )
                for row in self.posts.rows
            ],
            companies=[
                Company(
                    row.name.data, row.position.data or "", row.has_shares.data, row.is_present.data
                )
                for row in self.companies.rows
            ],
            matters=[
                Matter(row.vendor.data, row.month.data, row.subject.data or "")
                for row in self.matters.rows
            ],
            operations=self.operations.data or [],
        )

    @staticmethod
    def contents(candidate: Candidate) -> dict[str, Any]:
        return {
            "operations": candidate.operations,
            "posts": [_values(row, PostRow) for row in candidate.posts],
            "companies": [_values(row, CompanyRow) for row in candidate.companies],
            "matters": [_values(row, MatterRow) for row in candidate.matters],
        }


def _values(thing: object, row: type[Row]) -> dict[str, Any]:
    names = [name for name, _unbound in row()._fields.items()]
    return {name: getattr(thing, name) for name in names}
