"""The forms of a profile: one a step, and those of the review."""

from .career import CareerForm
from .fields import ProfileForm
from .person import BasicsForm, ConsentsForm, WishesForm, consents_form
from .review import (
    ActivateForm,
    CandidateFilterForm,
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
    "CandidateFilterForm",
    "CareerForm",
    "ConsentsForm",
    "EvidenceForm",
    "PauseForm",
    "ProfileForm",
    "SkillsForm",
    "WishesForm",
    "consents_form",
    "evidence_form",
    "skills_form",
]
