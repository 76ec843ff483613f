"""Everything that pages name has a label in both languages, and one place chooses between them."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from flask import g
from flask_babel import force_locale

from talentpool import matching as m
from talentpool.candidates.steps import Step
from talentpool.mail import MailState
from talentpool.permissions import Role
from talentpool.states import MACHINES, MembershipState, NeedState
from talentpool.web import labels
from talentpool.web.unit import TalentpoolFlask
from tests.factories import HIMEJI

TEMPLATES = Path(__file__).parents[2] / "templates"
KINDS = {"neutral", "info", "success", "warning", "error"}  # of status_tag
ASKS_FOR_A_LANGUAGE = re.compile(r"\.(?:ja|en)\b|\.labels\[|\blocale\b|\blabels?\[|\]\[[01]\]")


@pytest.mark.parametrize("kind", [*MACHINES, MailState, Role, Step])
def test_every_member_has_a_label_in_both_languages(
    app: TalentpoolFlask, kind: type[StrEnum]
) -> None:
    with app.test_request_context("/"):
        for member in kind:
            with force_locale("ja"):
                japanese = labels.label(member)
            with force_locale("en"):
                english = labels.label(member)
            assert not japanese.isascii()
            assert english.isascii()


@pytest.mark.parametrize(
    ("thing", "japanese", "english"),
    [
        (("枠", "Seat"), "枠", "Seat"),
        (MACHINES[NeedState].transitions[0], "申請する", "Submit"),
        (m.TERMS["pay"], "半日あたりの報酬", "Pay per half-day"),
    ],
)
def test_a_pair_of_words_and_a_thing_with_words_are_labelled_by_them(
    app: TalentpoolFlask, thing: Any, japanese: str, english: str
) -> None:
    for language, expected in (("ja", japanese), ("en", english)):
        with app.test_request_context("/"), force_locale(language):
            assert labels.label(thing) == str(labels.lazy_label(thing)) == expected


def test_codes_are_labelled_from_the_catalogue(app: TalentpoolFlask) -> None:
    source = "{{ 'bpr'|term('skill') }} {{ code|town }} {{ 'auditor'|role }}"
    for language, expected in (("ja", "姫路市 監査"), ("en", "Himeji Auditor")):
        with app.test_request_context("/"), force_locale(language):
            g.session = app.database.session(read_only=True)
            shown = app.jinja_env.from_string(source).render(code=HIMEJI)
            g.session.close()
            assert shown.endswith(expected)


def test_a_state_has_one_tone_on_every_page() -> None:
    for machine in MACHINES.values():
        assert {labels.tone(state) for state in machine.states} <= KINDS
    assert labels.tone(MembershipState.DRAFT) == labels.tone(NeedState.DRAFT) == "neutral"
    assert labels.tone(MembershipState.ACTIVE) == labels.tone(NeedState.OPEN) == "success"


def test_one_module_asks_for_the_locale_of_a_request() -> None:
    package = TEMPLATES.parent / "talentpool"
    asking = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "get_locale" in path.read_text(encoding="utf-8")
    ]
    assert asking == ["web/languages.py"]


@pytest.mark.parametrize(
    "name", sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
)
def test_no_template_chooses_between_the_languages(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert ASKS_FOR_A_LANGUAGE.findall(source) == []
