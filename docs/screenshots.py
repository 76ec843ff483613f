"""Pictures of the demo for the README: `python -m docs.screenshots http://127.0.0.1:8000` while it is served."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import servers

PICTURES = Path(__file__).parent / "pictures"
PASSWORD = "hyogo-demo-pool"  # noqa: S105 - of the demo, printed by it
SIZES = {1280: 1500, 390: 2200}  # width → greatest height of the picture
PAGES = {
    "plan": ("coordinator@example.lg.jp", "/rounds/3"),
    "ranking": ("coordinator@example.lg.jp", "/rounds/3", "main tbody th a"),
    "person": ("coordinator@example.lg.jp", "/candidates/114"),
    "profile-step": ("person114@example.jp", "/profile/availability"),
    "offer": ("person114@example.jp", "/offers", "main a[href*='/offers/']"),
}


def find(page: Page, links: str) -> str:
    """The link with most to show: of rankings the second, of offers one that waits for an answer."""
    addresses = [str(link.get_attribute("href")) for link in page.locator(links).all()]
    for address in addresses:
        if "/offers/" in address:
            page.goto("/".join(page.url.split("/")[:3]) + address)
            if page.get_by_role("button", name="引き受ける").count():
                return address
    return addresses[min(2, len(addresses) - 1)]


def take(page: Page, address: str, name: str, email: str, path: str, follow: str = "") -> None:
    page.goto(f"{address}/signin")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.goto(f"{address}{path}")
    if follow:
        page.goto(address + find(page, follow))
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": 900})
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": min(whole, height)})
        page.screenshot(path=PICTURES / f"{name}-{width}.png")


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=servers.find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, where in PAGES.items():
            context = browser.new_context(locale="ja-JP")
            take(context.new_page(), address.rstrip("/"), name, *where)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
