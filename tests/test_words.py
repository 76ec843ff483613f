"""A state or a step that is added to the tables fails here until it has its words, its service and its address."""

from __future__ import annotations

from collections import defaultdict

import pytest

from talentpool.app import templates_folder
from talentpool.candidates import confirming, reminding as registrations, returning
from talentpool.credentials import reminding as credentials
from talentpool.engagements import log_reminding, outlook
from talentpool.gaps import tracking
from talentpool.mail import DIGEST, STATE_LABELS, MailState
from talentpool.needs import views as need_pages
from talentpool.needs.joint import telling as joint_needs
from talentpool.placements import (
    adding_notices,
    deferring,
    extending,
    lapsing,
    models,
    notices,
    reconsidering,
    reminding,
    stating,
)
from talentpool.placements.counters import timing
from talentpool.placements.counters.notices import ASK, REVIEW
from talentpool.placements.questions import asking as questions, timing as question_reminders
from talentpool.placements.revising import service as revising
from talentpool.placements.stepping import SERVICES
from talentpool.placements.views import needs as ends_of_needs
from talentpool.placements.views.words import WORDS
from talentpool.preferences import suggesting, watching
from talentpool.reviews import asking, reporting
from talentpool.rounds import preparing
from talentpool.rounds.models import DirectiveKind
from talentpool.standing import AUDIENCE_LABELS
from talentpool.states import MACHINES, NEED, PLACEMENT, SEATED, Audience, Machine
from talentpool.web.unit import TalentpoolFlask

MAILS = templates_folder() / "mail"


def by_hand(machine: Machine) -> set[str]:
    return {step.verb for step in machine.by_hand()}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda machine: machine.name)
def test_every_state_and_step_has_a_label_in_both_languages(machine: Machine) -> None:
    assert machine.labels.keys() == set(machine.states)
    assert all(ja and en for ja, en in machine.labels.values())
    assert all(step.ja and step.en for step in machine.transitions)
    assert len(machine.steps) == len(machine.transitions)


def test_every_button_of_a_placement_has_a_service_and_words() -> None:
    assert SERVICES.keys() == WORDS.keys() == by_hand(PLACEMENT)
    assert all(str(words.done) for words in WORDS.values())


def test_every_button_of_a_need_has_a_service_and_words_or_a_page_of_its_own() -> None:
    assert need_pages.STEPS.keys() | need_pages.ELSEWHERE.keys() == by_hand(NEED)
    assert need_pages.ELSEWHERE.keys() == ends_of_needs.ENDS.keys()
    assert all(str(step.done) and step.changes for step in need_pages.STEPS.values())


def test_every_button_has_an_address(app: TalentpoolFlask) -> None:
    addresses = app.url_map.bind("")
    for machine in MACHINES.values():
        for verb in by_hand(machine):
            assert addresses.match(f"/{machine.name}s/1/{verb}", method="POST")


def test_every_mail_that_a_step_orders_has_a_text_and_no_text_is_left_over() -> None:
    """Whoever was asked about a placement hears of its end, even where the table names nobody.

    It finishes with its engagement, whose mail tells of both.
    """
    ordered = {
        f"{machine.name}.{step.verb}"
        for machine in MACHINES.values()
        for step in machine.transitions
        if step.notice
        or (
            machine is PLACEMENT and step.is_end and step.sources & SEATED and step.verb != "finish"
        )
    }
    texts = {path.stem: path.read_text("utf-8") for path in MAILS.glob("*.txt")}
    reminders = {
        joint_needs.OF_NEED,
        joint_needs.OF_WORK,
        joint_needs.LEFT_OUT,
        registrations.TEMPLATE,
        confirming.TEMPLATE,
        credentials.TEMPLATE,
        confirming.AGAIN,
        outlook.TEMPLATE,
        log_reminding.TEMPLATE,
        *(f"complaint.{verb}" for verb in ("file", "answer")),
        *(f"meeting.{verb}" for verb in ("change", "cancel")),
        *(f"referral.{verb}" for verb in ("make", "record")),
        tracking.TEMPLATE,
        suggesting.TEMPLATE,
        watching.TEMPLATE,
        *returning.TEMPLATES.values(),
        *(asked.template for asked in reminding.ASKED.values()),
        *(template for told in deferring.TOLD.values() for _who, template, _link in told),
        asking.ASK,
        asking.REMIND,
        reporting.SENT,
        stating.STATED,
        stating.ACCEPTED,
        extending.PROPOSED,
        reconsidering.CHANGED,
        questions.ASK,
        question_reminders.REMIND,
        revising.REVISED,
        revising.OFFER_REVISED,
        *ASK.values(),
        *adding_notices.ASK.values(),
        adding_notices.REVIEW,
        REVIEW,
        *timing.REMIND.values(),
    }
    assert {name for name in texts if not name.startswith("account.")} == {
        *ordered, *reminders, DIGEST,
    }  # fmt: skip
    for text in texts.values():
        assert text.startswith("{{ _('DX人材プール")
        assert "{{ url }}" in text


def test_a_placement_that_waits_for_an_answer_lapses_with_a_reason_of_its_own() -> None:
    assert PLACEMENT.steps["lapse"].sources == models._DUE.keys() == lapsing._REASONS.keys()


def test_every_kind_of_reader_mail_and_directive_has_its_words() -> None:
    assert AUDIENCE_LABELS.keys() == notices._PATHS.keys() == set(Audience)
    assert STATE_LABELS.keys() == set(MailState)
    assert preparing.DEEDS.keys() == set(DirectiveKind)


def test_every_end_of_a_placement_has_its_reasons_in_one_vocabulary() -> None:
    reasons = defaultdict(set)
    for step in PLACEMENT.transitions:
        if step.is_end:
            reasons[step.target].add(step.reasons)
    assert all(len(names) == 1 and None not in names for names in reasons.values())
