"""Whether a plan still holds: what has changed since its run, in sentences and as a condition of a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from .. import matching as m
from ..audit import AuditEvent
from ..db import Session
from ..errors import Conflict
from ..language import listed, named, say, sentences
from ..matching.inputs import PREFERENCES
from ..needs.models import Need
from ..states import NEED, SOLVED, NeedState
from .gathering import gather
from .history import stored_history
from .models import Round, RoundInput, RoundNeed

SHOWN = 5  # codes in a sentence
WATCHED = (
    "candidate",
    "hold_lift",
    "interest",  # that bars a need
    "known_conflict",
    "membership",
    "need",
    "placement",
    "reference_revision",
    "review",
)  # what inputs come from


def list_obstacles(session: Session, round_: Round) -> list[str]:
    """Why the plan of a round holds no longer, in sentences; empty while it does."""
    found = _list_changed_needs(session, round_)
    stored = session.get(RoundInput, round_.id)
    inputs = gather(session, round_, stored_history(stored.document) if stored else None)
    if inputs.hash == round_.input_hash:
        return found
    if stored is not None:
        before, after = (
            _but_preferences(one) for one in (stored.document, inputs.put_to(m.input_document))
        )
        if before == after:
            return found
        found += _list_differences(before, after)
    return found or [say("計算に使った内容が、計算のあとで変わりました。")]


def list_known_obstacles(session: Session, round_: Round) -> list[str]:
    """Like `list_obstacles`, for a page: only where the plan could be adopted and something was written since."""
    if round_.state not in SOLVED or not list_with_news(session, [round_]):
        return []
    return list_obstacles(session, round_)


def check_unchanged(session: Session, round_: Round) -> None:
    """Conflict when people, needs or ledger have changed since the run."""
    found = list_obstacles(session, round_)
    if found:
        raise Conflict(
            sentences([*found, say("この割当案は採用できません。もう一度実行してください。")])
        )


def _but_preferences(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without what people and towns have said they prefer: it makes no plan wrong, and counts from the next run on."""
    people = [
        {name: value for name, value in person.items() if name not in PREFERENCES}
        for person in document["candidates"]
    ]
    return {**document, "candidates": people}


def _list_changed_needs(session: Session, round_: Round) -> list[str]:
    rows = session.execute(
        sa.select(Need.code, Need.state, Need.content_version != RoundNeed.content_version)
        .join(RoundNeed, RoundNeed.need_id == Need.id)
        .where(RoundNeed.round_id == round_.id)
        .order_by(Need.code)
    ).all()
    found = [
        say("募集%(code)sは「%(state)s」になりました。", code=code, state=named(NEED.labels[state]))
        for code, state, _ in rows
        if state is not NeedState.OPEN
    ]
    changed = [code for code, state, is_other in rows if is_other and state is NeedState.OPEN]
    return (
        [*found, say("募集%(listed)sの内容が変わりました。", listed=_listed(changed))]
        if changed
        else found
    )


def _list_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two documents of inputs, but for the contents of needs."""
    found = []
    old, new = _by_id(before["needs"]), _by_id(after["needs"])
    for code in sorted(old.keys() & new.keys()):
        if old[code]["seats"] != new[code]["seats"]:
            seats = old[code]["seats"], new[code]["seats"]
            found.append(
                say(
                    "募集%(code)sの空き枠が%(before)sから%(after)sに変わりました。",
                    code=code,
                    before=seats[0],
                    after=seats[1],
                )
            )
    old, new = _by_id(before["candidates"]), _by_id(after["candidates"])
    changed = {code for code in old.keys() & new.keys() if old[code] != new[code]}
    if came := sorted(new.keys() - old.keys()):
        found.append(say("%(codes)sが、対象の登録者に加わりました。", codes=_listed(came)))
    if gone := sorted(old.keys() - new.keys()):
        found.append(say("%(codes)sが、対象の登録者でなくなりました。", codes=_listed(gone)))
    if changed:
        codes = _listed(sorted(changed))
        found.append(say("%(codes)sの登録内容か稼働台帳が変わりました。", codes=codes))
    return found


def _by_id(records: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {record["id"]: record for record in records}


def _listed(codes: Sequence[str]) -> str:
    more = len(codes) - SHOWN
    shown = listed(codes[:SHOWN])
    return say("%(shown)sほか%(more)s件", shown=shown, more=more) if more > 0 else shown


def has_news() -> sa.ColumnElement[bool]:
    """Whether anything that inputs are made of was written after a round began: only then can its plan be out of date."""
    begun, later = aliased(AuditEvent), aliased(AuditEvent)
    start = (
        sa.select(sa.func.max(begun.seq))
        .where(
            begun.object_type == Round.__tablename__,
            begun.object_id == sa.cast(Round.id, sa.String),
            begun.action == "round.start",
        )
        .correlate(Round)
        .scalar_subquery()
    )
    return sa.exists().where(
        later.seq > start,
        later.object_type.in_(WATCHED),
        later.prefecture_code.is_(None) | (later.prefecture_code == Round.prefecture_code),
    ).correlate(Round)  # fmt: skip


def list_with_news(session: Session, rounds: Iterable[Round]) -> set[int]:
    """The ids of those rounds that wait to be adopted and after whose start something was written."""
    ids = [round_.id for round_ in rounds if round_.state in SOLVED]
    if not ids:
        return set()
    return set(session.scalars(sa.select(Round.id).where(Round.id.in_(ids), has_news())))
