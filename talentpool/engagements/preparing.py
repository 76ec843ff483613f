"""What has to be there before the work starts (準備の確認): items by appointment form, each ticked by one side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from .. import audit
from ..candidates.content import EMPLOYED
from ..candidates.models import Candidate
from ..candidates.service import speaks_for
from ..candidates.terms import is_employed
from ..dates import local_date
from ..db import Session
from ..errors import Conflict, Refused
from ..language import say
from ..needs.models import Need
from ..permissions import Action, Actor, Role, require
from ..reference.catalogue import Catalogue
from ..reference.entries import Form, TermEntry, Vocabulary
from ..states import RUNNING, EngagementState
from .models import Engagement, EngagementCheck

SIDES: Mapping[str, Role] = {
    "person": Role.CANDIDATE, "town": Role.MUNICIPALITY, "prefecture": Role.COORDINATOR,
}  # fmt: skip
NEEDED: Mapping[str, Callable[[Form], bool]] = {
    "always": lambda _form: True,
    "public": lambda form: form.has_public_status,
    "contract": lambda form: not form.has_public_status,
    "ordinance": lambda form: form.needs_ordinance,
    "permission": lambda form: form.side_job == "permission",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item, as the form of the engagement asks for it."""

    term: TermEntry
    check: EngagementCheck | None

    @property
    def code(self) -> str:
        return self.term.code

    @property
    def side(self) -> Role:
        return SIDES[self.term.attributes["by"]]

    @property
    def expires(self) -> bool:
        return bool(self.term.attributes.get("expires"))

    def is_done(self, today: date) -> bool:
        if self.check is None:
            return False
        return self.check.expires_on is None or self.check.expires_on >= today


def only_form(need: Need, person: Candidate) -> str | None:
    """The appointment form that both sides accept, where there is just one."""
    both = forms_of(need, person)
    return both[0] if len(both) == 1 else None


def forms_of(need: Need, person: Candidate) -> list[str]:
    """The forms that the town can issue and the person accepts; of somebody whom the prefecture employs that one."""
    if is_employed(person):
        return [EMPLOYED]
    accepted = {row.form for row in person.forms}
    return [row.form for row in need.forms if row.form in accepted]


def list_items(session: Session, engagement: Engagement, catalogue: Catalogue) -> Sequence[Item]:
    """What the form asks for, in the order of the reference table; nothing until the form is chosen."""
    if engagement.form is None:
        return []
    form = Form.of(catalogue.term(Vocabulary.FORM, engagement.form))
    query = sa.select(EngagementCheck).where(EngagementCheck.engagement_id == engagement.id)
    checks = {row.item: row for row in session.scalars(query)}
    return [
        Item(term, checks.get(term.code))
        for term in catalogue.terms(Vocabulary.PREPARATION_ITEM)
        if NEEDED[term.attributes["needed"]](form)
    ]


def is_of(item: Item, engagement: Engagement, actor: Actor) -> bool:
    """Whether `actor` ticks it; officers of the prefecture also tick for a person without an account."""
    if item.side is Role.CANDIDATE:
        return speaks_for(actor, engagement.candidate)
    return item.side is actor.role


def prepare_engagement(
    session: Session,
    engagement: Engagement,
    ticked: Mapping[str, date | None],
    *,
    form: str | None = None,
    catalogue: Catalogue,
    actor: Actor,
    now: datetime,
) -> None:
    """Tick the items of one's own side that are done, with the last day of those that expire, and no others.

    `form`: the appointment form, which town or prefecture choose while nothing has started.
    """
    require(session, actor, Action.PREPARE_ENGAGEMENT, engagement)
    if engagement.state not in RUNNING:
        raise Conflict(say("この活動は、すでに終わっています。"))
    if form is not None and form != engagement.form:
        require(session, actor, Action.CHOOSE_FORM, engagement)
        if engagement.state is not EngagementState.PREPARING:
            raise Conflict(say("任用形態は、活動が始まる前にだけ変えられます。"))
        if engagement.terms_id is not None:
            raise Refused.at(
                "form",
                say("任用形態は、承諾された勤務条件のとおりです。条件の新しい版で変えられます。"),
            )
        if form not in forms_of(engagement.need, engagement.candidate):
            raise Refused.at("form", say("双方が受けられる任用形態から選んでください。"))
        engagement.form = form
    own = [
        row for row in list_items(session, engagement, catalogue) if is_of(row, engagement, actor)
    ]
    for row in own:
        _tick(session, engagement, row, ticked, actor, now)
    detail = {"form": engagement.form, "items": [row.code for row in own if row.code in ticked]}
    audit.record(
        session, audit.Deed.ENGAGEMENT_PREPARE, engagement, actor=actor, now=now, detail=detail
    )


def _tick(
    session: Session,
    engagement: Engagement,
    row: Item,
    ticked: Mapping[str, date | None],
    actor: Actor,
    now: datetime,
) -> None:
    if row.code not in ticked:
        if row.check is not None and engagement.state is not EngagementState.PREPARING:
            raise Refused.at("done", say("活動が始まったあとは、済んだ項目の印を外せません。"))
        if row.check is not None:
            session.delete(row.check)
        return
    until = ticked[row.code] if row.expires else None
    if row.expires and until is None:
        raise Refused.at(f"until_{row.code}", say("いつまで有効かを入力してください。"))
    if until is not None and until < local_date(now):
        raise Refused.at(f"until_{row.code}", say("すでに切れている日です。"))
    if row.check is None:
        session.add(
            EngagementCheck(
                engagement_id=engagement.id,
                item=row.code,
                done_at=now,
                done_by=actor.user_id,
                expires_on=until,
            )
        )
    else:
        row.check.expires_on = until


def check_ready(
    session: Session, engagement: Engagement, catalogue: Catalogue, today: date
) -> None:
    """Conflict while anything of the preparation is missing or has expired."""
    if engagement.form is None:
        raise Conflict(say("任用形態がまだ選ばれていないため、始められません。"))
    missing = [row for row in list_items(session, engagement, catalogue) if not row.is_done(today)]
    if missing:
        raise Conflict(say("準備の確認が%(n)s件残っているため、始められません。", n=len(missing)))
