"""Service history, companies, and matters the person decided."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, SelectField
from wtforms.validators import ValidationError

from ...reference.entries import Vocabulary
from ...web.forms import text_field
from ..models import Candidate
from ..steps import Career, Matter, Post, Work
from .fields import MonthText, ProfileForm, Required, Row, RowList, remove_field

MONTH = _("例：2010-04、2010年4月、平成22年4月")


class PostRow(Row):
    filled_by = ("body", "department", "title", "first_month", "last_month")

    body = text_field(_("勤務先"), Required(), description=_("例：姫路市、兵庫県、〇〇株式会社"))
    is_public = BooleanField(_("官公庁の職"), default=True)
    department = text_field(_("部署"))
    title = text_field(_("役職・担当"))
    grade = SelectField(_("職位"), default="")
    first_month = MonthText(_("始まりの年月"), Required(), description=MONTH)
    last_month = MonthText(
        _("終わりの年月"), description=_("今も勤めているときは空欄にしてください。")
    )
    remove = remove_field()

    def validate_last_month(self, field: Field) -> None:
        if None not in (field.data, self.first_month.data) and field.data < self.first_month.data:
            raise ValidationError(str(_("終わりの年月が、始まりの年月より前になっています。")))


class CompanyRow(Row):
    filled_by = ("name", "position")

    name = text_field(_("会社・団体の名前"), Required())
    position = text_field(_("立場"), description=_("例：顧問、役員、社員"))
    is_present = BooleanField(_("今も関係がある"), default=True)
    has_shares = BooleanField(_("株式・出資がある"))
    remove = remove_field()


class MatterRow(Row):
    filled_by = ("vendor", "subject", "month")

    vendor = text_field(_("相手の会社・団体"), Required())
    subject = text_field(_("内容"), most=200, description=_("例：基幹システム更新の契約"))
    month = MonthText(_("決定した年月"), Required(), description=MONTH)
    remove = remove_field()


class CareerForm(ProfileForm):
    posts = RowList(PostRow, _("職歴"))
    companies = RowList(CompanyRow, _("関係する会社"))
    decisions = RowList(MatterRow, _("自分が決定した契約・処分"))

    def set_choices(self) -> None:
        for entry in self.posts.entries:
            self.choose(entry.form.grade, Vocabulary.GRADE, none=_("選択なし"))

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
                )
                for row in self.posts.rows
            ],
            companies=[
                Work(
                    row.name.data, row.position.data or "", row.has_shares.data, row.is_present.data
                )
                for row in self.companies.rows
            ],
            decisions=[
                Matter(row.vendor.data, row.month.data, row.subject.data or "")
                for row in self.decisions.rows
            ],
        )

    @staticmethod
    def contents(candidate: Candidate) -> dict[str, Any]:
        return {
            "posts": [_values(row, PostRow) for row in candidate.posts],
            "companies": [_values(row, CompanyRow) for row in candidate.companies],
            "decisions": [_values(row, MatterRow) for row in candidate.decisions],
        }


def _values(thing: object, row: type[Row]) -> dict[str, Any]:
    names = [name for name, _unbound in row()._fields.items() if name != "remove"]
    return {name: getattr(thing, name) for name in names}
