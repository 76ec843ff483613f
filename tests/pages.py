"""Every page a test is given is read as a strict reader would: names, labels, ids, nesting, nothing inline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Attributes = dict[str, str | None]

VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905
)
UNLABELLED = frozenset({"hidden", "submit", "button", "reset", "image"})
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns")


class CheckedClient(FlaskClient):
    """A test client that refuses to be given a faulty page."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        is_page = answer.mimetype == "text/html" and not 300 <= answer.status_code < 400
        if is_page and answer.text and not answer.is_streamed:
            found = faults(answer.text)
            assert not found, f"{answer.request.path}: {'; '.join(found)}"
            is_accepted = answer.request.method == "POST" and answer.status_code == 200
            assert not is_accepted, f"{answer.request.path}: a page, where a redirect belongs"
        return answer


_VERSION = re.compile(r'name="version"[^>]*value="([^"]+)"')


def version_in(html: str, path: str) -> str:
    """What the form that goes to `path` is about."""
    form = html.rsplit(f'action="{path}"', maxsplit=1)[-1].split("</form>", maxsplit=1)[0]
    found = _VERSION.search(form)
    assert found is not None, f"no version in the form to {path}"
    return found[1]


def faults(html: str) -> list[str]:
    """What is wrong with a whole page, one sentence each; empty when nothing is."""
    page = _Page()
    page.feed(html)
    page.close()
    return [*page.found, *page.faults_of_the_whole()]


class _Page(HTMLParser):
    """Collects what the rules look at; `found` holds what is wrong wherever it stands."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[tuple[str, Attributes]] = []
        self.ids: Counter[str] = Counter()
        self.texts: dict[str, list[str]] = {"title": [], "h1": []}
        self.labels_for: set[str] = set()
        self.references: set[str] = set()
        self.controls: list[tuple[str, str | None]] = []
        self.names: list[list[str]] = []  # words of the links and buttons that are open
        self.language: str | None = None
        self.doctype = ""
        self.has_token = False

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl.lower()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._see_attributes(tag, given)
        self._see_tag(tag, given)
        if tag not in VOID:
            self.open.append((tag, given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            self.found.append(f"</{tag}> closes nothing at line {self.getpos()[0]}")
            return
        _, given = self.open.pop()
        if tag in {"a", "button"}:
            words = self.names.pop()
            if not "".join(words).strip() and not given.get("aria-label"):
                self.found.append(f"<{tag}> has no name at line {self.getpos()[0]}")
        if tag == "form" and (given.get("method") or "").lower() == "post" and not self.has_token:
            self.found.append(f"the form to {given.get('action')} has no csrf_token")

    def handle_data(self, data: str) -> None:
        for words in self.names:
            words.append(data)
        inside = [tag for tag, _ in self.open]
        for tag in self.texts:
            if tag in inside and "svg" not in inside:
                self.texts[tag][-1] += data
        if inside[-1:] == ["script"] and data.strip():
            self.found.append("a script stands in the page")

    def _see_attributes(self, tag: str, given: Attributes) -> None:
        if given.get("id"):
            self.ids[given["id"] or ""] += 1
        for name in REFERENCES:
            self.references.update((given.get(name) or "").split())
        inline = [name for name in given if name == "style" or name.startswith("on")]
        if inline or tag == "style":
            self.found.append(f"<{tag}> at line {self.getpos()[0]} has inline {inline or 'style'}")

    def _see_tag(self, tag: str, given: Attributes) -> None:
        match tag:
            case "html":
                self.language = given.get("lang")
            case "title" | "h1" if not any(name == "svg" for name, _ in self.open):
                self.texts[tag].append("")
            case "a" | "button":
                self.names.append([])
            case "img":
                for words in self.names:
                    words.append(given.get("alt") or "")
                if "alt" not in given:
                    self.found.append(f"<img src={given.get('src')}> has no alt")
            case "form":
                self.has_token = False
                if (given.get("method") or "").lower() not in {"get", "post"}:
                    self.found.append(f"a form at line {self.getpos()[0]} has no method")
                if given.get("action") == "":  # the page's own address is said by no action at all
                    self.found.append(f"a form at line {self.getpos()[0]} has an empty action")
            case "label":
                self.labels_for.add(given.get("for") or "")
            case "input" | "select" | "textarea":
                self._see_control(tag, given)

    def _see_control(self, tag: str, given: Attributes) -> None:
        self.has_token = self.has_token or given.get("name") == "csrf_token"
        if tag == "input" and (given.get("type") or "text").lower() in UNLABELLED:
            return
        is_inside = any(name == "label" for name, _ in self.open)
        if not (is_inside or given.get("aria-label") or given.get("aria-labelledby")):
            self.controls.append((f"<{tag} name={given.get('name')}>", given.get("id")))

    def faults_of_the_whole(self) -> Iterator[str]:
        if self.doctype != "doctype html":
            yield "no <!doctype html>"
        if not self.language:
            yield "<html> has no lang"
        for tag, texts in self.texts.items():
            if len(texts) != 1 or not texts[0].strip():
                yield f"{len(texts)} <{tag}> with text instead of one"
        yield from (f"<{tag}> is never closed" for tag, _ in self.open)
        yield from (f"id {name} stands {n} times" for name, n in self.ids.items() if n > 1)
        targets = self.references | self.labels_for - {""}
        yield from (f"nothing has the id {name}" for name in sorted(targets - set(self.ids)))
        for control, name in self.controls:
            if name is None or name not in self.labels_for:
                yield f"{control} has no label"
