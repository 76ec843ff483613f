"""The search boxes of the lists: every word, folded, in names, texts, towns, posts, skills and numbers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st

from talentpool.candidates import finding as people
from talentpool.candidates.models import Candidate, CandidatePost
from talentpool.db import Session
from talentpool.listing import Asked
from talentpool.needs import finding as needs
from talentpool.needs.models import Need
from talentpool.operations import check
from talentpool.permissions import Role
from talentpool.reference.catalogue import Catalogue
from talentpool.searching import KEY_LENGTH, number_in
from talentpool.text import search_key

from .factories import HIMEJI, NOW, make_candidate, make_need, make_user

CATALOGUE = Catalogue.shipped()
KOBE, TOYOOKA = "281000", "282090"


@pytest.fixture
def person(session: Session) -> Candidate:
    """Of Toyooka, once section chief of a counter in Kobe."""
    found = make_candidate(session, has_account=False, home_code=TOYOOKA)
    found.posts = [
        CandidatePost(
            body="神戸市", municipality_code=KOBE, department="窓口改革室", title="課長",
            first_month=24_000,
        )
    ]  # fmt: skip
    make_candidate(session, has_account=False, home_code=HIMEJI)
    session.flush()
    return found


def _people(session: Session, words: str) -> list[int]:
    actor = make_user(session, Role.COORDINATOR).actor
    asked = Asked(words=words)
    found = people.list_candidates(session, actor, asked, catalogue=CATALOGUE, now=NOW)
    return [row.id for row in found.page().rows]


def _needs(session: Session, words: str) -> list[int]:
    actor = make_user(session, Role.COORDINATOR).actor
    found = needs.list_needs(session, actor, Asked(words=words), catalogue=CATALOGUE)
    return [row.id for row in found.page().rows]


@pytest.mark.parametrize(
    "words",
    [
        "神戸", "豊岡", "とよおか", "ﾄﾖｵｶ", "豊岡市", "課長", "窓口", "窓口改革 課長", "神戸市　課長",
        "兵庫県豊岡市", "豊岡 神戸",
    ],
)  # fmt: skip
def test_a_person_is_found_by_towns_and_posts(
    session: Session, person: Candidate, words: str
) -> None:
    assert _people(session, words) == [person.id]


@pytest.mark.parametrize("words", ["豊岡 部長", "課長 %", "ー", "淡路", "窓口 ！"])
def test_every_word_must_be_found(session: Session, person: Candidate, words: str) -> None:
    assert _people(session, words) == []
    assert _people(session, "課長") == [person.id]


def test_a_number_finds_its_code_alone(session: Session, person: Candidate) -> None:
    other = make_candidate(session, has_account=False)
    for words in (person.code, person.code.lower(), str(person.id), f"Ｃ{person.id}"):
        assert _people(session, words) == [person.id], words
    assert _people(session, f"C-{other.id:06d} 課長") == []
    assert _people(session, "9" * 40) == []
    need = make_need(session)
    assert _needs(session, str(need.id)) == [need.id] == _needs(session, need.code)
    assert _needs(session, f"C-{need.id:06d}") == []


def test_a_person_is_found_by_skills_and_not_by_parts_of_english_words(
    session: Session, person: Candidate
) -> None:
    skill = CATALOGUE.term("skill", person.skills[0].skill)
    assert person.id in _people(session, skill.ja)
    assert CATALOGUE.codes_like("skill", search_key(skill.ja)) == [skill.code]
    for term in CATALOGUE.terms("skill"):
        for code in CATALOGUE.codes_like("skill", "ai"):
            found = CATALOGUE.term("skill", code)
            assert "AI" in found.ja or "ai" in found.en.casefold().split(), term


@pytest.mark.parametrize(
    "words", ["ＡＩ", "AI", "ai", "窓口DX", "窓口ｄｘ", "姫路 窓口", "ﾋﾒｼﾞ", "生成 効果"]
)
def test_a_need_is_found_as_people_are(session: Session, words: str) -> None:
    need = make_need(
        session, title="窓口ＤＸと生成AI", municipality_code=HIMEJI,
        outcome_wanted="効果を測りながら広げる",
    )  # fmt: skip
    make_need(session, title="基盤", municipality_code=KOBE)
    assert _needs(session, words) == [need.id]


def test_what_is_changed_is_found_by_its_new_words(session: Session, person: Candidate) -> None:
    person.posts[0].title = "部長"
    need = make_need(session, title="内製化")
    session.flush()
    need.title = "外部人材"
    session.flush()
    assert (_people(session, "部長"), _people(session, "課長")) == ([person.id], [])
    assert (_needs(session, "外部"), _needs(session, "内製化")) == ([need.id], [])
    assert list(check.rows_are_found_by_their_texts(session)) == []


def test_a_key_that_is_not_what_its_row_says_is_named(session: Session) -> None:
    need = make_need(session)
    session.execute(sa.update(Need).values(search_key="x"))
    session.expire_all()
    assert list(check.rows_are_found_by_their_texts(session)) == [
        f"<Need ({need.id},)>: search_key is not what its texts fold to"
    ]


def test_the_key_of_extreme_texts_fits_its_column(session: Session) -> None:
    need = make_need(session, title="\ufdfa" * 100, background="\ufdfa" * 4000)
    session.flush()
    assert len(need.search_key) == KEY_LENGTH


@given(st.integers(1, 10**12), st.sampled_from(["", "c", "n"]), st.integers(0, 6))
def test_a_number_is_read_with_and_without_its_letter(number: int, letter: str, zeros: int) -> None:
    key = search_key(f"{letter.upper()}-{'0' * zeros}{number}")
    assert number_in(key, "c") == (None if letter == "n" else number)
