"""The plain skills in their groups, each with a level, and exams."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, FormField, SelectField
from wtforms.validators import ValidationError

from ...db import length_of
from ...reference.catalogue import Catalogue
from ...reference.entries import Skill, TermEntry, Vocabulary
from ...web.fields import CatalogueForm, Marked, Row, RowList, YearNumber, option
from ...web.forms import text_field
from ...web.labels import label, lazy_label
from ..content import MOST_ROWS, Exam, SkillClaim, Skills
from ..models import Candidate, CandidateSkill
from ..rules import skill_field


class Tick(BooleanField):
    """A box whose page also says that it was there: None for a form without it, which the level alone decides."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = ("y" in valuelist) if valuelist else None  # type: ignore[assignment]


class ClaimRow(Row):
    def place(self, label: str) -> str:
        return str(_("技能「%(skill)s」", skill=label))

    has = Tick(_("できる"))
    level = SelectField(_("どのくらいできますか"), default="")
    last_used = YearNumber(_("最後に使った年"), description=_("例：2025、令和7年"))
    evidence_note = text_field(
        _("根拠"),
        most=length_of(CandidateSkill.evidence_note),
        description=_("例：庁内研修の講師を3年務めた"),
    )

    @property
    def is_claimed(self) -> bool:
        """A level that is left under a box without its tick says nothing."""
        return bool(self.has.data if self.has.data is not None else self.level.data)

    def validate_level(self, field: Field) -> None:
        if self.has.data and not field.data:
            raise ValidationError(str(_("水準を選んでください。")))


class ExamRow(Row):
    filled_by = ("exam", "name_then", "year")

    exam = SelectField(_("試験・資格"), default="")
    name_then = text_field(
        _("合格したときの名前"),
        Marked(_("一覧から選ばない行では必須")),
        description=_("一覧にない資格のときも、ここに書いてください。"),
    )
    year = YearNumber(_("合格した年"), description=_("例：2001、平成13年"))

    def validate_name_then(self, field: Field) -> None:
        if not field.data and not self.exam.data:
            raise ValidationError(str(_("一覧から選ぶか、名前を書いてください。")))


class SkillsForm(CatalogueForm):
    """A row a skill; see `skills_form`."""

    skills: tuple[Skill, ...] = ()
    exams = RowList(ExamRow, _("試験・資格"), most=MOST_ROWS)

    def set_choices(self) -> None:
        for skill in self.skills:
            self.choose(
                self[skill_field(skill.code)].form.level, Vocabulary.SKILL_LEVEL, none=_("なし")
            )
        exams = self.catalogue.terms(Vocabulary.EXAM)
        offered = [option(term.code, label(term)) for term in exams]
        for entry in self.exams.entries:
            entry.form.exam.choices = [option("", str(_("一覧にない"))), *offered]

    def value(self) -> Skills:
        rows = [(skill.code, self[skill_field(skill.code)].form) for skill in self.skills]
        return Skills(
            skills=[
                SkillClaim(
                    code,
                    int(row.level.data),
                    row.last_used.data,
                    evidence_note=row.evidence_note.data or "",
                )
                for code, row in rows
                if row.is_claimed
            ],
            exams=[
                Exam(row.name_then.data or "", row.exam.data or None, row.year.data)
                for row in self.exams.rows
            ],
        )

    @property
    def groups(self) -> list[tuple[TermEntry, list[tuple[Skill, Field]]]]:
        """(group, its skills with their rows), in the order of the catalogue."""
        return [
            (
                group,
                [
                    (skill, self[skill_field(skill.code)])
                    for skill in self.skills
                    if skill.group == group.code
                ],
            )
            for group in self.catalogue.terms(Vocabulary.SKILL_GROUP)
        ]

    def claimed_in(self, rows: list[tuple[Skill, Any]]) -> list[Skill]:
        """Of some skills with their rows, those that are ticked."""
        return [skill for skill, row in rows if row.form.is_claimed]

    @staticmethod
    def contents(candidate: Candidate) -> dict[str, Any]:
        contents: dict[str, Any] = {
            skill_field(row.skill): {
                "has": True,
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
    rows = {skill_field(skill.code): FormField(ClaimRow, lazy_label(skill)) for skill in skills}
    return type("SkillsForm", (SkillsForm,), {"skills": skills, **rows})
