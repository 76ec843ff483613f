"""The plan and the log-ins as lines for the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload, undefer

from .. import matching as m
from ..accounts.models import User
from ..candidates.models import Candidate
from ..db import Session
from ..errors import UnknownCode
from ..permissions import ROLE_LABELS, Role
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from ..rounds.models import Round
from ..rounds.plan import Cast, SeatRow, list_seats
from ..states import ROUND
from .accounts import COLLEAGUE, PASSWORD, SHOWN_TOWNS, STAFF, staff_email, town_email
from .names import LABEL

TITLE_WIDTH = 46


def plan_lines(session: Session, round_id: int) -> Iterator[str]:
    """Every seat with its person or what is in the way, then the plan beside the baselines."""
    query = sa.select(Round).where(Round.id == round_id).options(undefer(Round.result))
    round_ = session.scalars(
        query.options(selectinload(Round.pairs), selectinload(Round.needs))
    ).one()
    catalogue = load_catalogue(session)
    summary = round_.summary or {}
    yield f"{round_.title}（{LABEL}） {ROUND.labels[round_.state][0]}"
    yield f"登録者 {summary.get('candidates')}人 / 募集 {summary.get('needs')}件 {summary.get('seats')}枠"
    yield ""
    for row in list_seats(round_, Cast.of(session, round_)):
        yield _seat(row, catalogue)
    yield ""
    yield from _baselines((round_.result or {}).get("baselines", {}))


def _seat(row: SeatRow, catalogue: Catalogue) -> str:
    town = catalogue.municipality(row.need.municipality_code).ja
    head = f"{row.need.code}  {_wide(town, 12)}{_wide(row.need.title, TITLE_WIDTH)}"
    if row.pair is not None and row.candidate is not None:
        return f"{head}{row.candidate.code}  適合度 {row.pair.fit / 100:5.1f}"
    return f"{head}空き  {_shortage(row.empty or {}, catalogue)}"


def _shortage(empty: Mapping[str, Any], catalogue: Catalogue) -> str:
    change = empty.get("change")
    if change:
        return f"埋まる変更：{m.change_text(change, _label(catalogue, change))}"
    if empty.get("busy"):
        return "条件に合う人は、すべてほかの募集へ"
    rules = sorted(empty.get("rules", {}).items(), key=lambda item: (-item[1], item[0]))
    return "合わない条件：" + "、".join(
        f"{m.rule_text(rule)} {count}人" for rule, count in rules[:2]
    )


def _label(catalogue: Catalogue, change: Mapping[str, Any]) -> str | None:
    for vocabulary in ("skill", "form", "mode"):
        try:
            return catalogue.label(vocabulary, change.get("subject") or "")
        except UnknownCode:
            continue
    return None


def _baselines(figures: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    names = {"plan": "割当案"} | {name: label for name, (label, _) in m.BASELINES.items()}
    for name, label in names.items():
        if name in figures:
            row = figures[name]
            yield f"{_wide(label, 18)}{row['filled']:3d}枠  平均適合度 {(row['mean_fit'] or 0) / 100:5.1f}"


def login_lines(session: Session, address: str) -> Iterator[str]:
    """One log-in for each role, the address and the password of all of them."""
    yield f"{address}  （{LABEL}：人物・募集はすべて架空です）"
    yield f"パスワードは共通：{PASSWORD}"
    catalogue = load_catalogue(session)
    for role in STAFF:
        yield f"  {_wide(ROLE_LABELS[role][0], 24)}{staff_email(role)}"
        if role is Role.COORDINATOR:
            yield f"  {_wide(f'{ROLE_LABELS[role][0]}（同僚）', 24)}{COLLEAGUE}"
    for code in SHOWN_TOWNS:
        town = catalogue.municipality(code)
        yield f"  {_wide(f'{ROLE_LABELS[Role.MUNICIPALITY][0]}（{town.ja}）', 24)}{town_email(town)}"
    for label, email in _people(session):
        yield f"  {_wide(f'{ROLE_LABELS[Role.CANDIDATE][0]}（{label}）', 24)}{email}"


def _people(session: Session) -> Iterable[tuple[str, str]]:
    """The wanted person, and the one whom two towns share."""
    for family, given, label in (("架空", "星子", "10市町が希望"), ("見本", "渉", "2町で共有")):
        query = (
            sa.select(User).join(Candidate, Candidate.user_id == User.id)
            .where(Candidate.family_name == family, Candidate.given_name == given)
        )  # fmt: skip
        user = session.scalars(query.order_by(User.id).limit(1)).one()
        yield label, user.email


def _wide(text: str, width: int) -> str:
    """Cut or filled to `width` columns of a terminal, where a Japanese letter takes two."""
    shown, used = "", 0
    for letter in text:
        columns = 2 if unicodedata.east_asian_width(letter) in "WFA" else 1
        if used + columns > width - 2:
            shown, used = shown + "…", used + 2
            break
        shown, used = shown + letter, used + columns
    return shown + " " * max(width - used, 1)
