"""Forms of rounds, filled in as a browser would send them."""

from __future__ import annotations

from html.parser import HTMLParser

from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser


def make_round(browser: Browser, app: TalentpoolFlask) -> int:
    page = browser.get("/rounds/new")
    assert page.status_code == 200, page.text
    with app.test_request_context():
        fields = {
            name: value for name, value in defaults_of(page.text).items() if name != "csrf_token"
        }
    answer = browser.post("/rounds/new", **fields)
    assert answer.status_code == 302, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def defaults_of(html: str) -> dict[str, object]:
    """What a browser with scripts would send of the page's form."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.fields: dict[str, object] = {}

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            values = dict(attrs)
            name = values.get("name")
            if tag != "input" or name in (None, "noscript"):
                return
            if values.get("type") == "checkbox":
                if "checked" in values:
                    chosen = self.fields.setdefault(name, [])
                    assert isinstance(chosen, list)
                    chosen.append(values["value"])
            else:
                self.fields[name] = values.get("value") or ""

    reader = Reader()
    reader.feed(html.split("<main", 1)[1])
    return reader.fields
