"""The engine refuses words that it does not know, so it must know those of the tables, the forms and the screening."""

from __future__ import annotations

import pytest

from talentpool.matching import records
from talentpool.needs.models import NeedMode
from talentpool.pool import conflicts, translate
from talentpool.reference.catalogue import Catalogue


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    [
        ("candidate_kind", records.KINDS),
        ("mode", records.MODES),
        ("evidence_state", records.EVIDENCE),
    ],
)
def test_the_engine_knows_every_word_of_a_table(vocabulary: str, words: tuple[str, ...]) -> None:
    assert {term.code for term in Catalogue.shipped().terms(vocabulary)} == set(words)


def test_the_engine_knows_every_word_of_the_service() -> None:
    assert {str(mode) for mode in NeedMode} == set(records.MODES)
    assert frozenset().union(*translate.MODES.values()) == set(records.MONTH_MODES)
    assert set(conflicts.SEVERITIES) == set(records.SEVERITIES)
    assert {severity for severity, *_ in conflicts.RULES.values()} <= set(records.SEVERITIES)
