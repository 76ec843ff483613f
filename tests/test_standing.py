"""Every reader has words of their own for every state that they may see."""

from __future__ import annotations

from enum import StrEnum

import pytest

from talentpool.permissions import RULES, Action, Role
from talentpool.standing import STATES, WORDS, PlacementStanding, Reader, reader_of, words_of
from talentpool.states import MACHINES, PLACEMENT, SEATED, PlacementState

CLERKS_WORDS = ("本人", "市町確認中", "市町見送り", "推薦", "起案", "決裁", "充足")
SEEN_BY = {
    action: {reader_of(role) for role in RULES[action] if role is not Role.SYSTEM}
    for action in (Action.VIEW_NEED, Action.VIEW_PLACEMENT)
}
# A membership is between the person and the prefecture.
READERS = {
    "MembershipStanding": {Reader.PERSON, Reader.STAFF},
    "NeedStanding": SEEN_BY[Action.VIEW_NEED],
    "PlacementStanding": SEEN_BY[Action.VIEW_PLACEMENT],
}


def after_the_offer() -> set[StrEnum]:
    """Every standing of a placement that the person was asked about: `offered_at` is set and stays."""
    ends = {step.target for step in PLACEMENT.transitions if step.is_end and step.sources & SEATED}
    return {PlacementStanding(state) for state in SEATED | ends} | {PlacementStanding.FINISHED}


def after_the_introduction() -> set[StrEnum]:
    named = {PlacementState.INTRODUCED, PlacementState.AGREED, PlacementState.CONFIRMED}
    ends = {step.target for step in PLACEMENT.transitions if step.is_end and step.sources & named}
    return {PlacementStanding(state) for state in named | ends} | {PlacementStanding.FINISHED}


@pytest.mark.parametrize("standing", STATES, ids=lambda standing: standing.__name__)
def test_every_state_has_words_for_everybody_who_sees_it(standing: type[StrEnum]) -> None:
    table = WORDS[standing]
    assert set(table) == READERS[standing.__name__]
    for reader, rows in table.items():
        expected = set(standing)
        if standing is PlacementStanding and reader is Reader.PERSON:
            expected = after_the_offer()
        if standing is PlacementStanding and reader is Reader.TOWN:
            expected = after_the_introduction() | {PlacementStanding.OFFERED}
        assert set(rows) == expected, reader
        for japanese, english in rows.values():
            assert not japanese.isascii()
            assert english.isascii()


@pytest.mark.parametrize("standing", STATES, ids=lambda standing: standing.__name__)
def test_a_standing_keeps_every_stored_state_under_its_name(standing: type[StrEnum]) -> None:
    stored = set(STATES[standing])
    assert stored < set(standing)
    for state in stored:
        assert words_of(state, Reader.STAFF) == MACHINES[type(state)].labels[state]


def test_no_person_reads_a_word_of_the_clerks() -> None:
    said = [words[0] for table in WORDS.values() for words in table.get(Reader.PERSON, {}).values()]
    assert said
    assert [text for text in said if any(word in text for word in CLERKS_WORDS)] == []


def test_two_ends_do_not_read_the_same_to_one_reader() -> None:
    for table in WORDS.values():
        for rows in table.values():
            texts = [words[0] for words in rows.values()]
            assert len(texts) == len(set(texts))
