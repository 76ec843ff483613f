"""The forms of a profile: one a step, and those of the review."""

from .career import CareerForm
from .months import MonthsForm, months_form
from .person import BasicsForm, ConsentsForm, WishesForm, consents_form, explain_form
from .receiving import CallForm, CodeForm, OriginForm, SourceForm
from .review import (
    ActivateForm,
    CandidateListForm,
    EvidenceForm,
    PauseForm,
    evidence_form,
)
from .skills import SkillsForm, skills_form
from .windows import AvailabilityForm

__all__ = [
    "ActivateForm",
    "AvailabilityForm",
    "BasicsForm",
    "CallForm",
    "CandidateListForm",
    "CareerForm",
    "CodeForm",
    "ConsentsForm",
    "EvidenceForm",
    "MonthsForm",
    "OriginForm",
    "PauseForm",
    "SkillsForm",
    "SourceForm",
    "WishesForm",
    "consents_form",
    "evidence_form",
    "explain_form",
    "months_form",
    "skills_form",
]
