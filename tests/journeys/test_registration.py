"""A first registration, good enough to be matched, at a telephone: what it takes is counted and written down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator

from talentpool.candidates.models import Candidate
from talentpool.states import MembershipState
from tests.factories import make_prefecture_pool

from .conftest import Door, Site, Visitor

pytestmark = pytest.mark.browser
TABLE = Path(__file__).parents[2] / "docs" / "journeys.md"
PASSWORD = "窓口で学んだ三十年の知恵"
# Seconds of the keystroke-level model; docs/journeys.md has their sources.
KEY, POINT, THINK, WAIT = 0.28, 1.1, 1.35, 1.0
KEYS_OF_A_CHARACTER = 3  # Japanese, with its conversion
OF_AN_OLDER_PERSON = 2
MOST_MINUTES, MOST_TAPS = 8, 25


@dataclass
class Person:
    """Somebody who registers, counting what it takes."""

    visitor: Visitor
    keys: int = 0
    answers: int = 0  # typed
    taps: int = 0  # of choice
    pages: int = 0  # that a button led to

    def write(self, name: str, text: str) -> None:
        self.visitor.page.locator(f'main [name="{name}"]').fill(text)
        self.keys += sum(1 if letter.isascii() else KEYS_OF_A_CHARACTER for letter in text)
        self.answers += 1

    def tap(self, control: Locator) -> None:
        control.click()
        self.taps += 1

    def choose(self, name: str, value: str) -> None:
        self.visitor.page.locator(f'main select[name="{name}"]').select_option(value)
        self.taps += 2  # the list is opened

    def press(self, name: str) -> None:
        self.visitor.press(name)
        self.pages += 1

    @property
    def minutes(self) -> float:
        aims = self.taps + self.answers + self.pages
        seconds = KEY * self.keys + (POINT + THINK) * aims + WAIT * self.pages
        return seconds * OF_AN_OLDER_PERSON / 60


def test_a_first_registration_takes_as_little_as_is_written_down(door: Door, site: Site) -> None:
    with site.database.writing() as session:
        make_prefecture_pool(session)
    visitor = door.visitor()
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    person = Person(visitor)
    _sign_up(person)
    _who(person)
    _where(person)
    _what(person)
    _when(person)
    _on_what_terms(person)
    for purpose in ("search", "introduction"):
        person.tap(visitor.page.locator(f'label[for="consent_{purpose}"]'))
    person.press("保存する")
    person.press("申請する")
    with site.database.reading() as session:
        stored = session.scalars(sa.select(Candidate)).one()
        assert stored.memberships[0].state is MembershipState.APPLIED
        assert len(stored.skills) == 3
        assert [(row.half_days, row.last_month - row.first_month) for row in stored.windows] == [
            (8, 11)
        ]
    assert person.taps <= MOST_TAPS
    assert person.minutes <= MOST_MINUTES
    told = (
        f"{person.taps} taps of choice, {person.answers} typed answers, {person.pages} pages, "
        f"{person.minutes:.1f} minutes"
    )
    assert told in TABLE.read_text(encoding="utf-8")


def _sign_up(person: Person) -> None:
    visitor = person.visitor.go("/signup")
    person.choose("prefecture_code", "28")
    person.write("email", "takasaki@example.jp")
    person.write("password", PASSWORD)
    person.write("repeated", PASSWORD)
    person.press("新規登録")
    visitor.follow("メールアドレスを確認する")
    person.pages += 1
    person.write("password", PASSWORD)
    person.press("確認してログイン")


def _who(person: Person) -> None:
    visitor = person.visitor.go("/profile/basics")
    person.tap(visitor.page.get_by_text("行政OB", exact=True))
    for name, text in (
        ("family_name", "高崎"), ("given_name", "花子"), ("family_kana", "たかさき"),
        ("given_kana", "はなこ"), ("phone", "0783417711"), ("home_name", "姫路市"),
    ):  # fmt: skip
        person.write(name, text)
    person.choose("home_prefecture", "28")
    person.press("保存して次へ")


def _where(person: Person) -> None:
    for name, text in (
        ("body", "姫路市"), ("title", "課長"), ("first_month", "昭和62年4月"), ("last_month", "令和4年3月"),
    ):  # fmt: skip
        person.write(f"posts-0-{name}", text)
    person.press("保存して次へ")


def _what(person: Person) -> None:
    page = person.visitor.page
    for skill, level in (("administration", 4), ("budgeting", 3), ("procurement", 3)):
        person.tap(page.locator(f'label[for="skill_{skill}-has"]'))
        person.tap(page.locator(f'label[for="skill_{skill}-level-{level}"]'))
    person.press("保存して次へ")


def _when(person: Person) -> None:
    """Eight half-days in the first month, and the same below."""
    box = person.visitor.page.locator(".month input").first
    person.write(box.get_attribute("name") or "", "8")
    person.press("下の月すべてに写す")
    person.press("保存して次へ")


def _on_what_terms(person: Person) -> None:
    page = person.visitor.page
    for form in ("commission", "special_part_time"):
        box = page.locator(f'main input[name="forms"][value="{form}"]')
        person.tap(page.locator(f'label[for="{box.get_attribute("id")}"]'))
    person.write("pay_minimum", "5000")
    person.press("保存して次へ")
