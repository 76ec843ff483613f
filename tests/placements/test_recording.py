"""Staff write down what a person answered by telephone or letter."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool import clock
from talentpool.accounts.models import User
from talentpool.audit import AuditEvent, seal
from talentpool.candidates.models import Consent
from talentpool.dates import local_date
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.permissions import SYSTEM, Role
from talentpool.placements import recording
from talentpool.placements.lapsing import lapse_overdue
from talentpool.placements.models import Placement
from talentpool.placements.recorded import How, RecordedAnswer
from talentpool.placements.recording import Answer, record_answer
from talentpool.placements.sheet import read_sheet
from talentpool.states import PlacementState, move
from talentpool.waits import DEFAULTS, Wait, end_of_term
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..candidates.typed import errors
from .cast import Cast, mails

NOW, TODAY, DAY = make.NOW, local_date(make.NOW), timedelta(days=1)
OFFERED = PlacementState.OFFERED
YES = Answer("accept", How.TELEPHONE, TODAY, "試験 花子", "4月からなら働ける。")
NO = Answer("decline", How.LETTER, TODAY, "試験 花子", reason="other", comment="家の都合")


@pytest.fixture
def cast(session: Session) -> Cast:
    return Cast.of(session)


def offered(cast: Cast, *, has_account: bool = False) -> Placement:
    person = make.make_candidate(cast.session, has_account=has_account)
    return approved(cast, cast.suggested(candidate=person))


def approved(cast: Cast, row: Placement) -> Placement:
    cast.step(row, "propose", actor=cast.coordinator)
    return cast.step(row, "approve", actor=cast.approver)


def write(cast: Cast, row: Placement, answer: Answer, **more: object) -> None:
    given = {"asked": OFFERED, "actor": cast.coordinator, "now": NOW} | more
    record_answer(cast.session, row, answer, **given)  # type: ignore[arg-type]


def test_a_yes_by_telephone_is_a_yes(cast: Cast) -> None:
    row = offered(cast)
    assert row.state is OFFERED
    write(cast, row, YES)
    assert row.state is PlacementState.INTRODUCED
    assert row.introduction_until == end_of_term(NOW, DEFAULTS[Wait.INTRODUCTION])
    given = cast.session.scalars(
        sa.select(Consent).where(Consent.audience == row.municipality_code)
    ).one()
    assert given.purpose == "introduction"
    assert cast.town.user_id in mails(cast.session, row, "accept")
    kept = cast.session.scalars(sa.select(RecordedAnswer)).one()
    assert (kept.verb, kept.how, kept.answered_on, kept.party, kept.words) == (
        "accept", How.TELEPHONE, TODAY, "試験 花子", "4月からなら働ける。",
    )  # fmt: skip
    assert kept.recorded_by == cast.coordinator.user_id


def test_a_no_by_letter_ends_it_and_asks_the_next(cast: Cast) -> None:
    need = make.make_need(cast.session)
    rows = cast.walk_all(cast.proposed_list(need, 2), "approve")
    assert [row.state for row in rows] == [OFFERED, PlacementState.APPROVED]
    write(cast, rows[0], NO)
    assert [row.state for row in rows] == [PlacementState.DECLINED_BY_CANDIDATE, OFFERED]
    assert (rows[0].end_reason, rows[0].end_comment) == ("other", "家の都合")


def test_it_is_marked_in_the_trail_and_on_the_paper(cast: Cast) -> None:
    row = offered(cast)
    cast.session.get_one(User, cast.coordinator.user_id).display_name = "山根 智"
    write(cast, row, YES)
    seal(cast.session)
    event = cast.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "placement.accept")
    ).one()
    assert (event.actor_id, event.actor_role) == (cast.coordinator.user_id, "coordinator")
    assert event.detail["how"] == "telephone"
    assert event.detail["answered_on"] == TODAY.isoformat()
    assert "試験" not in json.dumps(event.detail, ensure_ascii=False)  # ids and codes, never names
    assert row.paper is not None
    sheet = read_sheet(cast.session, row.paper)
    (outcome,) = [one.text for one in sheet.sections if one.label == "結果"]
    assert "返事：引受け（電話" in outcome
    assert "山根 智が記録）" in outcome


def test_a_yes_that_is_taken_back_later_is_written_down_too(cast: Cast) -> None:
    row = offered(cast)
    write(cast, row, YES)
    write(cast, row, NO, asked=PlacementState.INTRODUCED)
    assert row.state is PlacementState.DECLINED_BY_CANDIDATE
    assert [one.verb for one in recording.list_answers(cast.session, row)] == ["accept", "decline"]
    assert recording.verbs_of(row) == ()


def test_the_deadline_holds_for_staff_too(cast: Cast) -> None:
    row = offered(cast, has_account=True)
    assert row.offer_until is not None
    late = row.offer_until + timedelta(seconds=1)
    with pytest.raises(Conflict, match="回答期限"):
        write(cast, row, YES, now=late)
    lapse_overdue(cast.session, late)
    assert row.state is PlacementState.LAPSED
    with pytest.raises(Conflict, match="回答期限"):
        write(cast, row, YES, now=late)
    assert recording.list_answers(cast.session, row) == []


def test_in_the_last_second_it_is_in_time(cast: Cast) -> None:
    row = offered(cast)
    assert row.offer_until is not None
    write(cast, row, YES, now=row.offer_until)
    assert row.state is PlacementState.INTRODUCED


@pytest.mark.parametrize(("verb", "said"), [("accept", "引受け"), ("decline", "辞退")])
def test_who_has_an_account_and_was_first_is_named(cast: Cast, verb: str, said: str) -> None:
    row = offered(cast, has_account=True)
    cast.step(
        row,
        verb,
        reason="other" if verb == "decline" else None,
        comment="家の都合" * (verb == "decline"),
    )
    state = row.state
    for answer in (YES, NO):
        with pytest.raises(Conflict, match=f"本人が.*自分で回答しています（{said}）"):
            write(cast, row, answer)
    assert row.state is state


def test_a_colleague_who_was_first_is_named(cast: Cast) -> None:
    row = offered(cast)
    write(cast, row, YES)
    colleague = make.make_user(cast.session, Role.COORDINATOR).actor
    with pytest.raises(Conflict, match="すでに記録しています"):
        write(cast, row, NO, actor=colleague)


def test_somebody_with_an_account_may_telephone_as_well(cast: Cast) -> None:
    row = offered(cast, has_account=True)
    write(cast, row, YES)
    assert row.state is PlacementState.INTRODUCED


def test_what_ended_otherwise_is_not_answered(cast: Cast) -> None:
    row = offered(cast)
    cast.step(row, "revoke", reason="other", comment="中止", actor=cast.coordinator)
    with pytest.raises(Conflict, match="状態が変わった"):
        write(cast, row, YES)


@pytest.mark.parametrize(
    "role", [Role.APPROVER, Role.AUDITOR, Role.MUNICIPALITY, Role.ADMIN, Role.CANDIDATE]
)
def test_only_coordinators_write_answers_down(cast: Cast, role: Role) -> None:
    row = offered(cast)
    with pytest.raises(Forbidden):
        write(cast, row, YES, actor=make.make_user(cast.session, role).actor)
    far = make.make_user(cast.session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    for actor in (far, SYSTEM):
        with pytest.raises(Forbidden):
            write(cast, row, YES, actor=actor)


def test_the_right_opens_no_other_step(cast: Cast) -> None:
    """A coordinator with it can neither answer for a town nor take the person's step without it."""
    from talentpool.permissions import Action

    row = offered(cast)
    with pytest.raises(Forbidden):
        move(cast.session, row, "accept", actor=cast.coordinator, now=NOW)
    write(cast, row, YES)
    with pytest.raises(Forbidden):
        move(
            cast.session,
            row,
            "welcome",
            actor=cast.coordinator,
            now=NOW,
            right=Action.RECORD_ANSWER,
        )
    with pytest.raises(NotFound):
        write(cast, row, Answer("welcome", How.LETTER, TODAY, "市"), asked=row.state)


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (Answer("accept", How.LETTER, TODAY + DAY, "本人"), "answered_on"),
        (Answer("accept", How.LETTER, TODAY - DAY, "本人"), "answered_on"),
        (Answer("accept", How.LETTER, TODAY, " "), "party"),
        (Answer("accept", How.LETTER, TODAY, "本" * 101), "party"),
        (Answer("accept", How.LETTER, TODAY, "本人", "長" * 1001), "words"),
        (Answer("decline", How.LETTER, TODAY, "本人"), "reason"),
        (Answer("decline", How.LETTER, TODAY, "本人", reason="other"), "comment"),
        (Answer("decline", How.LETTER, TODAY, "本人", reason="nonsense"), "reason"),
    ],
)
def test_half_an_answer_is_refused_whole(cast: Cast, answer: Answer, field: str) -> None:
    row = offered(cast)
    cast.session.commit()
    with pytest.raises(Refused) as refused:
        write(cast, row, answer)
    assert set(refused.value.fields) == {field}
    cast.session.rollback()
    assert (row.state, recording.list_answers(cast.session, row)) == (OFFERED, [])


