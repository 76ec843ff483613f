"""The small forms around a profile: filters of the list, review, evidence, pause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from ...db import length_of
from ...reference.catalogue import Catalogue
from ...reference.entries import Vocabulary
from ...standing import MembershipStanding
from ...web import current_actor
from ...web.fields import (
    CatalogueForm,
    DateText,
    FirstMonthText,
    LastMonthText,
    NotBefore,
    Required,
)
from ...web.forms import Form, text_field
from ...web.labels import label, lazy_label, region
from ...web.lists import EVERY, ListForm
from ..finding import ENDING_WITHIN, FREE_HALF_DAYS, FREE_MONTHS
from ..freshness import FLAGGED_AFTER, Freshness
from ..models import CandidateSkill, CandidateWindow


class CandidateListForm(ListForm, CatalogueForm):
    links = ("state",)
    folded = ("level", "evidence", "kind", "form", "home", "ending", "confirmed")
    together = (("skill", "level", "evidence"), ("months", "half_days"))

    words = text_field(
        _("言葉"),
        description=_("氏名、フリガナ、番号、職歴、市区町村、技能。空白で区切ると、すべてを含む人"),
    )
    state = SelectField(_("状態"), default="")
    region = SelectField(_("地域"), default="")
    months = SelectField(_("空き月数"), default="")
    half_days = SelectField(_("月の空きコマ"), default="")
    skill = SelectField(_("技能"), default="")
    level = SelectField(_("水準（以上）"), default="")
    evidence = SelectField(_("根拠"), default="")
    kind = SelectField(_("区分"), default="")
    form = SelectField(_("任用形態"), default="")
    home = SelectField(_("住まいの市町"), default="")
    ending = SelectField(_("登録の残り"), default="")
    confirmed = SelectField(_("稼働の確認"), default="")

    def set_choices(self) -> None:
        for field, vocabulary in (
            (self.skill, Vocabulary.SKILL),
            (self.level, Vocabulary.SKILL_LEVEL),
            (self.evidence, Vocabulary.EVIDENCE_STATE),
            (self.kind, Vocabulary.CANDIDATE_KIND),
            (self.form, Vocabulary.FORM),
        ):
            self.choose(field, vocabulary, none=EVERY)
        towns = self.catalogue.municipalities(current_actor().prefecture_code)
        regions = dict.fromkeys(town.region for town in towns if town.region)
        self.offer(self.state, ((state, label(state)) for state in MembershipStanding))
        self.offer(self.region, ((name, region(name)) for name in regions))
        self.offer(self.home, ((town.code, label(town)) for town in towns))
        self.offer(self.months, ((n, _("%(n)sか月以上", n=n)) for n in FREE_MONTHS))
        self.offer(self.half_days, ((n, _("%(n)sコマ以上", n=n)) for n in FREE_HALF_DAYS))
        self.offer(self.ending, ((n, _("%(n)s日以内に終わる", n=n)) for n in ENDING_WITHIN))
        self.offer(
            self.confirmed,
            (
                (Freshness.ASKED, _("お願いしたが、まだの人")),
                (Freshness.FLAGGED, _("%(n)s日以上ない人", n=FLAGGED_AFTER)),
                (Freshness.LEFT_OUT, _("回の対象から外れている人")),
            ),
        )


class ActivateForm(Form):
    until = DateText(_("登録の期限"), Required(), description=_("この日まで登録が有効です。"))


class PauseForm(Form):
    first_month = FirstMonthText(
        _("休止の始まり"), Required(), description=_("例：2027-04、2027年4月、令和9年4月")
    )
    last_month = LastMonthText(_("休止の終わり"), Required(), NotBefore("first_month"))
    note = text_field(_("理由"), most=length_of(CandidateWindow.note))


class EvidenceForm(CatalogueForm):
    """A select a claimed skill; see `evidence_form`."""

    claimed: tuple[str, ...] = ()

    def set_choices(self) -> None:
        for skill in self.claimed:
            self.choose(self[f"evidence_{skill}"], Vocabulary.EVIDENCE_STATE)

    def value(self) -> dict[str, str]:
        return {skill: self[f"evidence_{skill}"].data for skill in self.claimed}


def evidence_form(catalogue: Catalogue, claims: Sequence[CandidateSkill]) -> type[EvidenceForm]:
    """The class with a select for every skill the person claims."""
    fields: dict[str, Any] = {
        f"evidence_{row.skill}": SelectField(
            lazy_label(catalogue.term(Vocabulary.SKILL, row.skill)), default=row.evidence
        )
        for row in claims
    }
    return type(
        "EvidenceForm", (EvidenceForm,), {"claimed": tuple(row.skill for row in claims), **fields}
    )
