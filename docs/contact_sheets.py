"""Every kind of page of every role on a new demo, as contact sheets: `python -m docs.contact_sheets FOLDER [LANGUAGE]`.

One page of a kind is taken (/needs/1, /needs/2 are one kind) at 1280 and 390 pixels, at 640 (1280 pixels at 200 %) and
as it is printed. FOLDER gets a picture of each, a sheet for each role and width, and pages.md: address, height, A4
sheets, kilobytes of the page without its files, and faults: what is wider than the screen, asks another host, or is
found by axe-core.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, Request, sync_playwright

from talentpool.demo.accounts import PASSWORD
from tests import servers

WIDTHS = {
    "1280": 1280,
    "390": 390,
    "640": 640,
    "print": 1123,
}  # print: A4 landscape at 96 dots an inch
TALLEST = 6_000  # pixels of a picture
ACROSS = {"1280": 4, "390": 8, "640": 6, "print": 4}  # pictures side by side on a sheet
SHEET = 1_920  # pixels
LEFT_OUT = re.compile(r"/(signout|static|.*\.(ics|csv|xlsx|pdf|json)$)")
SHEET_OF_PDF = re.compile(rb"/Type\s*/Page\b")
NUMBER = re.compile(r"(?<=/)[0-9]+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Shot:
    path: str
    picture: Path
    height: int
    sheets: int | None  # of A4, as printed
    kilobytes: int
    faults: list[str]


def main(folder: Path, language: str = "ja") -> None:
    with _demo() as (address, people), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=servers.find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        taken: dict[tuple[str, str], list[Shot]] = {}
        for email in ("visitor", *people):
            name = email.partition("@")[0]
            page = browser.new_context(locale="ja-JP").new_page()
            page.goto(f"{address}/?lang={language}")
            if email in people:
                _sign_in(page, address, email)
            for path in _kinds(page, address):
                for width in WIDTHS:
                    taken.setdefault((name, width), []).append(
                        _take(page, address + path, folder / name, width)
                    )
            page.context.close()
        for (name, width), shots in taken.items():
            _lay_out(browser, folder / f"{name}-{width}.png", shots, ACROSS[width])
        _list(folder / "pages.md", taken)
        browser.close()


@contextmanager
def _demo() -> Iterator[tuple[str, list[str]]]:
    """Address and log-ins of a demo of its own."""
    port = servers.free_port()
    with tempfile.TemporaryDirectory() as place:
        environment = os.environ | {"TALENTPOOL_INSTANCE": place}
        command = [sys.executable, "-m", "talentpool.cli", "demo"]
        filled = subprocess.run(  # noqa: S603 - this package itself
            [*command, "--no-serve"], env=environment, check=True, capture_output=True, text=True
        )
        people = re.findall(r" (\S+@\S+)$", filled.stdout, re.MULTILINE)
        with subprocess.Popen(  # noqa: S603
            [*command, "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
        ) as served:
            try:
                servers.wait_for_port(port)
                yield f"http://127.0.0.1:{port}", people
            finally:
                served.terminate()


def _sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/signin")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()


def _kinds(page: Page, address: str) -> Iterator[str]:
    """One path of each kind that links lead to."""
    waiting, known = ["/"], {"/"}
    for path in waiting:
        page.goto(address + path)
        yield path
        links = page.locator("a[href]").evaluate_all(
            "links => links.map(link => new URL(link.getAttribute('href'), document.baseURI).href)"
        )
        for link in map(urlsplit, links):
            kind = NUMBER.sub("N", link.path)
            if f"{link.scheme}://{link.netloc}" != address or LEFT_OUT.match(link.path):
                continue
            if kind not in known:
                known.add(kind)
                waiting.append(link.path)


def _take(page: Page, address: str, folder: Path, width: str) -> Shot:
    folder.mkdir(parents=True, exist_ok=True)
    page.emulate_media(media="print" if width == "print" else "screen")
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    hosts: set[str] = set()
    with _listening(page, hosts):
        answer = page.goto(address)
    height, reach = page.evaluate(
        "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
    )
    faults = ["too wide"] if reach > WIDTHS[width] else []
    faults += [f"asks {host}" for host in sorted(hosts - {urlsplit(address).netloc, ""})]
    if width in {"1280", "390"}:
        faults += [fault["id"] for fault in Axe().run(page).response["violations"]]
    sheets = None
    if width == "print":
        sheets = len(SHEET_OF_PDF.findall(page.pdf(format="A4", prefer_css_page_size=True)))
    path = urlsplit(address).path
    name = NUMBER.sub("N", path).strip("/").replace("/", "-") or "home"
    picture = folder / f"{name}-{width}.png"
    page.set_viewport_size({"width": WIDTHS[width], "height": min(max(height, 900), TALLEST)})
    page.screenshot(path=picture)
    page.emulate_media(media="screen")
    weight = len(answer.body()) if answer is not None else 0
    return Shot(path, picture, height, sheets, -(-weight // 1024), faults)


@contextmanager
def _listening(page: Page, hosts: set[str]) -> Iterator[None]:
    """Collects the hosts that the page asks."""

    def note(request: Request) -> None:
        hosts.add(urlsplit(request.url).netloc)

    page.on("request", note)
    yield
    page.remove_listener("request", note)


def _lay_out(browser: Browser, sheet: Path, shots: list[Shot], across: int) -> None:
    cells = "".join(
        f"<figure><figcaption>{escape(shot.path)} · {shot.height} px</figcaption>"
        f'<img src="{shot.picture.resolve().as_uri()}"></figure>'
        for shot in shots
    )
    style = (
        f"body{{margin:8px;display:grid;grid-template-columns:repeat({across},1fr);gap:8px;"
        "font:12px sans-serif;align-items:start}figure{margin:0;border:1px solid #999}"
        f"img{{width:100%;max-height:{SHEET}px;object-fit:cover;object-position:top}}"
    )
    page = browser.new_page(viewport={"width": SHEET, "height": 900})
    with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
        file.write(f"<!doctype html><meta charset=utf-8><style>{style}</style>{cells}")
        file.flush()
        page.goto(Path(file.name).as_uri(), wait_until="load")
        page.screenshot(path=sheet, full_page=True)
    page.close()


def _list(file: Path, taken: dict[tuple[str, str], list[Shot]]) -> None:
    lines = ["| who | page | width | height | A4 | KB | |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {name} | {shot.path} | {width} | {shot.height} | {shot.sheets or ''} | {shot.kilobytes} | "
        f"{', '.join(shot.faults)} |"
        for (name, width), shots in taken.items()
        for shot in shots
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