# The pages


@pytest.fixture
def ident(app: TalentpoolFlask) -> int:
    with app.database.writing() as session:
        person = make.make_candidate(session, has_account=False, now=clock.now())
        need = make.make_need(session, now=clock.now())
        return make.make_placement(session, need, person, state=OFFERED, now=clock.now()).id


def given(**more: str) -> dict[str, str]:
    today = local_date(clock.now()).isoformat()
    return {
        "asked": "offered", "verb": "accept", "how": "telephone", "answered_on": today, "party": "試験 花子",
    } | more  # fmt: skip


def test_an_officer_records_a_yes(app: TalentpoolFlask, ident: int, database: Database) -> None:
    officer = signed_in(app, Role.COORDINATOR)
    page = f"/placements/{ident}"
    assert f'href="{page}/answer"' in officer.get(page).text
    assert "078-000-0000" in officer.get(f"{page}/answer").text
    assert officer.post(f"{page}/answer", **given(words="夕方なら出られる")).status_code == 302
    shown = officer.get(page).text
    assert "本人の返事を" in shown
    assert "夕方なら出られる" in shown
    with database.reading() as session:
        assert session.get_one(Placement, ident).state is PlacementState.INTRODUCED


def test_what_is_wrong_comes_back_filled(app: TalentpoolFlask, ident: int) -> None:
    officer = signed_in(app, Role.COORDINATOR)
    answer = officer.post(
        f"/placements/{ident}/answer", **given(verb="decline", party="", words="家の都合")
    )
    assert answer.status_code == 422
    assert len(re.findall('class="field-error"', answer.text)) == 2, errors(answer.text)
    assert "家の都合" in answer.text


