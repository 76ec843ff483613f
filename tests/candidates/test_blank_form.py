"""The registration on paper asks what the steps on the screen ask, under their numbers."""

from __future__ import annotations

import re
from html import unescape

import pytest

from talentpool.candidates.steps import Step
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask

from ..browsers import Browser, signed_in
from ..factories import HYOGO, OSAKA, make_prefecture_pool

ORDER = list(Step)
OF_BUTTONS = {"もとの月", "下の月にも同じ数を入れる"}
ELSEWHERE = {"年", "月", "日"}  # parts of a date


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def parts_of(page: str) -> list[str]:
    return page.split('<section class="blank-part">')[1:]


@pytest.fixture
def page(app: TalentpoolFlask) -> str:
    with app.database.writing() as session:
        make_prefecture_pool(session, HYOGO)
    answer = Browser(app).get("/help/application")
    assert answer.status_code == 200
    return answer.text


def test_the_steps_have_the_numbers_and_names_of_the_screen(
    app: TalentpoolFlask, page: str
) -> None:
    person = signed_in(app, Role.CANDIDATE)
    heads = [plain(re.findall(r"<h2>(.*?)</h2>", part, re.DOTALL)[0]) for part in parts_of(page)]
    for step, head in zip(Step, heads, strict=True):
        screen = plain(re.findall(r'<div class="task-head">.*?</div>', person.get(f"/profile/{step}").text, re.DOTALL)[0])  # fmt: skip
        number, name = head.split(" ", 1)
        assert f"{name} {number}" in screen
        assert plain(person.get(f"/profile/{step}").text).count(step.question[0])
        assert step.question[0] in page


@pytest.mark.parametrize("step", Step)
def test_every_label_of_the_screen_is_on_paper(app: TalentpoolFlask, page: str, step: Step) -> None:
    screen = signed_in(app, Role.CANDIDATE).get(f"/profile/{step}").text
    main = screen[screen.index('id="step"') :]
    found = re.findall(r"<(?:label|legend)[^>]*>(.*?)</(?:label|legend)>", main, re.DOTALL)
    asked = {_label(text) for text in found} - OF_BUTTONS - ELSEWHERE
    asked = {text for text in asked if not re.search("[0-9]件目$", text)}  # rows, not fields
    paper = plain(parts_of(page)[ORDER.index(step)])
    assert asked
    assert [text for text in asked if text not in paper] == []


def _label(html: str) -> str:
    """Without marks, and without what explains a choice."""
    bare = re.sub(
        r'<span class="(?:mark|sub|visually-hidden|note)[^>]*>.*', "", html, flags=re.DOTALL
    )
    return re.sub(r"^([1-4]) ", "", plain(bare))


@pytest.mark.parametrize("step", Step)
def test_paper_asks_nothing_that_the_screen_does_not(
    app: TalentpoolFlask, page: str, step: Step
) -> None:
    screen = plain(signed_in(app, Role.CANDIDATE).get(f"/profile/{step}").text)
    part = parts_of(page)[ORDER.index(step)]
    heads = [
        plain(re.sub(r'<span class="mark.*?</span>', "", text))
        for text in re.findall(r"<h3>(.*?)</h3>", part, re.DOTALL)
    ]
    assert heads
    own = {"稼働できる期間"}  # the months themselves
    assert [text for text in heads if text not in screen and text not in own] == []


def test_each_prefecture_asks_for_its_own_regions(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        for code in (HYOGO, OSAKA):
            make_prefecture_pool(session, code)
    visitor = Browser(app)
    assert "但馬" in visitor.get("/help/application?prefecture=28").text
    assert "但馬" not in visitor.get("/help/application?prefecture=27").text
    assert visitor.get("/help/application?prefecture=99'--").status_code == 200


def test_help_and_registration_lead_to_it(app: TalentpoolFlask) -> None:
    visitor = Browser(app)
    for path in ("/help", "/signup"):
        assert 'href="/help/application"' in visitor.get(path).text


def test_without_a_pool_there_is_nothing_to_fill_in(app: TalentpoolFlask) -> None:
    assert Browser(app).get("/help/application").status_code == 404
