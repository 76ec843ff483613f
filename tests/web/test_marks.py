"""必須, 任意 and the words between them, each tried by leaving the field blank."""

from __future__ import annotations

import re
from typing import Any

import pytest

from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.candidates.typed import STEPS
from tests.needs.test_pages import NEED

LABELLED = re.compile(
    r'(?:<label for="(?P<label>[\w-]+)">|<fieldset [^>]*id="(?P<group>[\w-]+)"[^>]*>\s*<legend>)'
    r'(?P<words>[^<]*)(?:<span class="visually-hidden">[^<]*</span>)?\s*'
    r'<span class="mark[^"]*">(?P<mark>[^<]+)</span>'
)
REFUSED_BLANK = {
    "必須", "この行では必須", "稼働の行では必須", "名を書くときは必須", "名のフリガナを書くときは必須",
    "無償でもよい場合のほかは必須",
}  # fmt: skip
AT_SUBMIT = {"申請に必要", "無償のほかは申請に必要"}
ALLOWED_BLANK = {"任意", "一覧から選ばない行では必須"}  # in the rows typed here, which are chosen


def marks(page: str) -> dict[str, str]:
    """Mark by the id of its field, in the main part of a page."""
    found = LABELLED.finditer(page.split("<main", 1)[1])
    return {one["label"] or one["group"]: one["mark"].strip() for one in found}


def blank(typed: dict[str, Any], field: str) -> dict[str, Any]:
    """The same form with nothing in `field`, which may be a date in three boxes."""
    left = {name: value for name, value in typed.items() if not name.startswith(f"{field}-")}
    return {**left, field: [] if isinstance(typed.get(field), list) else ""}


@pytest.fixture
def person(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.CANDIDATE)


@pytest.mark.parametrize("step", [step for step in STEPS if step != "consents"])
def test_the_marks_of_a_step_are_its_rules(person: Browser, step: str) -> None:
    path, typed = f"/profile/{step}", STEPS[step]
    shown = marks(person.get(path + "?detail=1" * (step == "availability")).text)
    tried = {
        field: mark for field, mark in shown.items() if field in typed or f"{field}-year" in typed
    }
    assert len(tried) >= 4
    for field, mark in tried.items():
        answer = person.post(path, **blank(typed, field))
        is_refused = f'id="{field}-error"' in answer.text
        assert mark in REFUSED_BLANK | ALLOWED_BLANK
        assert is_refused == (mark in REFUSED_BLANK), (field, mark)


@pytest.mark.parametrize("button", ["save", "submit"])
def test_the_marks_of_a_need_are_its_rules(app: TalentpoolFlask, button: str) -> None:
    town = signed_in(app, Role.MUNICIPALITY)
    shown = marks(town.get("/needs/new").text)
    assert set(shown.values()) == AT_SUBMIT | {"任意"}
    needed = REFUSED_BLANK | (AT_SUBMIT if button == "submit" else set())
    for field, mark in shown.items():
        if field in NEED:
            answer = town.post("/needs/new", **blank(NEED, field), **{button: "1"})
            is_refused = f'id="{field}-error"' in answer.text
            assert is_refused == (mark in needed), (field, mark)
            assert mark in REFUSED_BLANK | AT_SUBMIT | ALLOWED_BLANK


def test_a_pause_and_a_name_of_one_part_leave_blank_what_is_marked_for_others(
    person: Browser,
) -> None:
    pause = {
        "windows-0-kind": "pause", "windows-0-first_month": "2027-04",
        "windows-0-last_month": "2027-05", "most_at_once": "1", "windows-0-mode": "both",
    }  # fmt: skip
    assert person.post("/profile/availability", **pause).status_code == 302
    one_name = STEPS["basics"] | {"given_name": "", "given_kana": ""}
    assert person.post("/profile/basics", **one_name).status_code == 302


def test_pay_starts_empty_and_unpaid_work_is_chosen(person: Browser) -> None:
    path, typed = "/profile/wishes", STEPS["wishes"]
    page = person.get(path).text
    assert re.search(r'name="pay_minimum"[^>]*value=""', page)
    assert re.search(r'name="pay_wish"[^>]*value=""', page)
    assert "checked" not in page.split('name="is_unpaid_fine"')[1].split(">")[0]
    without = typed | {"pay_minimum": "", "pay_wish": ""}
    for refused in (without, without | {"pay_minimum": "0"}, typed | {"is_unpaid_fine": "y"}):
        assert 'id="pay_minimum-error"' in person.post(path, **refused).text
    assert person.post(path, **without, is_unpaid_fine="y").status_code == 302
    page = person.get(path).text
    assert (
        "checked"
        in page.split('name="is_unpaid_fine"')[0].rsplit("<input", 1)[1]
        + page.split('name="is_unpaid_fine"')[1].split(">")[0]
    )
    assert "無償でもよい" in person.get("/profile").text
    assert person.post(path, **typed | {"pay_wish": ""}).status_code == 302
    assert re.search(r'name="pay_wish"[^>]*value=""', person.get(path).text)


def test_nothing_is_said_of_pay_before_it_was_typed(person: Browser) -> None:
    person.post("/profile/basics", **STEPS["basics"])
    wishes = person.get("/profile").text.split("報酬の最低額")[1].split("</div>")[0]
    assert "未入力" in wishes
