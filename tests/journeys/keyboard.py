"""Somebody who has no mouse: every field, button and link is reached with Tab, in the order of the page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator

from .conftest import Visitor

FARTHEST = 600  # presses of Tab on one page
IS_HERE = "target => target === document.activeElement || target.contains(document.activeElement)"
IS_SEEN = """target => {
    const box = target.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return top !== null && (target.contains(top) || top.contains(target)
        || (target.labels && [...target.labels].some(label => label.contains(top))));
}"""


class KeyboardVisitor(Visitor):
    def reach(self, target: Locator) -> None:
        """Tab to `target`; what has the focus must be in view, under no bar."""
        handle = target.element_handle()
        assert handle is not None
        for _ in range(FARTHEST):
            if handle.evaluate(IS_HERE):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"Tab does not reach {target} on {self.page.url}")
        assert handle.evaluate(IS_SEEN), f"the focus is hidden: {target} on {self.page.url}"

    def fill(self, fields: dict[str, Any]) -> Visitor:
        for name, value in fields.items():
            control = self.page.locator(f'main [name="{name}"]')
            kind = control.first.evaluate("e => e.tagName + ':' + e.type")
            if kind.endswith((":checkbox", ":radio")):
                for wanted in value if isinstance(value, list) else [value]:
                    self.tick(self.page.locator(f'main [name="{name}"][value="{wanted}"]'))
            elif kind.startswith("SELECT"):
                self._choose(control.first, value)
            else:
                self.reach(control.first)
                self.page.keyboard.press("Control+A")
                self.page.keyboard.insert_text(str(value))
        return self

    def tick(self, box: Locator) -> None:
        if not box.is_checked():
            # one stop of Tab leads into a group of radios, the arrows from there on
            group = box.evaluate("e => e.type === 'radio' ? e.name : ''")
            self.reach(self._door_of(group) if group else box)
            for _ in range(FARTHEST if group else 0):
                if box.evaluate(IS_HERE):
                    break
                self.page.keyboard.press("ArrowDown")
            self.page.keyboard.press("Space")
        assert box.is_checked()

    def _door_of(self, group: str) -> Locator:
        """The radio of a group to which Tab leads: the one that is chosen, or else the first."""
        radios = self.page.locator(f'main [name="{group}"]')
        chosen = self.page.locator(f'main [name="{group}"]:checked')
        return chosen.first if chosen.count() else radios.first

    def _choose(self, control: Locator, value: str) -> None:
        self.reach(control)
        self.page.keyboard.press("Home")
        for _ in range(control.locator("option").count()):
            if control.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{value} cannot be chosen")

    def press(self, name: str, *, within: str = "main") -> Visitor:
        button = self.page.locator(within).get_by_role("button", name=name, exact=True)
        return self._enter(button.locator("visible=true").last)

    def follow(self, name: str) -> Visitor:
        return self._enter(self.page.get_by_role("link", name=name).first)

    def _enter(self, target: Locator) -> Visitor:
        self.page.evaluate("document.activeElement.blur()")
        self.reach(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self._look()
