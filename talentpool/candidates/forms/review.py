"""The small forms around a profile: filters of the list, review, evidence, pause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, SelectField, StringField
from wtforms.validators import ValidationError

from ...reference.catalogue import Catalogue
from ...reference.entries import Vocabulary
from ...states import MEMBERSHIP, MembershipState
from ...web.forms import Form, text_field
from ..models import SkillClaim
from ..service import CandidateFilter
from .fields import DateText, MonthText, ProfileForm, Required, option


class CandidateFilterForm(ProfileForm):
    """In the address of the list; a value that is not offered limits nothing."""

    words = StringField(_("氏名・フリガナ・番号"))
    kind = SelectField(_("区分"), default="")
    state = SelectField(_("状態"), default="")
    skill = SelectField(_("技能"), default="")
    level = SelectField(_("水準（以上）"), default="")

    class Meta(ProfileForm.Meta):
        csrf = False

    def set_choices(self) -> None:
        every = _("すべて")
        self.choose(self.kind, Vocabulary.CANDIDATE_KIND, none=every)
        self.choose(self.skill, Vocabulary.SKILL, none=every)
        self.choose(self.level, Vocabulary.SKILL_LEVEL, none=every)
        language = 1 if self.locale.startswith("en") else 0
        states = [
            option(str(state), MEMBERSHIP.labels[state][language])
            for state in MembershipState
            if state is not MembershipState.DRAFT
        ]
        self.state.choices = [option("", str(every)), *states]

    def value(self) -> CandidateFilter:
        return CandidateFilter(
            words=(self.words.data or "").strip()[:100].replace("\0", ""),
            kind=_offered(self.kind),
            state=_offered(self.state),
            skill=_offered(self.skill),
            least_level=int(_offered(self.level) or 1),
        )

    @property
    def set_filters(self) -> list[tuple[str, str]]:
        """(label, value) of what the list is limited to."""
        found = [(str(self.words.label.text), self.words.data)] if self.words.data else []
        for field in (self.kind, self.state, self.skill, self.level):
            chosen = _offered(field)
            if chosen:
                found.append((str(field.label.text), _choices(field)[chosen]))
        return found


def _choices(field: SelectField) -> dict[str, str]:
    """Value → text of what a select offers."""
    offered: Any = field.choices
    return {choice.value: str(choice.label) for choice in offered}


def _offered(field: SelectField) -> str:
    return field.data if field.data in _choices(field) else ""


class ActivateForm(Form):
    until = DateText(_("登録の期限"), Required(), description=_("この日まで登録が有効です。"))


class PauseForm(Form):
    first_month = MonthText(
        _("休止の始まり"), Required(), description=_("例：2027-04、2027年4月、令和9年4月")
    )
    last_month = MonthText(_("休止の終わり"), Required())
    note = text_field(_("メモ"), most=200)

    def validate_last_month(self, field: Field) -> None:
        if None not in (field.data, self.first_month.data) and field.data < self.first_month.data:
            raise ValidationError(str(_("終わりの年月が、始まりの年月より前になっています。")))


class EvidenceForm(ProfileForm):
    """A select a claimed skill; see `evidence_form`."""

    claimed: tuple[str, ...] = ()

    def set_choices(self) -> None:
        for skill in self.claimed:
            self.choose(self[f"evidence_{skill}"], Vocabulary.EVIDENCE_STATE)

    def value(self) -> dict[str, str]:
        return {skill: self[f"evidence_{skill}"].data for skill in self.claimed}


def evidence_form(
    catalogue: Catalogue, claims: Sequence[SkillClaim], locale: str = "ja"
) -> type[EvidenceForm]:
    """The class with a select for every skill the person claims."""
    fields: dict[str, Any] = {
        f"evidence_{row.skill}": SelectField(
            catalogue.label(Vocabulary.SKILL, row.skill, locale), default=row.evidence
        )
        for row in claims
    }
    return type(
        "EvidenceForm", (EvidenceForm,), {"claimed": tuple(row.skill for row in claims), **fields}
    )
