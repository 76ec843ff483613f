"""What the form of a round starts with, and names that tell rounds apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Pool
from ..db import Session
from ..errors import Refused
from ..language import say
from ..needs.models import Need
from ..permissions import Actor
from ..pool.standing import count_filled
from .models import Round

TITLE = 100  # characters
TRIAL = "試算："  # before the title of the round that is tried
NUMBER = re.compile(r"（\d+）$")


def find_full(session: Session, needs: Sequence[Need]) -> set[int]:
    """The ids of needs without a free seat."""
    filled = count_filled(session, [need.id for need in needs])
    return {need.id for need in needs if filled.get(need.id, 0) >= need.seats}


def suggest_defaults(session: Session, actor: Actor, needs: Sequence[Need]) -> dict[str, Any]:
    """A new round: all needs with a free seat, the next number, the pool's lottery."""
    pool = session.get_one(Pool, actor.prefecture_code)
    number = next_number(session, pool.prefecture_code)
    full = find_full(session, needs)
    return {
        "title": distinct_title(session, pool.prefecture_code, f"第{number}回マッチング"),
        "needs": [need.id for need in needs if need.id not in full],
        "lottery_seed": pool.lottery_seed,
    }


def suggest_next(session: Session, base: Round, needs: Sequence[Need]) -> dict[str, Any]:
    """The round after `base`: its choices, without needs that have no free seat any more."""
    full = find_full(session, needs)
    known = {need.id for need in needs if need.id not in full}
    return {
        "title": distinct_title(session, base.prefecture_code, base.title),
        "needs": [row.need_id for row in base.needs if row.need_id in known],
        "directives": [
            key_of(row.need_id, row.candidate_id) for row in base.directives if row.need_id in known
        ],
        "lottery_seed": base.policy["lottery_seed"],
        "time_limit": base.time_limit,
    }


def suggest_what_if(session: Session, base: Round, needs: Sequence[Need]) -> dict[str, Any]:
    """A what-if: the choices of the round it is compared with."""
    known = {need.id for need in needs}
    title = base.title if base.title.startswith(TRIAL) else f"{TRIAL}{base.title}"[:TITLE]
    return {
        "title": distinct_title(session, base.prefecture_code, title),
        "needs": [row.need_id for row in base.needs if row.need_id in known],
        "lottery_seed": base.policy["lottery_seed"],
        "time_limit": base.time_limit,
        **(base.what_if or {}),
    }


def key_of(need_id: int, candidate_id: int) -> str:
    """A pin or forbid as the value of a box."""
    return f"{need_id}-{candidate_id}"


def next_number(session: Session, prefecture_code: str) -> int:
    query = sa.select(sa.func.max(Round.number)).where(Round.prefecture_code == prefecture_code)
    return (session.scalar(query) or 0) + 1


def distinct_title(session: Session, prefecture_code: str, title: str) -> str:
    """The title, or where a round has it already, the title with the least number that tells them apart."""
    return _numbered(title, _titles(session, prefecture_code, title))


def check_title(session: Session, prefecture_code: str, title: str) -> None:
    """Refused where another round has the title, with one that none has."""
    taken = _titles(session, prefecture_code, title)
    if title in taken:
        other = _numbered(title, taken)
        sentence = say(
            "同じ名前の回があります。「%(other)s」など、ほかの名前にしてください。", other=other
        )
        raise Refused.at("title", sentence)


def stem_of(title: str) -> str:
    """A title without the number that tells it apart."""
    return NUMBER.sub("", title)


def _numbered(title: str, taken: Collection[str]) -> str:
    number, found = 1, title
    while found in taken:
        number += 1
        tail = f"（{number}）"
        found = stem_of(title)[: TITLE - len(tail)] + tail
    return found


def _titles(session: Session, prefecture_code: str, title: str) -> set[str]:
    start = stem_of(title)[: TITLE - 10]
    query = sa.select(Round.title).where(
        Round.prefecture_code == prefecture_code, Round.title.startswith(start, autoescape=True)
    )
    return set(session.scalars(query))
