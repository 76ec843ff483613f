"""A walk through the demo in English: nothing that the site itself says is left in Japanese."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa

from docs import catalogue
from talentpool.accounts.models import User
from talentpool.app import create_app
from talentpool.db import Database
from talentpool.demo.accounts import PASSWORD
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser
from tests.pages import CheckedClient

from .conftest import config_of

JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
VALUE = re.compile(r"%\\\((\w+)\\\)[sd]")
SHOWN = ("alt", "aria-label", "title", "placeholder", "data-label")
PLACE = re.compile(r"%\(\w+\)[sd]")
EACH = 2  # pages of one kind
TELLING = 5  # letters around values that no other text has


class Texts(HTMLParser):
    """The texts of a page that somebody reads or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.is_paper = False  # a decision paper stays in Japanese, and says so

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.is_paper = self.is_paper or (tag == "article" and ("lang", "ja") in attributes)
        if self.is_paper:
            return
        self.found += [value or "" for name, value in attributes if name in SHOWN]
        if tag == "br":
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self.is_paper = self.is_paper and tag != "article"

    def handle_data(self, data: str) -> None:
        if not self.is_paper:
            self.found.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def site(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TalentpoolFlask]:
    path = tmp_path_factory.mktemp("english") / "demo.db"
    shutil.copy(demo_file, path)
    database = Database(replace(config_of(demo_file), database_url=f"sqlite:///{path}"))
    created = create_app(database.config, database)
    created.testing = True
    created.test_client_class = CheckedClient
    yield created
    database.close()


@pytest.fixture(scope="module")
def said() -> re.Pattern[str]:
    """Every sentence and label of the catalogue, with any values."""
    patterns = [
        VALUE.sub(".*", re.escape(sentence)).replace("%%", "%")
        for sentence in set(catalogue.said())
        if "%(" not in sentence or len(JAPANESE.findall(PLACE.sub("", sentence))) >= TELLING
    ]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_no_page_says_in_japanese_what_stands_in_the_catalogue(
    site: TalentpoolFlask, said: re.Pattern[str], role: Role
) -> None:
    with site.database.reading() as session:
        user = session.scalars(sa.select(User).where(User.role == role).limit(1)).one()
    browser = Browser(site)
    assert browser.sign_in(user, PASSWORD).status_code == 302
    faults = Counter[str]()
    for path, page in _walk(browser):
        assert '<html lang="en">' in page, path
        texts = Texts()
        texts.feed(page)
        left = {text for text in texts.found if JAPANESE.search(text) and said.fullmatch(text)}
        faults.update(f"{path}: {text}" for text in left)
    assert sorted(faults) == []


def _walk(browser: Browser) -> Iterator[tuple[str, str]]:
    """A few pages of each kind that links lead to."""
    waiting, seen, kinds = ["/home?lang=en"], {"/home"}, Counter[str]()
    for path in waiting:
        answer = browser.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        yield path, answer.text
        for href in re.findall(r'href="([^"#?]+)', answer.text):
            parts = urlsplit(urljoin(path, href))
            kind = re.sub(r"\d+", "N", parts.path)
            if parts.netloc or parts.path.startswith("/static") or parts.path in seen:
                continue
            if kinds[kind] < EACH:
                seen.add(parts.path)
                kinds[kind] += 1
                waiting.append(parts.path)
