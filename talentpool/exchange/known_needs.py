"""Needs that a file brings a second time: a need has no number of its own in the files that towns make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from ..db import Session
from ..errors import BadCell
from ..needs.content import NeedContent
from ..needs.models import Need
from ..needs.writing import content_of
from ..text import search_key
from .entries import Entry
from .layout import NEEDS

Key = tuple[str, str, int, int]
UNORDERED = ("roles", "forms", "kinds")


def known_again(
    session: Session,
    entries: Sequence[Entry],
    contents: Mapping[int, NeedContent],
    faults: list[BadCell],
    *,
    prefecture_code: str,
) -> set[int]:
    """Rows of needs that the prefecture has already, word for word. One of the same town, title and months that says
    something else is a fault: it may be a change of that need or another one."""
    stored = _stored(session, entries, prefecture_code)
    known, others = set(), []
    for entry in entries:
        key, content = _key(entry.values["municipality_code"], contents[entry.row])
        same = next((code for code, other in stored[key].items() if other == content), None)
        if same is None:
            others.append((entry, key, content))
        else:
            known.add(entry.row)
            del stored[key][same]
    for entry, key, content in others:
        for code, other in stored[key].items():
            faults += NEEDS.bad_cells(entry.row, [("title", _question(code, content, other))])
    return known


def _stored(
    session: Session, entries: Sequence[Entry], prefecture_code: str
) -> dict[Key, dict[str, NeedContent]]:
    """The needs of those towns of the file that are of the prefecture, by key and code."""
    towns = sorted({entry.values["municipality_code"] for entry in entries})
    found: dict[Key, dict[str, NeedContent]] = defaultdict(dict)
    query = sa.select(Need).where(
        Need.prefecture_code == prefecture_code, Need.municipality_code.in_(towns)
    )
    lists = (Need.roles, Need.forms, Need.kinds, Need.skills, Need.vendors)
    query = query.options(*map(selectinload, lists)).order_by(Need.id)
    for need in session.scalars(query):
        key, content = _key(need.municipality_code, content_of(need))
        found[key][need.code] = content
    return found


def _key(town: str, content: NeedContent) -> tuple[Key, NeedContent]:
    ordered: dict[str, Any] = {name: tuple(sorted(getattr(content, name))) for name in UNORDERED}
    key = town, search_key(content.title), content.first_month, content.last_month
    return key, replace(content, **ordered)


def _question(code: str, content: NeedContent, other: NeedContent) -> str:
    names = [field.name for field in fields(content)]
    differing = [name for name in names if getattr(content, name) != getattr(other, name)]
    listed = "、".join(dict.fromkeys(map(NEEDS.header, differing)))
    return (
        f"{code} と同じ市町・名前・期間で、違うところがあります（{listed}）。"
        "同じ募集なら画面で直し、別の募集なら名前を変えてください。"
    )
