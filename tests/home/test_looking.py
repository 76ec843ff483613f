"""The box that looks for anything: numbers, names, titles, towns; straight to the page where one thing is meant."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from talentpool.candidates.models import ProfileView
from talentpool.db import Database, Session
from talentpool.home.looking import MOST, Found, find
from talentpool.permissions import Role
from talentpool.reference.catalogue import Catalogue
from talentpool.text import search_key
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in

CATALOGUE = Catalogue.shipped()


def looked(session: Session, words: str, role: Role = Role.COORDINATOR) -> Found:
    return find(session, make.make_user(session, role).actor, words, catalogue=CATALOGUE)


@pytest.mark.parametrize("words", ["", "  ", "　"])
def test_no_word_finds_nothing(session: Session, words: str) -> None:
    make.make_candidate(session)
    make.make_need(session)
    assert looked(session, words) == Found((), 0, (), 0)


@pytest.mark.parametrize("words", ["髙﨑", "タカサキ", "たかさき　みゆき", "美幸 高崎"])
def test_a_person_is_found_by_name_and_furigana_however_written(
    session: Session, words: str
) -> None:
    names = "髙﨑 美幸", "タカサキ ミユキ"
    key = search_key(" ".join(names))
    person = make.make_candidate(session, family_name="髙﨑", given_name="美幸", search_key=key)
    make.make_candidate(session, family_name="山田", given_name="太郎")
    session.flush()
    found = looked(session, words)
    assert (found.people, found.only) == ([person], person)


def test_a_number_is_one_thing_with_its_letter_and_may_be_two_without(session: Session) -> None:
    person, need = make.make_candidate(session), make.make_need(session)
    person.code, need.code = "C-000777", "N-000777"
    session.flush()
    assert looked(session, "c777").only is person
    assert looked(session, "Ｎ-000777").only is need
    both = looked(session, "777")
    assert (both.people, both.needs, both.only) == ([person], [need], None)


def test_a_need_is_found_by_title_and_town(session: Session) -> None:
    need = make.make_need(session, municipality_code="282014", title="書かない窓口の導入")
    make.make_need(session, municipality_code="282022", title="防災情報の整理")
    assert looked(session, "窓口").needs == [need]
    assert looked(session, "姫路 窓口").needs == [need]
    assert looked(session, "姫路 防災").needs == []


def test_more_than_ten_are_counted_and_ten_are_shown(session: Session) -> None:
    for _ in range(MOST + 3):
        make.make_candidate(session, search_key=search_key("同姓"))
    found = looked(session, "同姓")
    assert (len(found.people), found.people_in_all, found.only) == (MOST, MOST + 3, None)


def test_people_and_needs_of_another_prefecture_are_not_found(session: Session) -> None:
    make.make_candidate(session, family_name="大坂", prefecture_code=make.OSAKA)
    make.make_need(session, municipality_code="271004", title="大坂の仕事")
    assert looked(session, "大坂") == Found([], 0, [], 0)


def test_the_box_of_home_leads_to_the_page_and_what_was_shown_is_logged(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        person = make.make_candidate(session)
        twins = [
            make.make_candidate(session, family_name="双子", search_key=search_key("双子")).id
            for _ in range(2)
        ]
        ident, code = person.id, person.code
    officer = signed_in(app, Role.COORDINATOR)
    assert 'action="/find"' in officer.get("/home").text
    answer = officer.get(f"/find?words={code}")
    assert answer.headers["Location"] == f"/candidates/{ident}"
    page = officer.get("/find?words=双子").text
    assert page.count("双子") >= 2
    with database.reading() as session:
        seen = session.scalars(sa.select(ProfileView.candidate_id)).all()
    assert sorted(seen) == twins
    assert "当てはまりません" in officer.get("/find?words=<script>alert(1)</script>").text
    assert officer.get("/find?words=" + "長" * 300).status_code == 200


@pytest.mark.parametrize("role", [Role.MUNICIPALITY, Role.CANDIDATE, Role.ADMIN])
def test_only_staff_who_read_profiles_look(app: TalentpoolFlask, role: Role) -> None:
    assert signed_in(app, role).get("/find?words=C-000001").status_code in {403, 404}
