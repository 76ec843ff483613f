"""The steps that describe the person."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from talentpool.candidates import (
    availability,
    consenting,
    drafting,
    editing,
    finding,
    reviewing,
    submitting,
)
from talentpool.candidates.content import Career, Company, Exam, Matter, Post, SkillClaim, Skills
from talentpool.candidates.models import Candidate
from talentpool.candidates.steps import Step
from talentpool.db import Session
from talentpool.errors import Forbidden, Refused
from talentpool.listing import Asked
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.reference.catalogue import Catalogue

from .. import factories as make
from .profiles import APRIL, BASICS, NOW, WINDOWS, active, complete, events


def test_names_keep_their_code_points_and_are_found_by_folded_keys(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    for family in ("髙﨑", "𠮷塚", "葛\U000e0100飾", "\ufa10田"):
        basics = replace(BASICS, family_name=family)
        editing.save_basics(session, candidate, basics, actor=person, now=NOW)
        session.expire(candidate)
        assert candidate.family_name == family
    membership = complete(session, candidate, person)
    submitting.submit_profile(session, membership, actor=person, now=NOW)
    for words in ("高崎", "髙﨑", "たかさき", "ﾀｶｻｷ", candidate.code.lower()):
        found = finding.list_candidates(
            session,
            officer,
            Asked(words=words),
            catalogue=Catalogue.shipped(),
            now=NOW,
        ).page()
        assert [row.id for row in found.rows] == [candidate.id], words


def test_the_search_key_of_extreme_names_fits_its_column(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    basics = replace(BASICS, family_name="\ufdfa" * 50, given_name="\ufdfa" * 50)
    editing.save_basics(session, candidate, basics, actor=person, now=NOW)
    career = Career(
        companies=[Company("\ufdfa" * 100)], matters=[Matter("\ufdfa" * 100, APRIL - 12)]
    )
    editing.save_career(session, candidate, career, actor=person, now=NOW)
    session.flush()
    assert len(candidate.search_key) == 400


def test_only_the_person_and_the_office_may_edit(
    session: Session, candidate: Candidate, officer: Actor
) -> None:
    stranger = make.make_user(session, Role.CANDIDATE).actor
    town = make.make_user(session, Role.MUNICIPALITY).actor
    auditor = make.make_user(session, Role.AUDITOR).actor
    for actor in (stranger, town, auditor, officer):  # the office sees no draft either
        with pytest.raises(Forbidden):
            editing.save_basics(session, candidate, BASICS, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            drafting.save_draft(session, candidate, Step.BASICS, {}, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            availability.save_availability(session, candidate, WINDOWS, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            consenting.save_consents(session, candidate, make.HYOGO, [], actor=actor, now=NOW)


def test_an_unknown_home_is_refused(session: Session, candidate: Candidate, person: Actor) -> None:
    with pytest.raises(Refused):
        editing.save_basics(
            session, candidate, replace(BASICS, home_code="999999"), actor=person, now=NOW
        )


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "wizard"},
        {"birth_date": "1900-01-01"},
        {"birth_date": "2020-01-01"},
    ],
)
def test_basics_that_cannot_be_are_refused(
    session: Session, candidate: Candidate, person: Actor, change: dict[str, str]
) -> None:
    with pytest.raises(Refused):
        editing.save_basics(session, candidate, replace(BASICS, **change), actor=person, now=NOW)


@pytest.mark.parametrize(
    "career",
    [
        Career(posts=[Post("市", APRIL - 24, APRIL - 36)]),
        Career(posts=[Post("市", APRIL - 24, APRIL + 36)]),
        Career(posts=[Post("市", APRIL - 24, grade="emperor")]),
        Career(posts=[Post("市", APRIL - 24)] * 31),
        Career(matters=[Matter("会社", APRIL + 12)]),
    ],
)
def test_a_career_that_cannot_be_is_refused(
    session: Session, candidate: Candidate, person: Actor, career: Career
) -> None:
    with pytest.raises(Refused):
        editing.save_career(session, candidate, career, actor=person, now=NOW)


@pytest.mark.parametrize(
    "skills",
    [
        Skills([SkillClaim("juggling", 3)]),
        Skills([SkillClaim("bpr", 3, 1900)]),
        Skills(exams=[Exam("X", exam="ZZ")]),
        Skills(exams=[Exam("X", year=2099)]),
    ],
)
def test_skills_that_cannot_be_are_refused(
    session: Session, candidate: Candidate, person: Actor, skills: Skills
) -> None:
    with pytest.raises(Refused):
        editing.save_skills(session, candidate, skills, actor=person, now=NOW)


@pytest.mark.parametrize("name", ["姫路市", "姫路市役所", "兵庫県姫路市"])
def test_a_town_is_recognised_in_the_name_of_an_office(
    session: Session, candidate: Candidate, person: Actor, name: str
) -> None:
    editing.save_career(
        session, candidate, Career(posts=[Post(name, APRIL - 99)]), actor=person, now=NOW
    )
    assert candidate.posts[0].municipality_code == make.HIMEJI


@pytest.mark.parametrize("name", ["株式会社サンプル", "兵庫県", "府中市"])
def test_an_office_that_is_no_town_or_several_has_no_code(
    session: Session, candidate: Candidate, person: Actor, name: str
) -> None:
    editing.save_career(
        session, candidate, Career(posts=[Post(name, APRIL - 99)]), actor=person, now=NOW
    )
    assert candidate.posts[0].municipality_code is None


def test_the_audit_names_the_fields_and_never_their_contents(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    editing.save_basics(session, candidate, BASICS, actor=person, now=NOW)
    editing.save_basics(session, candidate, BASICS, actor=person, now=NOW)
    editing.save_basics(
        session, candidate, replace(BASICS, phone="06-1111-2222"), actor=person, now=NOW
    )
    edits = [event for event in events(session) if event.action == "candidate.edit"]
    assert [event.detail["step"] for event in edits] == ["basics", "basics"]
    assert edits[1].detail["fields"] == ["phone"]
    for event in edits:
        assert "髙﨑" not in json.dumps(event.detail, ensure_ascii=False)
        assert "06-1111" not in json.dumps(event.detail)


def test_rows_that_did_not_change_stay_the_same_rows(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    career = Career(posts=[Post("姫路市", APRIL - 99), Post("兵庫県", APRIL - 50)])
    editing.save_career(session, candidate, career, actor=person, now=NOW)
    kept = next(row.id for row in candidate.posts if row.body == "兵庫県")
    editing.save_career(session, candidate, Career(posts=[career.posts[1]]), actor=person, now=NOW)
    assert [row.id for row in candidate.posts] == [kept]


def test_a_changed_level_has_to_be_verified_anew(
    session: Session, candidate: Candidate, person: Actor, officer: Actor
) -> None:
    active(session, candidate, person, officer)
    reviewing.verify_evidence(session, candidate, {"bpr": "confirmed"}, actor=officer, now=NOW)
    noted = Skills([SkillClaim("bpr", 3, 2026, evidence_note="研修資料")])
    editing.save_skills(session, candidate, noted, actor=person, now=NOW)
    assert candidate.skills[0].evidence == "confirmed"
    raised = Skills([SkillClaim("bpr", 4, 2026, evidence_note="研修資料")])
    editing.save_skills(session, candidate, raised, actor=person, now=NOW)
    assert candidate.skills[0].evidence == "self"


def test_drafts_are_kept_apart_by_step(
    session: Session, candidate: Candidate, person: Actor
) -> None:
    typed = {"family_name": ["髙\U000e0100"], "roles": ["a", "b"]}
    drafting.save_draft(session, candidate, Step.BASICS, typed, actor=person, now=NOW)
    draft = drafting.get_draft(session, candidate, Step.BASICS)
    assert draft is not None
    assert (draft.typed, draft.saved_at) == (typed, NOW)
    assert drafting.list_drafted(session, candidate) == {Step.BASICS}
    assert drafting.get_draft(session, candidate, Step.SKILLS) is None
    editing.save_basics(session, candidate, BASICS, actor=person, now=NOW)
    assert drafting.get_draft(session, candidate, Step.BASICS) is None


def test_the_system_may_act_without_a_person(session: Session) -> None:
    candidate = make.make_candidate(session, has_account=False)
    editing.save_basics(session, candidate, BASICS, actor=SYSTEM, now=NOW)
    assert candidate.family_name == "髙﨑"
