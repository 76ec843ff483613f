"""What a mail would say to somebody without an account is posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.postal import PostalTask
from talentpool.accounts.views.notices import read_text
from talentpool.audit import AuditEvent, seal
from talentpool.candidates.reviewing import activate_membership
from talentpool.dates import add_business_days, local_date, start_of_day
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.permissions import Role
from talentpool.placements import letters, reminding
from talentpool.placements.counters import timing
from talentpool.placements.counters.answering import take_step
from talentpool.placements.counters.models import CounterProposal
from talentpool.placements.counters.proposing import propose_counter
from talentpool.placements.deferring import extend_deadline
from talentpool.placements.lapsing import lapse_overdue
from talentpool.placements.models import Placement
from talentpool.placements.reach import POST_DAYS, has_been_told, letter_arrives
from talentpool.placements.recorded import How
from talentpool.placements.recording import Answer, record_answer
from talentpool.placements.views.letters import TEXTS
from talentpool.states import MACHINES, Audience, MembershipState, PlacementState
from talentpool.waits import DEFAULTS, Wait, end_of_term
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import signed_in
from ..pages import version_in
from .cast import Cast, assert_sound

NOW, TODAY, DAY = make.NOW, local_date(make.NOW), timedelta(days=1)
OFFERED = PlacementState.OFFERED


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def offered(cast: Cast, *, has_account: bool = False) -> Placement:
    person = make.make_candidate(cast.session, has_account=has_account)
    return approved(cast, cast.suggested(candidate=person))


def approved(cast: Cast, row: Placement) -> Placement:
    cast.step(row, "propose", actor=cast.coordinator)
    return cast.step(row, "approve", actor=cast.approver)


def tasks(session: Session) -> list[PostalTask]:
    return list(session.scalars(sa.select(PostalTask).order_by(PostalTask.id)))


def post(cast: Cast, task: PostalTask, days: int = 0) -> None:
    later = DAY * days
    letters.note_posted(cast.session, task, TODAY + later, actor=cast.coordinator, now=NOW + later)


def test_an_offer_to_somebody_without_an_account_is_a_letter(cast: Cast) -> None:
    row = offered(cast)
    (task,) = tasks(cast.session)
    assert (task.template, task.candidate_id, task.link) == (
        "placement.offer", row.candidate_id, f"/offers/{row.id}",
    )  # fmt: skip
    assert not has_been_told(cast.session, row)


def test_more_time_for_an_answer_is_a_letter_too(cast: Cast) -> None:
    row = offered(cast)
    assert row.offer_until is not None
    day = add_business_days(local_date(row.offer_until), 2)
    extend_deadline(cast.session, row, day, "手紙が遅れたため", actor=cast.coordinator, now=NOW)
    cast.session.flush()
    assert [task.template for task in tasks(cast.session)][1:] == ["placement.extend_offer"]


def test_somebody_with_an_account_gets_no_letter(cast: Cast) -> None:
    offered(cast, has_account=True)
    assert tasks(cast.session) == []


def test_every_step_that_tells_the_person_is_a_letter(cast: Cast) -> None:
    person = make.make_candidate(
        cast.session, has_account=False, state=MembershipState.APPLIED, posts=[make.make_post()]
    )
    person.consents.append(make._consent("introduction", make.HYOGO, NOW))
    activate_membership(cast.session, person.memberships[0], actor=cast.coordinator, now=NOW)
    row = approved(cast, cast.suggested(candidate=person))
    answer = Answer("accept", How.TELEPHONE, TODAY, "本人")
    record_answer(cast.session, row, answer, asked=OFFERED, actor=cast.coordinator, now=NOW)
    cast.step(row, "welcome", actor=cast.town)
    cast.step(row, "confirm", actor=cast.coordinator)
    assert [task.template for task in tasks(cast.session)] == [
        "membership.activate", "placement.offer", "placement.welcome", "placement.confirm",
    ]  # fmt: skip


def test_the_days_of_the_answer_run_from_when_the_letter_arrives(cast: Cast) -> None:
    row = offered(cast)
    late = NOW + DAY * 30
    assert lapse_overdue(cast.session, late) == []  # not posted: it stands still
    (task,) = tasks(cast.session)
    post(cast, task, 30)
    arrives = start_of_day(TODAY + DAY * (30 + POST_DAYS))
    assert letter_arrives(TODAY + DAY * 30) == arrives
    assert row.offer_until == end_of_term(arrives, DEFAULTS[Wait.OFFER])
    assert has_been_told(cast.session, row)
    assert lapse_overdue(cast.session, row.offer_until) == []
    assert lapse_overdue(cast.session, row.offer_until + timedelta(seconds=1)) == [row]
    assert [one.template for one in tasks(cast.session)][-1] == "placement.lapse"


def test_told_by_telephone_the_days_run_from_the_call(cast: Cast) -> None:
    row = offered(cast)
    (task,) = tasks(cast.session)
    letters.note_told(
        cast.session, task, TODAY + DAY * 9, actor=cast.coordinator, now=NOW + DAY * 10
    )
    assert row.offer_until == end_of_term(start_of_day(TODAY + DAY * 9), DEFAULTS[Wait.OFFER])


def test_the_letter_says_the_deadline_that_will_hold(cast: Cast) -> None:
    row = offered(cast)
    (task,) = tasks(cast.session)
    letter = letters.get_letter(cast.session, cast.coordinator, task.id)
    said = letters.due_if_posted(cast.session, letter, TODAY)
    post(cast, task)
    assert row.offer_until == said


def test_an_answer_by_telephone_before_the_letter_needs_none(cast: Cast) -> None:
    row = offered(cast)
    answer, late = Answer("accept", How.TELEPHONE, TODAY + DAY * 20, "本人"), NOW + DAY * 20
    record_answer(cast.session, row, answer, asked=OFFERED, actor=cast.coordinator, now=late)
    assert row.state is PlacementState.INTRODUCED  # the first deadline had passed, nobody was told
    assert tasks(cast.session)[0].told_on == TODAY + DAY * 20


def proposed(cast: Cast) -> CounterProposal:
    """The town proposes less work to somebody without an account."""
    row = offered(cast)
    answer = Answer("accept", How.TELEPHONE, TODAY, "本人")
    record_answer(cast.session, row, answer, asked=OFFERED, actor=cast.coordinator, now=NOW)
    asked = replace(row.conditions, half_days=row.conditions.half_days - 1)
    return propose_counter(cast.session, row, asked, "", actor=cast.town, now=NOW)


def test_proposed_conditions_are_a_letter_and_an_officer_notes_the_answer(cast: Cast) -> None:
    counter = proposed(cast)
    task = tasks(cast.session)[-1]
    assert (task.template, task.link) == ("counter_proposal.ask_person", f"/counters/{counter.id}")
    letter = letters.get_letter(cast.session, cast.coordinator, task.id)
    assert letter.is_question
    assert letter.counter is counter
    for actor in (cast.town, cast.approver):
        with pytest.raises(Forbidden):
            take_step(cast.session, counter, "accept", actor=actor, now=NOW)
    take_step(cast.session, counter, "accept", actor=cast.coordinator, now=NOW)
    assert counter.placement.conditions == counter.conditions
    assert task.told_on == TODAY  # it need not be posted any more
    assert tasks(cast.session)[-1].template == "counter_proposal.accept"
    assert_sound(cast.session)


def test_an_officer_does_not_answer_for_who_has_an_account(cast: Cast) -> None:
    row = cast.step(offered(cast, has_account=True), "accept")
    asked = replace(row.conditions, half_days=row.conditions.half_days - 1)
    counter = propose_counter(cast.session, row, asked, "", actor=cast.town, now=NOW)
    with pytest.raises(Forbidden):
        take_step(cast.session, counter, "accept", actor=cast.coordinator, now=NOW)


def test_the_days_of_proposed_conditions_run_from_when_the_letter_arrives(cast: Cast) -> None:
    counter = proposed(cast)
    assert timing.lapse_overdue(cast.session, NOW + DAY * 30) == []  # not posted
    task = tasks(cast.session)[-1]
    letter = letters.get_letter(cast.session, cast.coordinator, task.id)
    said = letters.due_if_posted(cast.session, letter, TODAY + DAY * 30)
    post(cast, task, 30)
    due = end_of_term(letter_arrives(TODAY + DAY * 30), DEFAULTS[Wait.COUNTER])
    assert said == due
    assert timing.lapse_overdue(cast.session, due) == []
    assert timing.lapse_overdue(cast.session, due + timedelta(seconds=1)) == [counter]


def test_nobody_is_reminded_by_mail_who_has_none(cast: Cast) -> None:
    row = offered(cast)
    post(cast, tasks(cast.session)[0])
    assert row.offer_until is not None
    assert reminding.list_due(cast.session, row.offer_until - DAY) == []


def test_a_letter_is_posted_once_and_by_coordinators(cast: Cast) -> None:
    offered(cast)
    (task,) = tasks(cast.session)
    far = make.make_user(cast.session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    auditor = make.make_user(cast.session, Role.AUDITOR).actor
    for actor in (far, auditor, cast.approver):
        with pytest.raises(Forbidden):
            letters.note_posted(cast.session, task, TODAY, actor=actor, now=NOW)
    post(cast, task)
    assert (task.posted_on, task.handled_by) == (TODAY, cast.coordinator.user_id)
    for again in (letters.note_posted, letters.note_told):
        with pytest.raises(Conflict, match="もう記録"):
            again(cast.session, task, TODAY, actor=cast.coordinator, now=NOW)
    seal(cast.session)
    event = cast.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "letter.post")
    ).one()
    assert event.detail == {"how": "letter", "day": TODAY.isoformat()}


@pytest.mark.parametrize("days", [-1, 1])
def test_no_letter_goes_out_before_it_is_needed_or_tomorrow(cast: Cast, days: int) -> None:
    offered(cast)
    (task,) = tasks(cast.session)
    with pytest.raises(Refused) as refused:
        letters.note_posted(cast.session, task, TODAY + DAY * days, actor=cast.coordinator, now=NOW)
    assert set(refused.value.fields) == {"day"}


# The pages


@pytest.mark.parametrize(
    "template",
    sorted(
        f"{machine.name}.{step.verb}"
        for machine in MACHINES.values()
        for step in machine.transitions
        if Audience.CANDIDATE in step.notice
    ),
)
def test_a_letter_speaks_of_no_page(app: TalentpoolFlask, template: str) -> None:
    with app.test_request_context():
        text = str(TEXTS.get(template) or read_text(template, "ja")[1])
    assert text
    assert "画面" not in text
    assert "サイト" not in text


@pytest.fixture
def ident(app: TalentpoolFlask) -> int:
    with app.database.writing() as session:
        now = clock.now()
        person = make.make_candidate(
            session, has_account=False, family_name="紙山", address="安田1丁目", now=now
        )
        row = make.make_placement(
            session, make.make_need(session, now=now), person, state=OFFERED, now=now
        )
        task = PostalTask(
            event=f"placement/{row.id}/offer/1", candidate_id=person.id, prefecture_code=make.HYOGO,
            template="placement.offer", link=f"/offers/{row.id}", ordered_at=now,
        )  # fmt: skip
        session.add(task)
        session.flush()
        return task.id


def test_the_queue_leads_to_the_letter_and_it_is_marked_as_posted(
    app: TalentpoolFlask, ident: int, database: Database
) -> None:
    officer = signed_in(app, Role.COORDINATOR)
    assert "投函を待っている手紙" in officer.get("/home").text
    assert "紙山" in officer.get("/letters").text
    page = officer.get(f"/letters/{ident}").text
    for text in (
        "紙山 花子 様",
        "兵庫県姫路市安田1丁目",
        "窓口業務の見直し",
        "お返事の期限",
        "□ 引き受ける",
    ):
        assert text in page
    path = f"/letters/{ident}/posted"
    today = local_date(clock.now()).isoformat()
    version = version_in(page, path)
    assert officer.post(path, version=version, day=today).status_code == 302
    assert officer.post(path, version=version, day=today).status_code == 409
    assert "投函しました" in officer.get(f"/letters/{ident}").text
    assert "投函を待っている手紙はありません。" in officer.get("/letters").text
    with database.reading() as session:
        assert session.get_one(PostalTask, ident).posted_on == local_date(clock.now())


def test_auditors_read_and_mark_nothing(app: TalentpoolFlask, ident: int) -> None:
    auditor = signed_in(app, Role.AUDITOR)
    page = auditor.get(f"/letters/{ident}")
    assert page.status_code == 200
    assert "電話で知らせた</button>" not in page.text
    assert auditor.post(f"/letters/{ident}/posted", day="2027-01-01").status_code == 403
    assert signed_in(app, Role.APPROVER).get("/letters").status_code == 403


def test_the_letter_of_proposed_conditions_shows_them_and_the_officer_answers(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        now = clock.now()
        person = make.make_candidate(session, has_account=False, now=now)
        row = make.make_placement(
            session, make.make_need(session, half_days=4, now=now), person,
            state=PlacementState.INTRODUCED, now=now,
        )  # fmt: skip
        counter = make.make_counter(session, row, now=now)
        task = PostalTask(
            event=f"counter_proposal/{counter.id}/ask_person", candidate_id=person.id,
            prefecture_code=make.HYOGO, template="counter_proposal.ask_person",
            link=f"/counters/{counter.id}", ordered_at=now,
        )  # fmt: skip
        session.add(task)
        session.flush()
        letter, ident = task.id, counter.id
    officer = signed_in(app, Role.COORDINATOR)
    page = officer.get(f"/letters/{letter}").text
    for text in ("3半日コマ", "お返事の期限", "□ この条件でよい"):
        assert text in page
    page = officer.get(f"/counters/{ident}").text
    assert "アカウントのない人です。" in page
    path = f"/counter_proposals/{ident}/decline"
    assert officer.post(path, version=version_in(page, path)).status_code == 302
