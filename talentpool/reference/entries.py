"""The immutable records of the catalogue: plain values, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from ..geo import Place
from ..language import in_language


class Vocabulary(StrEnum):
    """Every list of codes; the value is the name of its file in `data/terms`."""

    CANDIDATE_DECLINE_REASON = "candidate_decline_reason"
    CANDIDATE_KIND = "candidate_kind"
    CONFLICT_REASON = "conflict_reason"
    CONSENT_PURPOSE = "consent_purpose"
    CREDENTIAL_REFUSAL_REASON = "credential_refusal_reason"
    DEPARTMENT_FIELD = "department_field"
    DSS_SKILL = "dss_skill"
    ENGAGEMENT_END_REASON = "engagement_end_reason"
    EMPLOYER_KIND = "employer_kind"
    EVIDENCE_STATE = "evidence_state"
    EXAM = "exam"
    FORM = "form"
    FUNDING_MEASURE = "funding_measure"
    FUNDING_SOURCE = "funding_source"
    GRADE = "grade"
    HEARD_FROM = "heard_from"
    INVOLVEMENT = "involvement"
    LAPSE_REASON = "lapse_reason"
    LOG_RETURN_REASON = "log_return_reason"
    MODE = "mode"
    MOTIVE = "motive"
    NEED_CLOSE_REASON = "need_close_reason"
    NEED_REOPEN_REASON = "need_reopen_reason"
    QUESTION_DISMISSAL_REASON = "question_dismissal_reason"
    NEED_RETURN_REASON = "need_return_reason"
    NEED_WITHDRAWAL_REASON = "need_withdrawal_reason"
    NOT_PROPOSING_REASON = "not_proposing_reason"
    PAY_BASIS = "pay_basis"
    PREFECTURAL_POST = "prefectural_post"
    PREPARATION_ITEM = "preparation_item"
    PROFILE_RETURN_REASON = "profile_return_reason"
    REFUSAL_REASON = "refusal_reason"
    REVIEW_DECISION_REASON = "review_decision_reason"
    REVOKE_REASON = "revoke_reason"
    ROLE = "role"
    SIDE = "side"
    SIDE_JOB_PERMISSION = "side_job_permission"
    SIDE_JOB_RULE = "side_job_rule"
    SIZE_CLASS = "size_class"
    SKILL = "skill"
    SKILL_GROUP = "skill_group"
    SKILL_LEVEL = "skill_level"
    STAGE = "stage"
    STANDARD_OPERATION = "standard_operation"
    SUSPENSION_REASON = "suspension_reason"
    SUPERSEDE_REASON = "supersede_reason"
    TALENT_LEVEL = "talent_level"
    THEME = "theme"
    TOWN_DECLINE_REASON = "town_decline_reason"
    TRAINING = "training"
    WEEKDAY = "weekday"
    WINDOW_MODE = "window_mode"
    WITHDRAWAL_REASON = "withdrawal_reason"


@dataclass(frozen=True, slots=True)
class PrefectureEntry:
    code: str
    ja: str
    kana: str
    en: str
    capital: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class MunicipalityEntry:
    """`ja` is the name without the prefecture; `population` (census 2020) and `region` are known for Hyogo only."""

    code: str
    prefecture_code: str
    ja: str
    kana: str
    en: str | None
    kind: str
    region: str | None
    population: int | None
    latitude: float
    longitude: float
    travel_zone: str | None
    mail_domain: str | None

    @property
    def place(self) -> Place:
        return Place(self.latitude, self.longitude, self.travel_zone)

    def label(self, locale: str = "ja") -> str:
        return in_language((self.ja, self.en or self.ja), locale)


@dataclass(frozen=True, slots=True)
class TermEntry:
    """One item of a vocabulary in one version; valid from `valid_from` to `valid_to`, both included."""

    vocabulary: str
    code: str
    ja: str
    en: str
    position: int
    valid_from: date
    valid_to: date | None = None
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    standard: str = ""
    source: str = ""
    provenance: str = ""

    def label(self, locale: str = "ja") -> str:
        return in_language((self.ja, self.en), locale)

    def is_valid(self, on: date | None) -> bool:
        """Valid on that day; for None, valid without an end."""
        if on is None:
            return self.valid_to is None
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class SideJobRule(StrEnum):
    PERMISSION = "permission"  # 地公法38条 applies to a post in this form
    FREE = "free"  # it does not
    DEPENDS = "depends"  # no such post, or decided by the appointment on the receiving side


@dataclass(frozen=True, slots=True)
class Form:
    """An appointment form (任用形態) and its rules. Months; half-days of 4 hours a month; None is "no rule"."""

    code: str
    ja: str
    en: str
    pay_bases: frozenset[str]
    least_months: int | None
    longest_months: int | None
    is_fiscal_year_bound: bool
    least_half_days: int | None
    most_half_days: int | None
    least_days: int | None
    least_hours: int | None
    onsite_days_least: int
    onsite_percent_least: int
    side_job: SideJobRule
    needs_ordinance: bool
    has_public_status: bool
    is_full_time: bool
    legal_basis_ja: str
    legal_basis_en: str
    note_ja: str = ""
    note_en: str = ""

    @classmethod
    def of(cls, term: TermEntry) -> Form:
        known = {item.name for item in fields(cls)}
        rules = {name: value for name, value in term.attributes.items() if name in known}
        rules["pay_bases"] = frozenset(rules["pay_bases"])
        rules["side_job"] = SideJobRule(rules["side_job"])
        return cls(code=term.code, ja=term.ja, en=term.en, **rules)


@dataclass(frozen=True, slots=True)
class Theme:
    code: str
    ja: str
    en: str
    side: str  # "municipal" 自治体DX or "community" 地域社会DX
    is_focus_item: bool

    @classmethod
    def of(cls, term: TermEntry) -> Theme:
        rules = term.attributes
        return cls(term.code, term.ja, term.en, rules["side"], rules["is_focus_item"])


@dataclass(frozen=True, slots=True)
class Skill:
    """A practical skill (業務スキル) with its group and the items of the digital skill standard behind it."""

    code: str
    ja: str
    en: str
    group: str  # "administration", "bridging" or "digital"
    does_ja: str
    does_en: str
    dss: tuple[str, ...]

    @classmethod
    def of(cls, term: TermEntry) -> Skill:
        rules = term.attributes
        return cls(
            term.code,
            term.ja,
            term.en,
            rules["group"],
            rules["does_ja"],
            rules["does_en"],
            rules["dss"],
        )


def freeze(value: Any) -> Any:
    """Lists as tuples and dicts as read-only views, all the way down."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(map(freeze, value))
    return value


def thaw(value: Any) -> Any:
    """The opposite of `freeze`: what JSON can write."""
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(map(thaw, value))
    return value
