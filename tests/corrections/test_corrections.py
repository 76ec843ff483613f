"""A mistaken step of an officer, taken back in silence: at once, with a reason in the audit trail, or not at all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import audit, clock
from talentpool.audit import AuditEvent
from talentpool.corrections import service
from talentpool.db import Database, Session
from talentpool.engagements.running import suspend_engagement
from talentpool.errors import Conflict, Refused
from talentpool.mail import MailOrder
from talentpool.needs.models import Need
from talentpool.needs.reviewing import hold_need, resume_need
from talentpool.permissions import Actor, Role
from talentpool.states import EngagementState, NeedState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in

NOW = make.NOW


def officer(session: Session, role: Role = Role.COORDINATOR) -> Actor:
    return make.make_user(session, role).actor


def mails(session: Session) -> int:
    session.flush()
    return session.scalar(sa.select(sa.func.count()).select_from(MailOrder)) or 0


def held(session: Session, actor: Actor) -> Need:
    """A need that was put on hold, of which the town was told."""
    make.make_user(session, Role.MUNICIPALITY)
    need = make.make_need(session)
    hold_need(session, need, actor=actor, now=NOW)
    audit.seal(session)
    return need


def event_of(session: Session, thing: service.Thing, actor: Actor) -> int:
    found = service.find_correction(session, thing, actor=actor, now=NOW)
    assert found is not None
    return found.event


def test_the_step_back_is_taken_and_nobody_is_told(session: Session) -> None:
    actor = officer(session)
    need = held(session, actor)
    before = mails(session)
    assert before > 0
    service.take_back(
        session,
        need,
        " 番号の押し間違い ",
        event=event_of(session, need, actor),
        actor=actor,
        now=NOW,
    )
    assert (need.state, mails(session)) == (NeedState.OPEN, before)
    audit.seal(session)
    rows = session.execute(
        sa.select(AuditEvent.action, AuditEvent.detail)
        .where(AuditEvent.object_type == "need", AuditEvent.object_id == str(need.id))
        .order_by(AuditEvent.seq.desc())
        .limit(2)
    ).all()
    assert rows[0] == ("step.silent", {"why": "番号の押し間違い"})
    assert rows[1].action == "need.resume"
    assert list(audit.verify(session)) == []
    hold_need(session, need, actor=actor, now=NOW)  # the next step tells again
    assert mails(session) > before


def test_an_engagement_goes_on_as_if_it_had_not_rested(session: Session) -> None:
    actor = officer(session)
    work = make.make_engagement(session)
    suspend_engagement(session, work, reason="health", actor=actor, now=NOW)
    audit.seal(session)
    before = mails(session)
    service.take_back(
        session,
        work,
        "別の人の活動だった",
        event=event_of(session, work, actor),
        actor=actor,
        now=NOW,
    )
    assert (work.state, work.suspended_at, mails(session)) == (EngagementState.ACTIVE, None, before)


@pytest.mark.parametrize("why", ["", "  ", "字" * 201])
def test_without_a_reason_nothing_happens(session: Session, why: str) -> None:
    actor = officer(session)
    need = held(session, actor)
    event = event_of(session, need, actor)
    with pytest.raises(Refused) as refused:
        service.take_back(session, need, why, event=event, actor=actor, now=NOW)
    assert set(refused.value.fields) == {"why"}
    assert need.state is NeedState.ON_HOLD


def test_it_is_offered_for_three_days_to_officers_only(session: Session) -> None:
    actor = officer(session)
    need = held(session, actor)

    def offered(who: Actor, days: float) -> bool:
        now = NOW + timedelta(days=days)
        return service.find_correction(session, need, actor=who, now=now) is not None

    assert [offered(actor, days) for days in (0, 3, 3.001)] == [True, True, False]
    assert offered(officer(session), 0)
    for role in (Role.MUNICIPALITY, Role.APPROVER, Role.AUDITOR, Role.ADMIN):
        assert not offered(officer(session, role), 0)
    foreign = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    assert not offered(foreign, 0)


def test_what_asked_or_bound_somebody_is_never_taken_back_in_silence(session: Session) -> None:
    """Published, submitted, begun, ended: no step in silence leads back from there."""
    actor = officer(session)
    for state in (NeedState.OPEN, NeedState.SUBMITTED, NeedState.CLOSED, NeedState.DRAFT):
        need = make.make_need(session, state=state)
        audit.seal(session)
        assert service.find_correction(session, need, actor=actor, now=NOW) is None
    for engaged in (EngagementState.ACTIVE, EngagementState.PREPARING):
        work = make.make_engagement(session, state=engaged)
        audit.seal(session)
        assert service.find_correction(session, work, actor=actor, now=NOW) is None


def test_a_page_that_is_out_of_date_takes_nothing_back(session: Session) -> None:
    actor = officer(session)
    need = held(session, actor)
    event = event_of(session, need, actor)
    resume_need(session, need, actor=actor, now=NOW)
    hold_need(session, need, actor=actor, now=NOW)
    audit.seal(session)
    for stale in (event, None, 0):
        with pytest.raises(Conflict):
            service.take_back(session, need, "間違い", event=stale, actor=actor, now=NOW)
    assert need.state is NeedState.ON_HOLD


def test_the_page_and_what_the_auditor_reads(app: TalentpoolFlask, database: Database) -> None:
    staff, auditor = signed_in(app, Role.COORDINATOR), signed_in(app, Role.AUDITOR)
    with database.writing() as session:
        need = make.make_need(session, now=clock.now())
        ident, version = need.id, need.version
    page, path = f"/needs/{ident}", f"/needs/{ident}/correction"
    assert path not in staff.get(page).text
    assert staff.get(path).status_code == 302
    assert staff.post(f"{page}/hold", version=version).status_code == 302
    assert path in staff.get(page).text
    assert path not in auditor.get(page).text
    assert auditor.get(path).status_code == 403
    form = staff.get(path).text
    event = re.findall(r'name="version" value="(\d+)"', form)[0]
    with database.reading() as session:
        before = mails(session)
    refused = staff.post(path, version=event, why=" ")
    assert refused.status_code == 422
    assert staff.post(path, version="1", why="違う").status_code == 409
    assert staff.post(path, version=event, why="隣の募集と取り違えた").status_code == 302
    again = staff.post(path, version=event, why="もう一度")
    assert again.status_code == 409
    assert "もう一度" in again.text
    with database.reading() as session:
        assert session.get_one(Need, ident).state is NeedState.OPEN
        assert mails(session) == before
    trail = auditor.get("/audit").text
    assert "知らせずに行った訂正" in trail
    assert "隣の募集と取り違えた" in trail
