"""The main menu. Features add their links; each role sees its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, g, request, url_for

from ..permissions import Role


@dataclass(frozen=True, slots=True)
class NavItem:
    label: Any  # lazy text
    endpoint: str
    roles: frozenset[Role]
    position: int
    icon: str  # of templates/_parts/icons.html


@dataclass(slots=True)
class Navigation:
    items: list[NavItem] = field(default_factory=list)

    def add(self, label: Any, endpoint: str, *roles: Role, position: int, icon: str) -> None:
        self.items.append(NavItem(label, endpoint, frozenset(roles), position, icon))
        self.items.sort(key=lambda item: item.position)

    def links(self) -> list[tuple[str, str, bool, None, str]]:
        """(label, address, is current, count, icon) for the signed-in role."""
        actor = getattr(g, "actor", None)
        if actor is None:
            return []
        return [
            (str(item.label), url_for(item.endpoint), _is_here(item.endpoint), None, item.icon)
            for item in self.items
            if actor.role in item.roles
        ]


def _is_here(endpoint: str) -> bool:
    here = request.endpoint or ""
    return here == endpoint or url_for(endpoint).rstrip("/") in {
        request.path.rstrip("/"),
        "/" + request.path.strip("/").split("/")[0],
    }


def navigation() -> Navigation:
    found: Navigation = current_app.extensions["talentpool_navigation"]
    return found


def init_app(app: Flask) -> Navigation:
    menu = Navigation()
    app.extensions["talentpool_navigation"] = menu
    return menu
