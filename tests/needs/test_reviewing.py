"""The steps of a need: who may take them, what they refuse, whom they tell; and what a list finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from talentpool import dates
from talentpool.audit import AuditEvent
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.listing import Asked
from talentpool.mail import MailOrder
from talentpool.needs import finding, reviewing, writing
from talentpool.needs.checks import ReviewCheck
from talentpool.needs.models import Need
from talentpool.needs.priorities import Priority, Reason
from talentpool.paging import Page
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.reference.catalogue import Catalogue
from talentpool.states import NeedState
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import ASAGO, HIMEJI, NOW, OSAKA, SAYO, make_need, make_user

CATALOGUE = Catalogue.shipped()
CHECKED: dict[str, Any] = {"checked": set(ReviewCheck), "catalogue": CATALOGUE}
TICKED = [str(check) for check in ReviewCheck]


def _submit(session: Session, need: Need, actor: Actor) -> None:
    reviewing.submit_need(session, need, catalogue=CATALOGUE, actor=actor, now=NOW)


def _publish(session: Session, need: Need, actor: Actor) -> None:
    reviewing.publish_need(
        session, need, priority=Priority((Reason.STATUTORY,)), **CHECKED, actor=actor, now=NOW
    )


def _return(session: Session, need: Need, actor: Actor) -> None:
    reviewing.return_need(session, need, reason="", comment="長" * 2000, actor=actor, now=NOW)


@pytest.mark.parametrize(
    ("act", "state", "role", "place"),
    [
        (_submit, NeedState.DRAFT, Role.COORDINATOR, {}),
        (_submit, NeedState.DRAFT, Role.MUNICIPALITY, {"municipality_code": SAYO}),
        (_publish, NeedState.SUBMITTED, Role.MUNICIPALITY, {}),
        (_publish, NeedState.SUBMITTED, Role.COORDINATOR, {"prefecture_code": OSAKA}),
        (_return, NeedState.SUBMITTED, Role.APPROVER, {}),
    ],
)
def test_who_may_not_is_told_so_before_anything_else(
    session: Session,
    act: Callable[[Session, Need, Actor], None],
    state: NeedState,
    role: Role,
    place: dict[str, Any],
) -> None:
    need = make_need(session, state=state, background="")
    with pytest.raises(Forbidden):
        act(session, need, make_user(session, role, **place).actor)
    assert need.state is state


@pytest.mark.parametrize(("length", "is_refused"), [(1000, False), (1001, True)])
def test_a_comment_has_a_greatest_length(session: Session, length: int, is_refused: bool) -> None:
    coordinator = make_user(session, Role.COORDINATOR).actor
    need = make_need(session, state=NeedState.SUBMITTED)
    given: dict[str, Any] = {"reason": "too_strict", "comment": "長" * length}
    if is_refused:
        with pytest.raises(Refused) as refused:
            reviewing.return_need(session, need, **given, actor=coordinator, now=NOW)
        assert set(refused.value.fields) == {"comment"}
    else:
        reviewing.return_need(session, need, **given, actor=coordinator, now=NOW)
    assert (need.state is NeedState.DRAFT) is not is_refused


def test_a_step_is_taken_once(session: Session) -> None:
    coordinator = make_user(session, Role.COORDINATOR).actor
    need = make_need(session)
    reviewing.hold_need(session, need, actor=coordinator, now=NOW)
    with pytest.raises(Conflict):
        reviewing.hold_need(session, need, actor=coordinator, now=NOW)
    session.commit()
    events = sa.select(sa.func.count()).where(AuditEvent.action == "need.hold")
    assert session.scalar(events) == 1


def test_everybody_concerned_is_told_but_not_who_did_it_nor_who_has_gone(session: Session) -> None:
    writer, colleague, gone = (make_user(session, Role.MUNICIPALITY) for _ in range(3))
    make_user(session, Role.MUNICIPALITY, municipality_code=SAYO)
    coordinator = make_user(session, Role.COORDINATOR)
    make_user(session, Role.COORDINATOR, prefecture_code=OSAKA)
    gone.disabled_at = NOW
    need = make_need(
        session, state=NeedState.DRAFT, outcome_wanted="書かない窓口", pay_amount=20_000
    )
    session.flush()

    def told() -> set[int]:
        found = set(session.scalars(sa.select(MailOrder.recipient_id)))
        session.execute(sa.delete(MailOrder))
        return found

    reviewing.submit_need(session, need, catalogue=CATALOGUE, actor=writer.actor, now=NOW)
    assert told() == {coordinator.id}
    reviewing.return_need(session, need, reason="too_strict", actor=coordinator.actor, now=NOW)
    assert told() == {writer.id, colleague.id}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "no-such-reason"}, "理由を選んで"),
        ({"reason": "other", "comment": " "}, "補足を書いて"),
        ({"reason": "too_strict", "comment": "a\0b"}, "使えない文字"),
        ({"reason": "too_strict", "comment": "長" * 1001}, "1,000文字以内"),
        ({"reason": ""}, "理由を選んで"),
    ],
)
def test_a_hostile_return_is_refused_on_the_page(
    app: TalentpoolFlask, database: Database, fields: dict[str, str], sentence: str
) -> None:
    coordinator = signed_in(app, Role.COORDINATOR)
    with database.writing() as session:
        need = make_need(session, state=NeedState.SUBMITTED)
        ident, version = need.id, need.version
    answer = coordinator.post(f"/needs/{ident}/return", version=str(version), **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    with database.reading() as session:
        assert session.get_one(Need, ident).state is NeedState.SUBMITTED


def test_two_coordinators_at_one_need_get_one_step_and_one_refusal(
    app: TalentpoolFlask, database: Database
) -> None:
    first, second = (signed_in(app, Role.COORDINATOR) for _ in range(2))
    with database.writing() as session:
        need = make_need(session, state=NeedState.SUBMITTED)
        ident, version = need.id, str(need.version)

    def post(browser: Browser, verb: str, **fields: Any) -> int:
        return browser.post(f"/needs/{ident}/{verb}", version=version, **fields).status_code

    assert post(first, "publish", checked=TICKED) == 302
    assert post(second, "return", reason="too_strict") == 409
    assert post(second, "explode") == 404


def test_a_list_is_narrowed_by_every_filter_and_its_pages_end(session: Session) -> None:
    actor = make_user(session, Role.COORDINATOR).actor
    for town in (HIMEJI, SAYO):
        for theme in ("bpr", "frontyard"):
            make_need(session, municipality_code=town, theme=theme, title=f"募集 {theme}")
    wanted = Asked({"theme": "bpr", "municipality": SAYO, "state": "open"}, words="募集")
    assert [(n.theme, n.municipality_code) for n in _list(session, actor, wanted).rows] == [
        ("bpr", SAYO)
    ]
    assert _list(session, actor, Asked({"municipality": ASAGO})).rows == []
    for page in (-1, 0, 1, 99):
        found = finding.list_needs(session, actor, Asked(), catalogue=CATALOGUE).page(page)
        assert (found.number, found.pages, len(found.rows)) == (1, 1, 4)


def _list(session: Session, actor: Actor, wanted: Asked) -> Page[Need]:
    return finding.list_needs(session, actor, wanted, catalogue=CATALOGUE).page()


def test_an_import_names_the_town_and_the_code_and_a_published_need_is_not_rewritten(
    session: Session,
) -> None:
    content = writing.content_of(make_need(session))
    with pytest.raises(Refused, match="市町を選んで"):
        writing.create_need(session, content, catalogue=CATALOGUE, actor=SYSTEM, now=NOW)
    made = writing.create_need(
        session, content, catalogue=CATALOGUE, municipality_code=SAYO, code="N-900001",
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    assert (made.code, made.municipality_code, made.state) == ("N-900001", SAYO, NeedState.DRAFT)
    with pytest.raises(Conflict, match="公開中の募集です"):
        writing.save_need(
            session, make_need(session), content, catalogue=CATALOGUE, actor=SYSTEM, now=NOW
        )


@pytest.mark.parametrize("last", [dates.month_of(dates.local_date(NOW)) - 1, 2020 * 12])
def test_a_need_whose_months_are_over_is_neither_handed_in_nor_published(
    session: Session, last: int
) -> None:
    officer = make_user(session, Role.COORDINATOR)
    months = {"first_month": last - 2, "last_month": last}
    draft = make_need(session, state=NeedState.DRAFT, **months)
    submitted = make_need(session, state=NeedState.SUBMITTED, **months)
    town = make_user(session, Role.MUNICIPALITY, municipality_code=draft.municipality_code)
    with pytest.raises(Refused, match="で終わる募集です") as caught:
        _submit(session, draft, town.actor)
    assert list(caught.value.fields) == ["last_month"]
    with pytest.raises(Refused, match="で終わる募集です"):
        reviewing.publish_need(session, submitted, **CHECKED, actor=officer.actor, now=NOW)
    assert (draft.state, submitted.state) == (NeedState.DRAFT, NeedState.SUBMITTED)


def test_a_need_of_this_month_may_be_published(session: Session) -> None:
    this_month = dates.month_of(dates.local_date(NOW))
    need = make_need(
        session, state=NeedState.SUBMITTED, first_month=this_month - 2, last_month=this_month
    )
    officer = make_user(session, Role.COORDINATOR)
    reviewing.publish_need(session, need, **CHECKED, actor=officer.actor, now=NOW)
    assert need.state is NeedState.OPEN


def test_who_asks_for_a_form_is_published_with_the_one_that_was_settled(session: Session) -> None:
    need = make_need(session, state=NeedState.DRAFT, forms=(), asks_form=True)
    need.outcome_wanted = "書かない窓口。"
    town = make_user(session, Role.MUNICIPALITY).actor
    officer = make_user(session, Role.COORDINATOR).actor
    _submit(session, need, town)
    assert (need.submitted_at, need.answered_at) == (NOW, None)
    for checked, forms, field in (
        ({ReviewCheck.PRIVACY, ReviewCheck.FORM}, ["commission"], "checked"),
        (set(ReviewCheck), [], "forms"),
        (set(ReviewCheck), ["nothing"], "forms"),
        (set(ReviewCheck), ["pro_bono"], "pay_basis"),
    ):
        with pytest.raises(Refused) as caught:
            reviewing.publish_need(
                session,
                need,
                checked=checked,
                forms=forms,
                catalogue=CATALOGUE,
                actor=officer,
                now=NOW,
            )
        assert field in caught.value.fields
    later = NOW + timedelta(days=2)
    reviewing.publish_need(session, need, **CHECKED, forms=["commission"], actor=officer, now=later)
    assert ([row.form for row in need.forms], need.asks_form) == (["commission"], False)
    assert need.answered_at == later
    session.commit()
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "need.publish")).one()
    assert event.detail["checked"] == ["budget", "form", "privacy"]
    assert event.detail["forms"] == ["commission"]
