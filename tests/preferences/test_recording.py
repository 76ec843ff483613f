"""An officer writes down what somebody without an account says of a vacancy: the person's own rules, from what and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool import clock
from talentpool.audit import AuditEvent
from talentpool.candidates.hearing import LONGEST_PARTY, Heard
from talentpool.candidates.models import ProfileView
from talentpool.candidates.received import Source
from talentpool.dates import local_date
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.permissions import Role
from talentpool.pool.reading import read_profiles
from talentpool.preferences.answering import Said, record_interest, say_interest
from talentpool.preferences.models import Answer, Interest, RecordedInterest
from talentpool.preferences.soundness import violations
from talentpool.states import MembershipState, NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import signed_in
from tests.pages import version_in
from tests.preferences.made import actor_of

YES = Said(Answer.INTERESTED, words="家から近いので。")
TODAY = local_date(make.NOW)
HEARD = Heard(Source.TELEPHONE, TODAY, "鷺沢 太郎")


def test_what_is_heard_counts_like_what_is_said(session: Session) -> None:
    person, need = make.make_candidate(session, has_account=False), make.make_need(session)
    officer = make.make_user(session, Role.COORDINATOR).actor
    row = record_interest(session, person, need, YES, HEARD, actor=officer, now=make.NOW)
    profile = read_profiles(session, make.HYOGO, [person.id])[person.id]
    assert profile.interested == (need.code,)
    later = Heard(Source.PAPER, TODAY, "本人")
    no = Said(Answer.NOT_NOW, "schedule", bars=True)
    again = record_interest(session, person, need, no, later, actor=officer, now=make.NOW)
    assert again is row
    assert row.recorded is not None
    assert (row.recorded.source, row.recorded.party) == (Source.PAPER, "本人")
    assert row.recorded.recorded_by == officer.user_id
    profile = read_profiles(session, make.HYOGO, [person.id])[person.id]
    assert profile.turned_down == (need.code,)
    session.commit()
    assert list(violations(session)) == []
    details = list(
        session.scalars(sa.select(AuditEvent.detail).where(AuditEvent.action == "interest.record"))
    )
    assert [one["source"] for one in details] == ["telephone", "paper"]
    assert "鷺沢" not in str(details)  # who called is nowhere but in the row
    person.user_id = make.make_user(session, Role.CANDIDATE).id
    session.flush()
    with pytest.raises(Conflict, match="アカウント"):
        record_interest(session, person, need, YES, HEARD, actor=officer, now=make.NOW)
    say_interest(session, need, YES, actor=actor_of(person), now=make.NOW)
    assert session.scalars(sa.select(RecordedInterest)).all() == []  # the own answer stands alone


def test_what_is_wrong_is_named_and_nobody_else_may(session: Session) -> None:
    person, need = make.make_candidate(session, has_account=False), make.make_need(session)
    officer = make.make_user(session, Role.COORDINATOR).actor
    for said, heard, field in (
        (YES, replace(HEARD, source=Source.SELF), "source"),
        (YES, replace(HEARD, came_on=TODAY + timedelta(days=1)), "came_on"),
        (YES, replace(HEARD, came_on=TODAY - timedelta(days=999)), "came_on"),
        (YES, replace(HEARD, party="  "), "party"),
        (YES, replace(HEARD, party="長" * (LONGEST_PARTY + 1)), "party"),
        (Said(Answer.NOT_NOW), HEARD, "reason"),
    ):
        with pytest.raises(Refused) as refused:
            record_interest(session, person, need, said, heard, actor=officer, now=make.NOW)
        assert set(refused.value.fields) == {field}
    far = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    for role in (Role.MUNICIPALITY, Role.APPROVER, Role.AUDITOR, Role.ADMIN):
        with pytest.raises(Forbidden):
            record_interest(
                session, person, need, YES, HEARD, actor=make.make_user(session, role).actor,
                now=make.NOW,
            )  # fmt: skip
    with pytest.raises(Forbidden):
        record_interest(session, person, need, YES, HEARD, actor=far, now=make.NOW)
    offered, held = make.make_need(session), make.make_need(session, state=NeedState.ON_HOLD)
    make.make_placement(session, offered, person, state=PlacementState.OFFERED)
    waiting = make.make_candidate(session, has_account=False, state=MembershipState.APPLIED)
    for who, which in ((person, offered), (person, held), (waiting, need)):
        with pytest.raises(Conflict):
            record_interest(session, who, which, YES, HEARD, actor=officer, now=make.NOW)
    assert session.scalars(sa.select(Interest)).all() == []


def test_what_cannot_be_is_refused_by_the_database_or_found(session: Session) -> None:
    person, need = make.make_candidate(session, has_account=False), make.make_need(session)
    officer = make.make_user(session, Role.COORDINATOR).actor
    row = record_interest(session, person, need, YES, HEARD, actor=officer, now=make.NOW)
    assert row.recorded is not None
    row.recorded.came_on = TODAY + timedelta(days=1)
    session.flush()
    assert list(violations(session)) == [f"interest {row.id}: recorded before it came"]
    row.recorded.came_on = TODAY - timedelta(days=999)
    session.flush()
    assert list(violations(session)) == [f"interest {row.id}: came before the need was open"]
    with pytest.raises(IntegrityError):
        session.execute(sa.text("UPDATE recorded_interest SET source = 'self'"))


def test_an_officer_finds_the_vacancies_of_a_person_and_writes_down_the_answer(
    app: TalentpoolFlask, database: Database
) -> None:
    now = clock.now()
    with database.writing() as session:
        person = make.make_candidate(session, has_account=False, now=now)
        own = make.make_candidate(session, now=now)
        need = make.make_need(session, title="窓口の見直し", now=now)
        foreign = make.make_need(session, title="合わない募集", musts={"security": 4}, now=now)
        ident, other, here, there = person.id, own.id, need.id, foreign.id
    officer = signed_in(app, Role.COORDINATOR)
    assert f'href="/candidates/{ident}/suited"' in officer.get(f"/candidates/{ident}").text
    assert "/suited" not in officer.get(f"/candidates/{other}").text
    assert officer.get(f"/candidates/{other}/suited").status_code == 404
    listed = officer.get(f"/candidates/{ident}/suited").text
    assert "窓口の見直し" in listed
    assert "姫路市" in listed  # staff read the town, whatever it chose
    assert "合わない募集" not in listed
    path = f"/candidates/{ident}/suited/{here}"
    page = officer.get(path).text
    typed = {"source": "telephone", "came_on": local_date(now).isoformat(), "party": "本人"}
    version = version_in(page, path)
    refused = officer.post(path, version=version, answer="not_now", words="遠いので", **typed)
    assert refused.status_code == 422
    assert "遠いので" in refused.text
    sent = officer.post(path, version=version, answer="interested", words="近いので", **typed)
    assert sent.status_code == 302
    assert officer.post(path, version=version, answer="interested", **typed).status_code == 409
    assert "興味あり" in officer.get(f"/candidates/{ident}/suited").text
    staff_list = officer.get(f"/needs/{here}/interests").text
    assert "近いので" in staff_list
    assert "さんが記録しました" in staff_list
    assert officer.get(f"/candidates/{ident}/suited/{there}").status_code == 404
    version = version_in(officer.get(path).text, path)
    with database.writing() as session:
        assert session.scalar(sa.select(sa.func.count(ProfileView.id)))
        user = make.make_user(session, Role.CANDIDATE, now=now)
        session.execute(
            sa.text("UPDATE candidate SET user_id = :user WHERE id = :id"),
            {"user": user.id, "id": ident},
        )
    assert officer.get(path).status_code == 404
    lost = officer.post(path, version=version, answer="interested", words="失われない言葉", **typed)
    assert lost.status_code == 409
    assert "失われない言葉" in lost.text
    for role in (Role.MUNICIPALITY, Role.CANDIDATE, Role.APPROVER):
        assert signed_in(app, role).get(path).status_code in {403, 404}
