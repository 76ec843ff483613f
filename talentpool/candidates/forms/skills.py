"""The plain skills in their groups, each with a level, and exams."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, FormField, SelectField
from wtforms.validators import ValidationError

from ...reference.catalogue import Catalogue
from ...reference.entries import Skill, TermEntry, Vocabulary
from ...web.forms import text_field
from ..models import Candidate
from ..steps import Claim, Exam, Skills
from .fields import ProfileForm, Row, RowList, YearNumber, option, remove_field


class ClaimRow(Row):
    level = SelectField(_("水準"), default="")
    last_used = YearNumber(_("最後に使った年"), description=_("西暦。例：2025"))
    evidence_note = text_field(_("根拠"), most=300, description=_("例：庁内研修の講師を3年務めた"))


class ExamRow(Row):
    filled_by = ("exam", "name_then", "year")

    exam = SelectField(_("試験・資格"), default="")
    name_then = text_field(
        _("合格したときの名前"), description=_("一覧にない資格のときも、ここに書いてください。")
    )
    year = YearNumber(_("合格した年"), description=_("西暦。例：2001"))
    remove = remove_field()

    def validate_name_then(self, field: Field) -> None:
        if not field.data and not self.exam.data:
            raise ValidationError(str(_("一覧から選ぶか、名前を書いてください。")))


class SkillsForm(ProfileForm):
    """A row a skill; see `skills_form`."""

    skills: tuple[Skill, ...] = ()
    exams = RowList(ExamRow, _("試験・資格"))

    def set_choices(self) -> None:
        for skill in self.skills:
            self.choose(self[_row(skill.code)].form.level, Vocabulary.SKILL_LEVEL, none=_("なし"))
        exams = self.catalogue.terms(Vocabulary.EXAM)
        offered = [option(term.code, term.label(self.locale)) for term in exams]
        for entry in self.exams.entries:
            entry.form.exam.choices = [option("", str(_("一覧にない"))), *offered]

    def value(self) -> Skills:
        claims = {}
        for skill in self.skills:
            row = self[_row(skill.code)].form
            if row.level.data:
                claims[skill.code] = Claim(
                    int(row.level.data), row.last_used.data, row.evidence_note.data or ""
                )
        return Skills(claims=claims, exams=[self._exam(row) for row in self.exams.rows])

    def _exam(self, row: Any) -> Exam:
        code = row.exam.data or None
        name = row.name_then.data or (self.catalogue.label(Vocabulary.EXAM, code) if code else "")
        return Exam(name_then=name, exam=code, year=row.year.data)

    @property
    def groups(self) -> list[tuple[TermEntry, list[tuple[Skill, Field]]]]:
        """(group, its skills with their rows), in the order of the catalogue."""
        return [
            (
                group,
                [
                    (skill, self[_row(skill.code)])
                    for skill in self.skills
                    if skill.group == group.code
                ],
            )
            for group in self.catalogue.terms(Vocabulary.SKILL_GROUP)
        ]

    @staticmethod
    def contents(candidate: Candidate) -> dict[str, Any]:
        contents: dict[str, Any] = {
            _row(row.skill): {
                "level": str(row.level),
                "last_used": row.last_used,
                "evidence_note": row.evidence_note,
            }
            for row in candidate.skills
        }
        contents["exams"] = [
            {"exam": row.exam, "name_then": row.name_then, "year": row.year}
            for row in candidate.exams
        ]
        return contents


def skills_form(catalogue: Catalogue) -> type[SkillsForm]:
    """The class with a row for every skill that is valid today."""
    skills = catalogue.skills()
    rows = {_row(skill.code): FormField(ClaimRow, skill.ja) for skill in skills}
    return type("SkillsForm", (SkillsForm,), {"skills": skills, **rows})


def _row(code: str) -> str:
    return f"skill_{code}"
