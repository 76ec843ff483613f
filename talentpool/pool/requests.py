"""The open needs of a prefecture as requests, in one query at any size."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ..child_rows import gather
from ..db import Session
from ..needs.content import SkillRequirement
from ..needs.models import (
    JointMember,
    Need,
    NeedForm,
    NeedKind,
    NeedRole,
    NeedSkill,
    NeedVendor,
)
from ..states import NeedState
from .records import Request
from .standing import taken_seats

_PLAIN = (
    Need.code, Need.municipality_code, Need.title, Need.theme, Need.half_days, Need.first_month,
    Need.last_month, Need.place_code, Need.pay_basis, Need.pay_amount, Need.on_site_share,
    Need.seats, Need.weekdays, Need.touches_procurement, Need.requires_training, Need.priority,
)  # fmt: skip


def read_open(session: Session, prefecture_code: str) -> dict[int, Request]:
    """By the id of the need, in the order of their codes."""
    skill = NeedSkill
    query = sa.select(
        Need.id, *_PLAIN, Need.opened_at, sa.cast(Need.mode, sa.String).label("mode"),
        taken_seats(Need.id).label("filled"),
        _rows(NeedRole.need_id, NeedRole.role).label("roles"),
        _rows(NeedForm.need_id, NeedForm.form).label("forms"),
        _rows(NeedKind.need_id, NeedKind.kind).label("kinds"),
        _rows(skill.need_id, skill.position, skill.id, skill.skill, skill.level, skill.weight, skill.must, skill.group, skill.used_within)
        .label("skills"),
        _rows(NeedVendor.need_id, NeedVendor.id, NeedVendor.name).label("vendors"),
        _rows(JointMember.need_id, JointMember.municipality_code).label("members"),
    ).where(Need.prefecture_code == prefecture_code, Need.state == NeedState.OPEN)  # fmt: skip
    return {row.id: _request(row) for row in session.execute(query.order_by(Need.code))}


def _rows(owner: sa.orm.InstrumentedAttribute[int], *columns: object) -> sa.ScalarSelect[object]:
    found: sa.Select[object] = gather(*columns).where(owner == Need.id).correlate(Need)
    return found.scalar_subquery()


def _request(row: sa.Row[*tuple[Any, ...]]) -> Request:
    values = dict(row._mapping)  # noqa: SLF001 - the public name of a row's columns
    del values["id"]
    opened = values.pop("opened_at")
    skills = tuple(
        SkillRequirement(code, level, weight, bool(must), group, used_within)
        for _, _, code, level, weight, must, group, used_within in sorted(
            values.pop("skills"), key=lambda s: s[:2]
        )
    )
    vendors = tuple(name for _, name in sorted(values.pop("vendors")))
    for name in ("roles", "forms", "kinds", "members"):
        values[name] = tuple(sorted(code for (code,) in values[name]))
    posted = 0 if opened is None else int(opened.timestamp())
    return Request(skills=skills, vendors=vendors, posted=posted, **values)
