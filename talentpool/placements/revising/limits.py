"""What a change of an open need may not do, each at its field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from ...dates import local_date, month_of
from ...db import Session
from ...errors import Conflict, Fault, Refused, raise_first
from ...language import say
from ...needs.content import FULL_WEIGHT, NeedContent
from ...needs.models import Need
from ...needs.rules import faults, list_missing, past_faults
from ...needs.weights import keep_proportions, total_weight
from ...needs.writing import content_of, require_draft
from ...reference.catalogue import Catalogue
from ...states import COUNTER_OPEN, SERVED, NeedState
from ..counters.models import CounterProposal
from ..models import Placement

REVISABLE = frozenset({NeedState.OPEN, NeedState.ON_HOLD})
CONDITIONS = (  # on which somebody works, or about which one side has asked the other
    "half_days", "first_month", "last_month", "mode", "on_site_share", "place_code", "pay_amount", "pay_basis",
)  # fmt: skip
_FIELDS = {"place_code": "place"}  # of the form, where it has another name
WORKED = say(
    "確定した活動がこの条件で行われているため、変えられません。残りの枠をほかの条件で募集するときは、写して新しい募集を作ってください。"
)
LOCKED = say("技能の重みは、公開したときに固定されています。残る技能の割合は変えられません。")
ASKED = say("条件の提案への返事を待っている推薦があるあいだは、変えられません。")


def check_revisable(need: Need) -> None:
    """Conflict that says what can be done instead."""
    if need.state is NeedState.DRAFT:
        raise Conflict(say("まだ公開していない募集です。下書きを直してください。"))
    if need.state not in REVISABLE:
        require_draft(need)
    if need.joint is not None:  # every town has agreed to what it says
        raise Conflict(
            say(
                "公開した共同募集は変更できません。取り下げて、写した募集で分担から作り直してください。"
            )
        )


def check_change(
    session: Session, need: Need, content: NeedContent, *, catalogue: Catalogue, now: datetime
) -> None:
    """Refused with the first sentence of each field."""
    raise_first(faults(content, catalogue))
    before = content_of(need)
    missing = dict(list_missing(content, catalogue))
    if total_weight(before.skills) != FULL_WEIGHT:
        missing.pop("skills", None)  # from when weights had another sum, or from a file
    if missing:
        raise Refused(say("公開中の募集に必要な項目が書かれていません。"), fields=missing)
    if before == content:
        raise Refused(say("変わったところがありません。"))
    if before.last_month != content.last_month:
        raise_first(past_faults(content.last_month, month_of(local_date(now))))
    raise_first(_faults(session, need, before, content))


def _faults(
    session: Session, need: Need, before: NeedContent, content: NeedContent
) -> Iterator[Fault]:
    served = sa.select(sa.func.max(Placement.seat)).where(
        Placement.need_id == need.id, Placement.state.in_(SERVED)
    )
    last = session.scalar(served)
    if last is not None and content.seats < last:
        yield "seats", say("枠%(n)sに確定した活動があるため、それより少なくできません。", n=last)
    if not keep_proportions(before.skills, content.skills):
        yield "skills", LOCKED
    if content.asks_form:
        yield "forms", say("公開した募集では、任用形態を選んでください。")
    changed = [name for name in CONDITIONS if getattr(before, name) != getattr(content, name)]
    if changed and (why := WORKED if last is not None else _why_asked(session, need)):
        for name in changed:
            yield _FIELDS.get(name, name), why


def _why_asked(session: Session, need: Need) -> str:
    query = (
        sa.select(CounterProposal.id)
        .join(Placement, Placement.id == CounterProposal.placement_id)
        .where(Placement.need_id == need.id, CounterProposal.state.in_(COUNTER_OPEN))
    )
    return "" if session.scalars(query).first() is None else ASKED
