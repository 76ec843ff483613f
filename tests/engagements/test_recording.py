"""Staff enter a month from paper or a call, for somebody without an account; what was returned keeps a draft."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from talentpool import clock, dates
from talentpool.accounts.postal import PostalTask
from talentpool.audit import AuditEvent
from talentpool.candidates.hearing import Heard
from talentpool.candidates.models import Candidate
from talentpool.candidates.received import Source
from talentpool.db import Database, Session
from talentpool.engagements import logs, statement
from talentpool.engagements.models import Engagement, RecordedLog, WorkLog
from talentpool.engagements.recording import record_log
from talentpool.engagements.service import list_unwritten
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.operations import check
from talentpool.permissions import Actor, Role
from talentpool.states import EngagementState, WorkLogState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from .test_logs import APRIL, NOW, Cast, _content

HEARD = Heard(Source.PAPER, date(2027, 5, 2), "試験花子（本人）")


def _staff(session: Session, *, has_account: bool = False) -> tuple[Cast, Engagement]:
    cast = Cast(session)
    person = make.make_candidate(session, has_account=has_account)
    return cast, make.make_engagement(session, candidate=person)


def test_an_officer_writes_down_a_month_and_the_town_signs_it(session: Session) -> None:
    cast, engagement = _staff(session)
    for actor in (cast.town, cast.person, make.make_user(session, Role.APPROVER).actor):
        with pytest.raises(Forbidden):
            record_log(session, engagement, APRIL, _content(6), HEARD, actor=actor, now=NOW)
    draft = record_log(
        session, engagement, APRIL, _content(6, text=""), HEARD, actor=cast.coordinator, now=NOW,
        is_sent=False,
    )  # fmt: skip
    assert draft.state is WorkLogState.DRAFT
    log = record_log(
        session, engagement, APRIL, _content(6), HEARD, actor=cast.coordinator, now=NOW
    )
    assert log is draft
    assert log.state is WorkLogState.SENT
    assert log.recorded is not None
    assert (log.recorded.source, log.recorded.recorded_by) == (
        Source.PAPER,
        cast.coordinator.user_id,
    )
    logs.return_log(session, log, reason="other", comment="日を確かめて", actor=cast.town, now=NOW)
    assert "work_log.return" in set(session.scalars(sa.select(PostalTask.template)))
    record_log(
        session, engagement, APRIL, _content(13), Heard(Source.TELEPHONE, NOW.date(), "本人"),
        actor=cast.coordinator, now=NOW,
    )  # fmt: skip
    logs.sign_log(session, log, actor=cast.town, now=NOW)
    assert [row.is_recorded for row in statement.list_rows(session, engagement)] == [True]
    session.commit()
    sent = sa.select(AuditEvent.detail).where(AuditEvent.action == "work_log.send")
    assert {row["source"] for row in session.scalars(sent)} == {"paper", "telephone"}
    assert list(check.violations(session)) == []


def test_nobody_writes_for_who_has_an_account(session: Session) -> None:
    cast, engagement = _staff(session, has_account=True)
    person = Actor(engagement.candidate.user_id, Role.CANDIDATE, make.HYOGO)

    def record() -> WorkLog:
        return record_log(
            session, engagement, APRIL, _content(6), HEARD, actor=cast.coordinator, now=NOW
        )

    with pytest.raises(Conflict, match="アカウントがある"):
        record()
    logs.send_log(session, engagement, APRIL, _content(6), actor=person, now=NOW)
    with pytest.raises(Conflict, match="自分で送っています"):
        record()


def test_what_the_person_sends_later_is_the_person_s(session: Session) -> None:
    cast, engagement = _staff(session)
    log = record_log(
        session, engagement, APRIL, _content(6), HEARD, actor=cast.coordinator, now=NOW
    )
    logs.return_log(session, log, reason="other", comment="日を確かめて", actor=cast.town, now=NOW)
    user = make.make_user(session, Role.CANDIDATE)
    engagement.candidate.user_id = user.id
    session.flush()
    logs.send_log(session, engagement, APRIL, _content(13), actor=user.actor, now=NOW)
    session.commit()
    assert log.recorded is None
    assert list(check.violations(session)) == []


@pytest.mark.parametrize(
    ("heard", "field"),
    [
        (Heard(Source.SELF, date(2027, 5, 2), "本人"), "source"),
        (Heard(Source.PAPER, date(2027, 3, 31), "本人"), "came_on"),
        (Heard(Source.PAPER, date(2027, 5, 7), "本人"), "came_on"),
        (Heard(Source.PAPER, date(2027, 5, 2), "  "), "party"),
        (Heard(Source.PAPER, date(2027, 5, 2), "x" * 101), "party"),
    ],
)
def test_from_what_it_was_taken_is_asked(session: Session, heard: Heard, field: str) -> None:
    cast, engagement = _staff(session)
    with pytest.raises(Refused) as refused:
        record_log(session, engagement, APRIL, _content(6), heard, actor=cast.coordinator, now=NOW)
    assert list(refused.value.fields) == [field]


def test_what_was_returned_keeps_a_draft_with_its_reason(session: Session) -> None:
    cast = Cast(session)
    log = cast.send(_content(6))
    logs.return_log(session, log, reason="other", comment="日を確かめて", actor=cast.town, now=NOW)
    half = _content(13, text="")
    logs.save_log(session, cast.engagement, APRIL, half, actor=cast.person, now=NOW)
    assert (log.state, log.return_reason) == (WorkLogState.DRAFT, "other")
    found = list_unwritten(session, cast.person, dates.local_date(NOW))
    assert [(month, returned) for _, month, returned in found] == [(APRIL, True)]
    assert not session.scalars(
        sa.select(WorkLog).where(WorkLog.id == log.id, WorkLog.state != WorkLogState.DRAFT)
    ).all()
    cast.send(_content(13))
    assert (log.state, log.return_reason) == (WorkLogState.SENT, None)
    session.commit()
    assert list(check.violations(session)) == []


def test_the_pages_lead_an_officer_to_the_form_and_back(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        log = make.make_sent_log(session, make.make_candidate(session))
        town = make.make_user(session, Role.MUNICIPALITY)
        logs.return_log(
            session, log, reason="other", comment="6日は休み", actor=town.actor, now=clock.now()
        )
        log.engagement.candidate.user_id = None  # the account was given up
        page, month = f"/engagements/{log.engagement_id}", dates.month_text(log.month)
    office, reader = signed_in(app, Role.COORDINATOR), Browser(app)
    reader.enter(town)
    form = f"{page}/logs/{month}/record"
    assert form in office.get(page).text
    shown = office.get(form).text
    assert "6日は休み" in shown  # the reason, beside the correction
    version = re.search(r'name="version" value="([^"]+)"', shown)
    assert version is not None
    typed = {
        "version": version[1], "days": ["1"], "part_1": "morning", "place_1": "online",
        "text": "窓口の聞き取り", "theme": "bpr", "source": "paper", "party": "本人",
        "came_on": dates.local_date(clock.now()).isoformat(),
    }  # fmt: skip
    missing = office.post(form, submit="1", **(typed | {"party": ""}))
    assert missing.status_code == 422
    assert "窓口の聞き取り" in missing.text
    assert office.post(form, save="1", **typed).status_code == 302
    assert "差し戻された代理記録" in office.get("/home").text
    assert page in office.get("/engagements?state=to_correct").text
    assert "差し戻されて、直しています" in reader.get(page).text
    again = re.search(r'name="version" value="([^"]+)"', office.get(form).text)
    assert again is not None
    lost = office.post(form, submit="1", **(typed | {"text": "別の聞き取り", "party": "長女"}))
    assert lost.status_code == 409
    assert all(said in lost.text for said in ("窓口の聞き取り", "別の聞き取り", "長女"))
    also = typed | {"version": again[1], "party": "長女"}
    assert office.post(form, save="1", **also).status_code == 302
    assert office.post(form, save="1", **(typed | {"version": again[1]})).status_code == 409
    again = re.search(r'name="version" value="([^"]+)"', office.get(form).text)
    assert again is not None
    assert office.post(form, submit="1", **(typed | {"version": again[1]})).status_code == 302
    assert "県が代理で記録（紙" in reader.get(f"{page}/logs/{month}").text
    assert f"{page}/addition" in office.get(form).text
    with database.writing() as session:
        over = {"state": EngagementState.ENDED, "outcome": "completed", "ended_at": clock.now()}
        session.execute(sa.update(Engagement).values(over))
    assert f"{page}/addition" not in office.get(form).text  # no month is open any more
    with database.writing() as session:
        account = make.make_user(session, Role.CANDIDATE).id
        session.execute(sa.update(Candidate).values(user_id=account))
        draft = {"state": WorkLogState.DRAFT, "sent_at": None, "text": "本人だけの下書き"}
        session.execute(sa.update(WorkLog).values(draft))
        session.execute(sa.delete(RecordedLog))
    lost = office.post(form, submit="1", **typed)
    assert lost.status_code == 409
    assert "窓口の聞き取り" in lost.text
    assert "本人だけの下書き" not in lost.text
