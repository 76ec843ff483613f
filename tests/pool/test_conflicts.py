"""Each rule of the screening, on both sides of its limits. The need begins in April 2027."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from talentpool.candidates.content import Company, Matter, Post
from talentpool.dates import month_number
from talentpool.pool.conflicts import RULES, gravest, screen
from talentpool.pool.records import Ground, Known, Lifter, Profile, Request

START = month_number(2027, 4)
TOWN, OTHER = "282014", "285013"
REQUEST = Request(
    code="N-1", municipality_code=TOWN, title="", theme="bpr", half_days=4, first_month=START,
    last_month=START + 5, mode="online", place_code=TOWN, pay_basis="day",
    vendors=("株式会社 サンプル",), touches_procurement=True,
)  # fmt: skip
PERSON = Profile(
    code="C-1", kind="official", member_from=0, member_until=10**5, consents=True, home_code=TOWN
)
COMPANY = Company("別の会社")


def _rules(person: Profile, request: Request = REQUEST) -> list[str]:
    return [finding.rule for finding in screen(person, request)]


def _served_until(last: int | None, **more: object) -> Profile:
    post = Post("姫路市", START - 200, last, TOWN)
    return replace(PERSON, posts=(post,), **more)  # type: ignore[arg-type]


def test_a_person_without_ties_has_no_finding() -> None:
    assert _rules(PERSON) == []


def test_what_was_decided_about_a_vendor_blocks_without_limit_of_time() -> None:
    person = replace(PERSON, matters=(Matter("株式会社サンプル", START - 400),))
    assert _rules(person) == ["decided_vendor"]
    assert gravest(screen(person, REQUEST)) == "block"


@pytest.mark.parametrize(
    ("name", "is_same"),
    [
        ("株式会社サンプル", True),
        ("(株)サンプル", True),
        ("(株)　サンプル", True),
        ("㈱ｻﾝﾌﾟﾙ", True),
        ("有限会社サンプル", False),
        ("サンプル株式会社", False),
        ("株式会社サンプルズ", False),
    ],
)
def test_a_company_is_known_in_every_way_its_name_is_written(name: str, is_same: bool) -> None:
    person = replace(PERSON, matters=(Matter(name, START),))
    assert _rules(person) == (["decided_vendor"] if is_same else [])


def test_the_staff_of_a_vendor_may_not_write_the_specification() -> None:
    person = replace(PERSON, companies=(Company("株式会社サンプル"),))
    assert _rules(person) == ["vendor_staff"]
    assert _rules(person, replace(REQUEST, touches_procurement=False)) == ["vendor_ties"]


def test_a_part_of_a_vendor_is_a_tie_and_a_former_job_is_none() -> None:
    owner = replace(
        PERSON, companies=(Company("株式会社サンプル", has_shares=True, is_present=False),)
    )
    assert _rules(owner) == ["vendor_ties"]
    assert _rules(replace(PERSON, companies=(Company("株式会社サンプル", is_present=False),))) == []


@pytest.mark.parametrize(
    ("months_ago", "expected"),
    [(0, ["recent_town"]), (24, ["recent_town"]), (25, [])],
)
def test_a_former_official_of_the_town_is_noted_for_two_years(
    months_ago: int, expected: list[str]
) -> None:
    assert _rules(_served_until(START - months_ago)) == expected


@pytest.mark.parametrize(("months_ago", "is_held"), [(0, True), (24, True), (25, False)])
def test_one_who_works_for_a_company_now_is_held_for_two_years(
    months_ago: int, is_held: bool
) -> None:
    person = _served_until(START - months_ago, companies=(COMPANY,))
    assert ("former_office" in _rules(person)) == is_held
    assert (gravest(screen(person, REQUEST)) == "hold") == is_held


def test_somebody_who_still_serves_there_counts_as_leaving_today() -> None:
    assert "recent_town" in _rules(_served_until(None))


def test_another_town_and_a_private_post_do_not_count() -> None:
    assert _rules(replace(_served_until(START), posts=(Post("", 0, START, OTHER),))) == []
    private = Post("", START - 20, START, TOWN, is_public=False)
    assert _rules(replace(PERSON, posts=(private,), companies=(COMPANY,))) == []


def test_a_lifted_hold_is_gone_for_this_need_only() -> None:
    person = _served_until(START, companies=(COMPANY,), lifted=(("N-1", "former_office"),))
    assert "former_office" not in _rules(person)
    assert "former_office" in _rules(person, replace(REQUEST, code="N-2"))


def test_a_block_cannot_be_lifted() -> None:
    person = replace(
        PERSON,
        matters=(Matter("株式会社サンプル", START),),
        lifted=(("N-1", "decided_vendor"),),
    )
    assert _rules(person) == ["decided_vendor"]


def test_every_rule_has_a_severity_and_both_labels() -> None:
    for severity, ja, en in RULES.values():
        assert severity in {"warn", "hold", "block"}
        assert ja
        assert en


def test_months_are_written_as_people_read_them() -> None:
    person = _served_until(
        START - 12, companies=(COMPANY,), matters=(Matter("株式会社サンプル", START - 12),)
    )
    told = [finding.ja for finding in screen(person, REQUEST)]
    assert len(told) >= 2
    assert all("2026年4月（令和8年4月）" in sentence for sentence in told)
    assert not any("2026-04" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        ({"municipality_code": TOWN}, "known_for_good"),
        ({"municipality_code": TOWN, "lifter": Lifter.COORDINATOR}, "known"),
        ({"municipality_code": OTHER}, None),
        ({"vendor": "(株)サンプル"}, "known_for_good"),
        ({"vendor": "別の会社"}, None),
        ({"municipality_code": OTHER, "vendor": "(株)サンプル"}, None),
        ({"municipality_code": TOWN, "first_month": START + 5}, "known_for_good"),
        ({"municipality_code": TOWN, "first_month": START + 6}, None),
        ({"municipality_code": TOWN, "last_month": START}, "known_for_good"),
        ({"municipality_code": TOWN, "last_month": START - 1}, None),
    ],
)
def test_what_an_officer_has_recorded_holds_for_its_town_vendor_and_months(
    known: dict[str, Any], rule: str | None
) -> None:
    nobody = {"municipality_code": None, "vendor": None, "first_month": START - 12}
    row = Known(**nobody | {"ground": Ground.FAMILY, "lifter": Lifter.PERSON} | known)
    assert _rules(replace(PERSON, known=(row,))) == ([] if rule is None else [rule])
    lifted = replace(PERSON, known=(row,), lifted=(("N-1", "known"),))
    assert _rules(lifted) == (["known_for_good"] if rule == "known_for_good" else [])