def test_a_late_record_keeps_what_was_typed(app: TalentpoolFlask, ident: int) -> None:
    first, second = signed_in(app, Role.COORDINATOR), signed_in(app, Role.COORDINATOR)
    path = f"/placements/{ident}/answer"
    assert first.post(path, **given()).status_code == 302
    late = second.post(path, **given(words="二度目の電話"))
    assert late.status_code == 409
    assert "すでに記録しています" in late.text
    assert "二度目の電話" in late.text
    assert first.get(path).status_code == 200  # the yes can be taken back


def test_over_is_said_before_anything_is_typed(app: TalentpoolFlask, ident: int) -> None:
    with app.database.writing() as session:
        row = session.get_one(Placement, ident)
        row.offer_until = clock.now() - DAY
    page = signed_in(app, Role.COORDINATOR).get(f"/placements/{ident}/answer")
    assert page.status_code == 200
    assert "回答期限" in page.text
    assert "<textarea" not in page.text.split("<main")[1]


def test_others_do_not_record(app: TalentpoolFlask, ident: int) -> None:
    approver = signed_in(app, Role.APPROVER)
    assert approver.get(f"/placements/{ident}/answer").status_code == 403
    assert "/answer" not in approver.get(f"/placements/{ident}").text
    stranger: Browser = signed_in(app, Role.COORDINATOR, prefecture_code=make.OSAKA)
    assert stranger.post(f"/placements/{ident}/answer", **given()).status_code == 404


def test_an_auditor_reads_how_it_was_answered(app: TalentpoolFlask, ident: int) -> None:
    officer = signed_in(app, Role.COORDINATOR)
    officer.post(f"/placements/{ident}/answer", **given())
    page = signed_in(app, Role.AUDITOR).get("/audit").text
    assert "方法：電話" in page
