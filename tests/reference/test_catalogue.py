"""The shipped reference data: complete, consistent, found by code and by label."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from talentpool import states
from talentpool.candidates.models import Mode
from talentpool.errors import UnknownCode
from talentpool.geo import Travel
from talentpool.needs.models import NeedMode, Side
from talentpool.reference import shipped
from talentpool.reference.catalogue import Catalogue
from talentpool.reference.entries import Form, SideJobRule, Theme, Vocabulary
from talentpool.text import is_kana, search_key

catalogue = Catalogue.shipped()
EVERY_TERM = [term for vocabulary in Vocabulary for term in catalogue.terms(vocabulary)]
KOBE, SUMOTO, TOYOOKA, KAMI, SAYO = "281000", "282057", "282090", "285854", "285013"


def test_japan_has_47_prefectures_and_1741_municipalities_and_hyogo_41() -> None:
    assert len(catalogue.prefectures()) == 47
    assert len(catalogue.municipalities()) == 1741
    assert len(catalogue.municipalities("28")) == 41
    assert sum(len(catalogue.municipalities(p.code)) for p in catalogue.prefectures()) == 1741


def test_the_people_of_hyogo_add_up_to_the_census() -> None:
    assert sum(town.population or 0 for town in catalogue.municipalities("28")) == 5_465_002


def test_every_municipality_has_its_place_in_its_prefecture() -> None:
    for town in catalogue.municipalities():
        prefecture = catalogue.prefecture(town.prefecture_code)
        assert len(town.code) == 6 and town.code.startswith(prefecture.code)
        assert is_kana(town.kana)
        assert town.kind in "市町村区" and town.ja.endswith(town.kind)
        assert 20 < town.latitude < 46 and 122 < town.longitude < 154
        assert town.mail_domain and "." in town.mail_domain


def test_every_town_of_hyogo_has_region_population_and_english_name() -> None:
    towns = catalogue.municipalities("28")
    assert all(town.region and town.population and town.en for town in towns)
    assert Counter(town.kind for town in towns) == {"市": 29, "町": 12}
    assert len({town.region for town in towns}) == 10


def test_a_town_without_an_english_name_keeps_its_own_on_english_pages() -> None:
    sapporo, himeji = (catalogue.municipality(code) for code in ("011002", "282014"))
    assert (sapporo.label("en"), himeji.label("en")) == ("札幌市", "Himeji")


def test_population_is_left_open_where_it_is_not_known() -> None:
    assert all(
        t.population is None for t in catalogue.municipalities() if t.prefecture_code != "28"
    )
    assert catalogue.size_class("131016") is None


@pytest.mark.parametrize(
    ("code", "size"), [(SAYO, 0), (TOYOOKA, 1), (KOBE, 2), ("282197", 2), ("282294", 1)]
)
def test_size_classes_part_at_50_and_100_thousand_people(code: str, size: int) -> None:
    assert catalogue.size_class(code) == size


def test_a_code_is_checked_by_the_table_and_not_by_its_check_digit() -> None:
    for wrong in ("281001", "999999", "28100", "", "２８１０００", "281000 "):
        with pytest.raises(UnknownCode):
            catalogue.municipality(wrong)
    with pytest.raises(UnknownCode):
        catalogue.prefecture("48")
    with pytest.raises(UnknownCode):
        catalogue.municipalities("00")


def test_municipalities_are_found_by_code_and_by_name() -> None:
    for text in (SAYO, "２８５０１３", "佐用町", "兵庫県佐用町", " 兵庫県 佐用町 "):
        assert catalogue.find_municipality(text).code == SAYO


def test_a_name_that_several_towns_have_needs_its_prefecture() -> None:
    with pytest.raises(UnknownCode, match="複数"):
        catalogue.find_municipality("府中市")
    assert catalogue.find_municipality("府中市", prefecture="34").prefecture_code == "34"
    assert catalogue.find_municipality("東京都府中市").prefecture_code == "13"
    with pytest.raises(UnknownCode):
        catalogue.find_municipality("架空市")


@pytest.mark.parametrize(
    ("vocabulary", "count"),
    [("talent_level", 3), ("role", 4), ("side", 2), ("theme", 24), ("skill", 20), ("skill_group", 3),
     ("skill_level", 4), ("dss_skill", 49), ("form", 18), ("pay_basis", 5), ("mode", 3), ("candidate_kind", 5),
     ("evidence_state", 3), ("standard_operation", 20), ("size_class", 3), ("consent_purpose", 4)],
)  # fmt: skip
def test_the_lists_are_complete(vocabulary: str, count: int) -> None:
    assert len(catalogue.terms(vocabulary)) == count


def test_every_item_has_labels_in_both_languages_a_source_and_its_provenance() -> None:
    for term in EVERY_TERM:
        assert term.ja.strip() == term.ja != ""
        assert term.en.isascii() and term.en
        assert term.source and term.standard and term.provenance
        assert catalogue.label(term.vocabulary, term.code) == term.ja
        assert catalogue.label(term.vocabulary, term.code, "en") == term.en


def test_every_vocabulary_has_its_file_and_every_file_its_vocabulary() -> None:
    assert set(shipped.titles()) == {vocabulary.value for vocabulary in Vocabulary}
    assert sorted(path.stem for path in (shipped._DATA / "terms").iterdir()) == sorted(
        vocabulary.value for vocabulary in Vocabulary
    )


def test_codes_are_unique_and_positions_rise() -> None:
    for vocabulary in Vocabulary:
        terms = catalogue.terms(vocabulary)
        assert len({term.code for term in terms}) == len(terms)
        assert [term.position for term in terms] == sorted({term.position for term in terms})


def test_an_item_is_found_by_code_label_english_label_and_short_name() -> None:
    for term in EVERY_TERM:
        for text in (
            term.code,
            term.ja,
            term.en,
            f" {term.ja} ",
            *term.attributes.get("aliases", ()),
        ):
            assert catalogue.find(term.vocabulary, text) == term


def test_no_two_items_of_a_list_are_spelled_alike() -> None:
    for vocabulary in Vocabulary:
        owner: dict[str, str] = {}
        for term in catalogue.terms(vocabulary):
            for text in (term.code, term.ja, term.en, *term.attributes.get("aliases", ())):
                assert owner.setdefault(search_key(text), term.code) == term.code


@pytest.mark.parametrize(
    ("vocabulary", "text", "code"),
    [("form", "会計年度任用職員（パートタイム）", "fiscal_year_part"), ("form", "会計年度(パート)", "fiscal_year_part"),
     ("skill", "橋渡し", "bridging"), ("exam", "初級シスアド", "AD"), ("exam", "第一種情報処理", "K1"),
     ("candidate_kind", "行政ＯＢ", "official"), ("mode", "オンライン", "online"), ("skill_level", "３", "3")],
)  # fmt: skip
def test_sheets_may_use_the_names_of_daily_life(vocabulary: str, text: str, code: str) -> None:
    assert catalogue.find(vocabulary, text).code == code


@pytest.mark.parametrize("text", ["", "ない", "\0", "x" * 10_000, "\ud800"])
def test_an_unknown_label_is_refused_with_the_name_of_the_list(text: str) -> None:
    with pytest.raises(UnknownCode, match="業務スキル") as refusal:
        catalogue.find("skill", text)
    assert len(refusal.value.message) < 80


def test_an_unknown_vocabulary_is_a_bug_and_no_refusal() -> None:
    with pytest.raises(ValueError, match="skills"):
        catalogue.terms("skills")


def test_each_theme_has_its_side() -> None:
    themes = [catalogue.theme(term.code) for term in catalogue.terms("theme")]
    assert Counter(theme.side for theme in themes) == {"municipal": 12, "community": 12}
    assert sum(theme.is_focus_item for theme in themes) == 7
    assert catalogue.theme("tourism") == Theme("tourism", "観光", "Tourism", "community", False)
    assert {theme.side for theme in themes} == {term.code for term in catalogue.terms("side")}


def test_each_skill_has_a_group_a_description_and_items_of_the_national_standard() -> None:
    groups = Counter(skill.group for skill in catalogue.skills())
    assert groups == {"administration": 7, "bridging": 4, "digital": 9}
    for skill in catalogue.skills():
        assert skill.does_ja and skill.does_en
        assert skill.dss and all(catalogue.is_valid("dss_skill", code) for code in skill.dss)
    assert catalogue.skill("bridging") in catalogue.skills("bridging")


def test_each_level_has_an_anchor_in_both_languages() -> None:
    levels = catalogue.terms("skill_level")
    assert [term.attributes["level"] for term in levels] == [1, 2, 3, 4]
    assert all(term.attributes["anchor_ja"] and term.attributes["anchor_en"] for term in levels)


def test_a_former_examination_leads_to_a_present_one_of_its_level() -> None:
    exams = catalogue.terms("exam")
    assert sum(not term.attributes["is_former"] for term in exams) == 13
    for term in exams:
        assert 1 <= term.attributes["level"] <= 4
        if term.attributes["is_former"]:
            successor = catalogue.term("exam", term.attributes["successor"])
            assert not successor.attributes["is_former"]
            assert successor.attributes["level"] == term.attributes["level"]


def _forms() -> list[Form]:
    return [catalogue.form(term.code) for term in catalogue.terms("form")]


def test_every_form_names_known_pay_bases_and_its_legal_basis() -> None:
    known = {term.code for term in catalogue.terms("pay_basis")}
    for form in _forms():
        assert form.pay_bases and form.pay_bases <= known
        assert form.legal_basis_ja and form.legal_basis_en
        assert (form.least_months or 0) <= (form.longest_months or 999)
        assert (form.least_half_days or 0) <= (form.most_half_days or 999)
        assert catalogue.is_valid("side_job_rule", form.side_job)


def test_only_fiscal_year_appointments_end_with_the_fiscal_year() -> None:
    bound = {form.code for form in _forms() if form.is_fiscal_year_bound}
    assert bound == {"fiscal_year_full", "fiscal_year_part"}
    assert all(catalogue.form(code).longest_months == 12 for code in bound)


def test_article_38_spares_part_time_fiscal_year_and_special_service_posts_only() -> None:
    free = {form.code for form in _forms() if form.side_job is SideJobRule.FREE}
    assert free == {"fiscal_year_part", "special_part_time"}


def test_the_side_job_entrepreneur_works_4_days_and_20_hours_with_a_day_on_site() -> None:
    form = catalogue.form("revitalization_side")
    assert (form.least_days, form.least_hours, form.least_half_days, form.onsite_days_least) == (
        4,
        20,
        5,
        1,
    )


def test_every_vocabulary_of_reasons_that_a_state_asks_for_exists_and_has_other() -> None:
    asked = {
        step.reasons for machine in states.MACHINES.values() for step in machine.transitions
    } - {None}
    assert asked
    for vocabulary in asked:
        assert catalogue.is_valid(str(vocabulary), "other")


def test_consents_carry_their_text_and_version_in_both_languages() -> None:
    for term in catalogue.terms("consent_purpose"):
        assert term.attributes["version"] >= 1
        assert term.attributes["text_ja"] and term.attributes["text_en"]


def test_funding_measures_are_marked_as_to_be_checked() -> None:
    assert {term.attributes["status"] for term in catalogue.terms("funding_measure")} == {
        "to_be_checked"
    }
    for term in catalogue.terms("funding_measure"):
        assert all(catalogue.is_valid("form", code) for code in term.attributes["forms"])


def test_the_catalogue_cannot_be_changed() -> None:
    term = catalogue.term("form", "commission")
    with pytest.raises(TypeError):
        term.attributes["pay_bases"] = ()  # type: ignore[index]
    assert isinstance(term.attributes["pay_bases"], tuple)


# --- Travel


def test_awaji_is_half_an_hour_further_than_its_distance() -> None:
    assert catalogue.travel(KOBE, SUMOTO) == Travel(122, is_estimate=False)
    assert catalogue.travel(SUMOTO, "282260").minutes == 21


def test_tajima_is_reached_by_rail_from_the_south_and_by_road_from_its_neighbours() -> None:
    assert catalogue.travel(KOBE, TOYOOKA) == Travel(110, is_estimate=True)
    assert catalogue.travel(TOYOOKA, KAMI) == Travel(39, is_estimate=False)
    inland = catalogue.travel("282227", TOYOOKA)
    assert 60 <= inland.minutes <= 70 and not inland.is_estimate


def test_a_home_in_tokyo_is_far_from_every_hall_of_hyogo() -> None:
    halls = catalogue.municipalities("28")
    assert len(halls) == 41
    assert min(catalogue.travel("131016", hall.code).minutes for hall in halls) > 240


def test_a_better_value_goes_before_the_rule_in_its_direction() -> None:
    better = Catalogue(
        shipped.prefectures(),
        shipped.municipalities(),
        shipped.terms(),
        better_minutes={(KOBE, SUMOTO): 70},
    )
    assert better.travel(KOBE, SUMOTO) == Travel(70, is_estimate=False)
    assert better.travel(SUMOTO, KOBE).minutes == 122


# --- Versions


def test_each_day_has_its_version_and_old_codes_keep_their_label() -> None:
    new = replace(catalogue.term("motive", "income"), ja="副収入", valid_from=date(2027, 4, 1))
    old = replace(catalogue.term("motive", "income"), valid_to=date(2027, 3, 31))
    gone = replace(catalogue.term("motive", "learn"), valid_to=date(2027, 3, 31))

    def on(day: date) -> Catalogue:
        return Catalogue(shipped.prefectures(), shipped.municipalities(), [old, new, gone], on=day)

    before, after = on(date(2027, 3, 31)), on(date(2027, 4, 1))
    assert before.label("motive", "income") == "収入を得たい"
    assert after.label("motive", "income") == "副収入"
    assert before.is_valid("motive", "learn") and not after.is_valid("motive", "learn")
    assert after.label("motive", "learn") == "学び・成長したい"
    assert on(date(2000, 1, 1)).label("motive", "income") == "収入を得たい"
    assert on(date(2000, 1, 1)).terms("motive") == ()
    with pytest.raises(UnknownCode):
        after.find("motive", "学び・成長したい")


# --- What the models store


def test_the_lists_that_the_models_repeat_as_enums_hold_the_same_codes() -> None:
    for vocabulary, enum in (
        ("window_mode", Mode),
        ("mode", NeedMode),
        ("side", Side),
    ):
        assert {term.code for term in catalogue.terms(vocabulary)} == set(enum)
