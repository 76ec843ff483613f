"""Template filters that name things in the reader's words and language, and choose the tone of a state."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from flask import Flask, g
from flask_babel import LazyString

from ..language import Words, in_language
from ..mail import STATE_LABELS, MailState
from ..permissions import ROLE_LABELS, Role
from ..reference.entries import Vocabulary
from ..standing import (
    STATES,
    WORDS,
    MembershipStanding,
    NeedStanding,
    PlacementStanding,
    reader_of,
    words_of,
)
from ..states import (
    AdditionState,
    ConsultationState,
    CounterState,
    CredentialState,
    EngagementState,
    JointState,
    PlanChangeState,
    QuestionState,
    ReviewState,
    RoundState,
    WorkLogState,
)
from .languages import locale
from .unit import current_catalogue


class Titled(Protocol):
    """A need: the web knows no domain."""

    title: Any
    municipality_code: Any


LABELS: Mapping[type[StrEnum], Mapping[Any, Words]] = {MailState: STATE_LABELS, Role: ROLE_LABELS}
_MS, _NS, _PS, _RS = MembershipStanding, NeedStanding, PlacementStanding, RoundState
_ES, _LS, _VS, _CS = EngagementState, WorkLogState, ReviewState, PlanChangeState
_DS = CredentialState
_KS, _AS = CounterState, AdditionState
_JS = JointState
_SS = ConsultationState

# Tones of the macro status_tag; states that are not listed are neutral.
_TONES: Mapping[type[StrEnum], Mapping[Any, str]] = {
    _MS: {
        _MS.APPLIED: "warning",
        _MS.RETURNED: "warning",
        _MS.EXPIRED: "warning",
        _MS.UNCONSENTED: "warning",
        _MS.ACTIVE: "success",
        _MS.NOT_ACCEPTED: "error",
    },
    QuestionState: {QuestionState.ASKED: "warning", QuestionState.ANSWERED: "success"},
    _NS: {
        _NS.RETURNED: "warning",
        _NS.OPEN: "success",
        _NS.UNDER_WAY: "info",
        _NS.FILLED: "success",
    },
    _PS: {
        _PS.RETURNED: "warning",
        _PS.PROPOSED: "warning",
        _PS.APPROVED: "info",
        _PS.OFFERED: "info",
        _PS.INTRODUCED: "info",
        _PS.AGREED: "warning",
        _PS.CONFIRMED: "success",
    },
    _ES: {_ES.PREPARING: "info", _ES.ACTIVE: "success", _ES.SUSPENDED: "warning"},
    _JS: {_JS.ASKED: "warning", _JS.AGREED: "success", _JS.LEAVING: "warning"},
    _CS: {_CS.PROPOSED: "warning", _CS.OPEN: "warning", _CS.DONE: "success"},
    _LS: {_LS.SENT: "warning", _LS.RETURNED: "warning", _LS.CLOSED: "success"},
    _VS: {_VS.ASKED: "warning", _VS.GIVEN: "info", _VS.CONTESTED: "warning"},
    _KS: {
        _KS.REVIEW: "warning",
        _KS.PROPOSED: "warning",
        _KS.ASKED: "warning",
        _KS.ACCEPTED: "success",
    },
    _DS: {
        _DS.SAID: "warning",
        _DS.DOCUMENTED: "success",
        _DS.CONFIRMED: "success",
        _DS.REFUSED: "error",
        _DS.EXPIRED: "warning",
    },
    _AS: {
        _AS.REVIEW: "warning",
        _AS.PROPOSED: "warning",
        _AS.ASKED: "warning",
        _AS.DONE: "success",
    },
    _RS: {_RS.OPTIMAL: "success", _RS.ADOPTED: "success"},
    _SS: {
        _SS.SENT: "warning",
        _SS.ASKED: "warning",
        _SS.ANSWERED: "success",
        _SS.REFERRED: "success",
        _SS.SORTING: "info",
    },
}
TONES = {**_TONES, **{states: _TONES[standing] for standing, states in STATES.items()}}


def label(thing: Any) -> str:
    """The name of a state, a role, a pair of words, or anything with `ja` and `en`; a state in the reader's words."""
    if type(thing) is tuple:
        words = thing
    elif type(thing) in WORDS:
        actor = getattr(g, "actor", None)
        words = words_of(thing, reader_of(actor.role if actor else None))
    elif type(thing) in LABELS:
        words = LABELS[type(thing)][thing]
    else:
        words = thing.ja, thing.en
    return in_language(words, locale())


def lazy_label(thing: Any) -> LazyString:
    """The same for form fields, which are declared outside a request."""
    return LazyString(label, thing)


def tone(state: StrEnum) -> str:
    return TONES.get(type(state), {}).get(state, "neutral")


REGIONS: Mapping[str, Words] = {  # of Hyogo; those of other prefectures have no list yet
    name: (name, english)
    for name, english in (
        ("神戸", "Kobe"), ("阪神南", "Hanshin South"), ("阪神北", "Hanshin North"),
        ("東播磨", "Harima East"), ("北播磨", "Harima North"), ("中播磨", "Harima Central"),
        ("西播磨", "Harima West"), ("但馬", "Tajima"), ("丹波", "Tamba"), ("淡路", "Awaji"),
    )
}  # fmt: skip


def region(name: str) -> str:
    return label(REGIONS.get(name, (name, name)))


def role(code: str) -> str:
    return label(Role(code))


def term(code: str, vocabulary: str) -> str:
    return current_catalogue().label(vocabulary, code, locale())


def town(code: str) -> str:
    return current_catalogue().municipality(code).label(locale())


def in_town(need: Titled) -> str:
    """A need by its town and title: towns of one prefecture often need the same."""
    return f"{town(need.municipality_code)} {need.title}"


def choices(vocabulary: str) -> list[tuple[str, str]]:
    """(code, label) of the valid terms."""
    return current_catalogue().choices(vocabulary, locale())


def weekdays() -> list[tuple[str, str]]:
    """(number, label) from Monday "0" to Sunday "6"."""
    terms = current_catalogue().terms(Vocabulary.WEEKDAY)
    return [(str(day.attributes["number"]), label(day)) for day in terms]


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        label=label, tone=tone, role=role, term=term, town=town, in_town=in_town
    )
