"""A town that does not name itself is described so that no description is that of one town."""

from __future__ import annotations

from collections import Counter

from talentpool import clock
from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.preferences.describing import describe
from talentpool.reference.catalogue import Catalogue
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import signed_in
from tests.factories import HIMEJI, make_candidate, make_need
from tests.preferences.test_pages import enter_as

ICHIKAWA = "284424"  # 中播磨, like Himeji and two more of its own size


def test_no_description_is_of_one_town_alone() -> None:
    catalogue = Catalogue.shipped()
    for prefecture in catalogue.prefectures():
        towns = catalogue.municipalities(prefecture.code)
        told = {town.code: describe(catalogue, town.code) for town in towns}
        shown = Counter((one.region, one.size) for one in told.values())
        assert min(shown.values()) > 1, prefecture.code
        for town in towns:
            alike = [
                other
                for other in towns
                if other.region == town.region
                and catalogue.size_class(other.code) == catalogue.size_class(town.code)
            ]
            assert told[town.code].towns == len(alike)
            assert told[town.code].is_coarser is (len(alike) == 1)


def test_what_would_name_the_town_is_kept_back_and_the_town_is_told(
    app: TalentpoolFlask, database: Database
) -> None:
    now = clock.now()
    with database.writing() as session:
        person = make_candidate(session, regions=["中播磨"], now=now)
        alone, alike = (
            make_need(session, municipality_code=code, now=now).id for code in (HIMEJI, ICHIKAWA)
        )
        ident = person.id
    person_page = enter_as(app, database, ident)
    for need, words, is_told in (
        (alone, "県内の市町", False),
        (alike, "中播磨地域・5万人未満", True),
    ):
        page = person_page.get(f"/suited/{need}").text
        assert words in page
        assert ("中播磨" in page) is is_told
        assert "10万人以上" not in page
    staff = signed_in(app, Role.COORDINATOR)
    himeji = signed_in(app, Role.MUNICIPALITY)
    for page in (
        himeji.get(f"/needs/{alone}/showing").text,
        himeji.get(f"/needs/{alone}").text,
        staff.get(f"/needs/{alone}/interests").text,
    ):
        assert "「県内の市町」とだけ示" in page
        assert "当てはまる市町が1つになり" in page
    assert "県内に3市町あります。" in staff.get(f"/needs/{alike}/interests").text
