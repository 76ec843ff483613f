"""Skills that are ticked, and forms of appointment that somebody can have."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from talentpool.candidates import rules
from talentpool.candidates.models import Candidate
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.reference.catalogue import Catalogue
from talentpool.web.unit import TalentpoolFlask

from ..browsers import Browser, signed_in
from . import typed


@pytest.fixture
def person(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.CANDIDATE)


def skills(database: Database) -> dict[str, int]:
    with database.reading() as session:
        rows = session.scalars(sa.select(Candidate)).one().skills
        return {row.skill: row.level for row in rows}


@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        ({"skill_bpr-has": ["y", ""], "skill_bpr-level": "3"}, {"bpr": 3}),
        ({"skill_bpr-has": [""], "skill_bpr-level": "3"}, {}),  # the tick was taken away
        ({"skill_bpr-level": "3"}, {"bpr": 3}),  # a draft of the page without ticks
    ],
)
def test_the_tick_decides_what_is_registered(
    person: Browser, database: Database, fields: dict[str, Any], stored: dict[str, int]
) -> None:
    assert person.post("/profile/skills", **fields).status_code == 302
    assert skills(database) == stored


def test_a_tick_without_a_level_is_refused_at_the_skill(person: Browser) -> None:
    answer = person.post("/profile/skills", **{"skill_bpr-has": ["y", ""]})
    assert answer.status_code == 422
    assert "水準を選んでください。" in typed.errors(answer.text)
    assert "技能「業務フロー見直し(BPR)」" in " ".join(typed.errors(answer.text))


def test_forms_that_need_another_kind_of_employer_are_not_offered(person: Browser) -> None:
    everything = person.get("/profile/wishes").text
    assert 'value="secondment"' in everything
    person.post("/profile/basics", **typed.BASICS)
    page = person.get("/profile/wishes").text
    for form in rules.FORMS_OF_ONE_KIND:
        assert f'value="{form}"' not in page
    assert "公務員の身分あり・最長12か月・月額、日額、時給" in page


def test_a_form_that_cannot_be_is_refused_and_stays_to_be_read(person: Browser) -> None:
    person.post("/profile/basics", **typed.BASICS)
    answer = person.post("/profile/wishes", **typed.WISHES | {"forms": ["secondment"]})
    assert answer.status_code == 422
    assert "「民間専門人材(本業あり)」の人だけが受けられます。" in " ".join(
        typed.errors(answer.text)
    )
    assert 'value="secondment"' in answer.text


def test_a_kind_that_its_forms_forbid_is_refused(person: Browser) -> None:
    person.post("/profile/basics", **typed.BASICS | {"kind": "serving"})
    assert (
        person.post("/profile/wishes", **typed.WISHES | {"forms": ["dispatch"]}).status_code == 302
    )
    answer = person.post("/profile/basics", **typed.BASICS)
    assert answer.status_code == 422
    assert "「現職公務員」の人だけが受けられます。" in " ".join(typed.errors(answer.text))


@pytest.mark.parametrize(("kind", "form"), [("official", "dispatch"), ("freelance", "secondment")])
def test_every_form_that_cannot_be_is_named(kind: str, form: str) -> None:
    catalogue = Catalogue.shipped()
    found = list(rules.form_faults([form, "commission"], kind, catalogue))
    assert [field for field, _ in found] == ["forms"]
    assert list(rules.form_faults([form], None, catalogue)) == []
    assert all(
        catalogue.is_valid("form", code) and catalogue.is_valid("candidate_kind", owner)
        for code, owner in rules.FORMS_OF_ONE_KIND.items()
    )


@pytest.mark.parametrize("step", ["basics", "skills", "wishes"])
def test_a_step_that_is_opened_from_the_profile_leads_back_to_it(
    person: Browser, step: str
) -> None:
    typed.fill_in(person)
    assert f'href="/profile/{step}?only=1"' in person.get("/profile").text
    page = person.get(f"/profile/{step}?only=1").text
    assert "保存して次へ" not in page
    answer = person.post(f"/profile/{step}?only=1", **typed.STEPS[step])
    assert answer.location == "/profile"


def test_what_was_typed_in_one_calendar_is_told_in_both(person: Browser) -> None:
    person.post("/profile/career", **typed.CAREER)
    page = person.get("/profile/career").text
    assert "＝ 2010年4月（平成22年4月）" in page
    assert "＝ 2022年3月（令和4年3月）" in page
    person.post("/profile/skills", **typed.SKILLS)
    assert "＝ 1994年（平成6年）" in person.get("/profile/skills").text
