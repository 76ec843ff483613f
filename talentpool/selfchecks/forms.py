from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from wtforms import RadioField

from ..web.fields import Marked, option
from ..web.forms import Form, text_field
from ..web.labels import label
from .questions import ANSWERS, Answer, Group
from .service import LONGEST, Check, Said


class GroupForm(Form):
    """A group of questions: a field of each code for the answer, and line_ and the code for what was done."""

    @classmethod
    def of(cls, group: Group) -> type[GroupForm]:
        fields: dict[str, Any] = {}
        choices = [option(str(one), label(words)) for one, words in ANSWERS.items()]
        choices.append(option("", str(_("まだ答えない"))))
        for code, words in group.questions.items():
            fields[code] = RadioField(label(words), choices=choices, default="")
            fields[f"line_{code}"] = text_field(
                str(_("したこと")), Marked(str(_("「はい」のときに必須"))), most=LONGEST
            )
        return type("GroupFormOfOne", (cls,), fields)

    @staticmethod
    def values(check: Check, group: Group) -> dict[str, str]:
        found = {}
        for code, said in check.of(group).items():
            found[code], found[f"line_{code}"] = str(said.answer or ""), said.line
        return found

    def said(self, group: Group) -> dict[str, Said]:
        return {
            code: Said(
                Answer(self[code].data) if self[code].data else None,
                self[f"line_{code}"].data or "",
            )
            for code in group.questions
        }
