"""What was registered for somebody is read back: by a letter with a code, or by telephone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st

from talentpool import clock
from talentpool.accounts.models import Pool
from talentpool.accounts.office import Contact, save_office
from talentpool.audit import AuditEvent, seal
from talentpool.candidates import editing, reading_back, receiving, reviewing
from talentpool.candidates.models import Candidate, Membership
from talentpool.candidates.reading_back import Call, Outcome, confirm_by_code, issue_letter
from talentpool.candidates.received import MOST_TRIES, Confirmed, ReadBack, Source
from talentpool.candidates.steps import Step
from talentpool.dates import local_date
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, Refused
from talentpool.operations.check import violations
from talentpool.permissions import SYSTEM, Actor, Role
from talentpool.pool.reading import read_profiles
from talentpool.states import MembershipState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from ..pages import version_in
from . import profiles, typed
from .test_receiving import begun, fill, received

NOW, TODAY, DAY = make.NOW, local_date(make.NOW), timedelta(days=1)
CALL = Call(TODAY, "髙﨑 塚", "登録の電話番号にかけ、生年月日を言ってもらった。")


@pytest.fixture
def person(session: Session, officer: Actor) -> Candidate:
    person = received(session, officer)
    fill(session, person, officer)
    return person


def letter_of(session: Session, person: Candidate, officer: Actor) -> str:
    letter = issue_letter(session, person, actor=officer, now=NOW)
    return reading_back.code_of(session, letter)


def state_of(person: Candidate) -> MembershipState:
    return person.memberships[0].state


def test_the_code_of_the_letter_hands_the_profile_in(
    session: Session, person: Candidate, officer: Actor
) -> None:
    code = letter_of(session, person, officer)
    assert confirm_by_code(session, person.code, code, now=NOW + DAY) is Outcome.CONFIRMED
    reception = receiving.get_reception(session, person)
    assert (reception.confirmed_how, reception.confirmed_at) == (Confirmed.CODE, NOW + DAY)
    assert state_of(person) is MembershipState.APPLIED
    assert read_profiles(session, make.HYOGO) == {}  # an officer has still to look
    reviewing.activate_membership(session, person.memberships[0], actor=officer, now=NOW + DAY)
    assert list(read_profiles(session, make.HYOGO)) == [person.id]
    seal(session)
    event = session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "candidate.confirm_profile")
    ).one()
    assert (event.actor_role, event.actor_id, event.detail) == ("candidate", None, {"how": "code"})
    session.commit()
    assert list(violations(session)) == []


def test_the_code_is_not_in_the_database(
    session: Session, person: Candidate, officer: Actor
) -> None:
    code = letter_of(session, person, officer)
    row = session.scalars(sa.select(ReadBack)).one()
    stored = " ".join(str(getattr(row, column.key)) for column in ReadBack.__table__.columns)
    assert code not in stored
    assert code.replace("-", "") not in stored.upper()


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_code_is_taken_however_it_is_typed(data: st.DataObject) -> None:
    from talentpool.text import search_key

    code = "".join(
        data.draw(st.lists(st.sampled_from(reading_back.LETTERS), min_size=8, max_size=8))
    )
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    ways = (
        code.lower(),
        f"{code[:4]}-{code[4:]}",
        f" {code[:4]} {code[4:]} ",
        wide,
        f"{code[:4]}－{code[4:]}",
    )
    assert {search_key(way) for way in ways} == {search_key(code)}


@pytest.mark.parametrize(
    "number", ["C-999999", "", "山", "C-1", "N-000001", "9" * 40, "C-000001\0"]
)
def test_strangers_learn_nothing(
    session: Session, person: Candidate, officer: Actor, number: str
) -> None:
    letter_of(session, person, officer)
    assert confirm_by_code(session, number, "AAAA-AAAA", now=NOW) is Outcome.WRONG


def test_five_wrong_codes_end_the_letter(
    session: Session, person: Candidate, officer: Actor
) -> None:
    code = letter_of(session, person, officer)
    for _ in range(MOST_TRIES):
        assert confirm_by_code(session, person.code, "nonsense", now=NOW) is Outcome.WRONG
    assert confirm_by_code(session, person.code, code, now=NOW) is Outcome.WRONG
    assert state_of(person) is MembershipState.DRAFT
    assert reading_back.find_letter(session, person) is None
    session.commit()
    wrong = sa.select(AuditEvent.detail).where(AuditEvent.action == "candidate.wrong_code")
    assert [row["tries"] for row in session.scalars(wrong.order_by(AuditEvent.seq))] == [
        *range(1, MOST_TRIES + 1)
    ]


def test_a_letter_is_good_for_thirty_days_and_once(
    session: Session, person: Candidate, officer: Actor
) -> None:
    code = letter_of(session, person, officer)
    late = NOW + reading_back.LIFETIME
    assert confirm_by_code(session, person.code, code, now=late) is Outcome.WRONG
    in_time = late - timedelta(seconds=1)
    assert confirm_by_code(session, person.code, code, now=in_time) is Outcome.CONFIRMED
    assert confirm_by_code(session, person.code, code, now=in_time) is Outcome.WRONG


def test_a_new_letter_makes_the_old_one_void(
    session: Session, person: Candidate, officer: Actor
) -> None:
    old, new = letter_of(session, person, officer), letter_of(session, person, officer)
    assert confirm_by_code(session, person.code, old, now=NOW) is Outcome.WRONG
    assert confirm_by_code(session, person.code, new, now=NOW) is Outcome.CONFIRMED


def corrected(session: Session, person: Candidate, officer: Actor) -> None:
    values = {name: getattr(profiles.BASICS, name) for name in profiles.BASICS.__slots__}
    basics = profiles.BASICS.__class__(**values | {"phone": "078-999-9999"})
    receiving.save_received(
        session, person, Step.BASICS, editing.save_basics, basics, Source.TELEPHONE,
        actor=officer, now=NOW + DAY,
    )  # fmt: skip


def test_a_correction_needs_a_new_letter(
    session: Session, person: Candidate, officer: Actor
) -> None:
    code = letter_of(session, person, officer)
    corrected(session, person, officer)
    assert confirm_by_code(session, person.code, code, now=NOW + DAY) is Outcome.CHANGED
    assert state_of(person) is MembershipState.DRAFT
    letter = issue_letter(session, person, actor=officer, now=NOW + DAY)
    again = reading_back.code_of(session, letter)
    assert confirm_by_code(session, person.code, again, now=NOW + DAY) is Outcome.CONFIRMED


def test_a_correction_before_the_review_is_confirmed_again(
    session: Session, person: Candidate, officer: Actor
) -> None:
    confirm_by_code(session, person.code, letter_of(session, person, officer), now=NOW)
    corrected(session, person, officer)
    membership = person.memberships[0]
    with pytest.raises(Conflict, match="確認していません"):
        reviewing.activate_membership(session, membership, actor=officer, now=NOW + DAY)
    call = Call(TODAY + DAY, CALL.party, CALL.words)
    reading_back.confirm_by_telephone(session, person, call, actor=officer, now=NOW + DAY)
    reviewing.activate_membership(session, membership, actor=officer, now=NOW + DAY)


def test_a_correction_in_the_pool_is_marked_until_it_is_read_back(
    session: Session, person: Candidate, officer: Actor
) -> None:
    confirm_by_code(session, person.code, letter_of(session, person, officer), now=NOW)
    reviewing.activate_membership(session, person.memberships[0], actor=officer, now=NOW)
    corrected(session, person, officer)
    reception = receiving.get_reception(session, person)
    assert (reception.confirmed_at, reception.changed_at) == (NOW, NOW + DAY)
    letter = issue_letter(session, person, actor=officer, now=NOW + DAY)
    again = reading_back.code_of(session, letter)
    assert confirm_by_code(session, person.code, again, now=NOW + 2 * DAY) is Outcome.CONFIRMED
    assert (reception.confirmed_at, reception.changed_at) == (NOW + 2 * DAY, None)
    assert state_of(person) is MembershipState.ACTIVE


def test_by_telephone_it_is_kept_who_when_and_how(
    session: Session, person: Candidate, officer: Actor
) -> None:
    code = letter_of(session, person, officer)
    reading_back.confirm_by_telephone(session, person, CALL, actor=officer, now=NOW)
    reception = receiving.get_reception(session, person)
    assert (reception.confirmed_how, reception.confirmed_by) == (
        Confirmed.TELEPHONE,
        officer.user_id,
    )
    assert (reception.called_on, reception.party, reception.words) == (
        TODAY,
        CALL.party,
        CALL.words,
    )
    assert state_of(person) is MembershipState.APPLIED
    assert confirm_by_code(session, person.code, code, now=NOW) is Outcome.WRONG  # void by then


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (Call(TODAY + DAY, "本人", "生年月日"), "called_on"),
        (Call(TODAY - DAY, "本人", "生年月日"), "called_on"),
        (Call(TODAY, " ", "生年月日"), "party"),
        (Call(TODAY, "本人", ""), "words"),
        (Call(TODAY, "本" * 101, "生年月日"), "party"),
        (Call(TODAY, "本人", "長" * 501), "words"),
    ],
)
def test_a_call_that_confirms_nothing(
    session: Session, person: Candidate, officer: Actor, call: Call, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        reading_back.confirm_by_telephone(session, person, call, actor=officer, now=NOW)
    assert set(refused.value.fields) == {field}
    assert state_of(person) is MembershipState.DRAFT


def test_what_is_not_complete_is_not_read_back(session: Session, officer: Actor) -> None:
    person = received(session, officer)
    with pytest.raises(Refused, match="入力が足りません"):
        issue_letter(session, person, actor=officer, now=NOW)
    with pytest.raises(Refused, match="入力が足りません"):
        reading_back.confirm_by_telephone(session, person, CALL, actor=officer, now=NOW)


def test_only_coordinators_of_the_prefecture_read_back(session: Session, person: Candidate) -> None:
    elsewhere = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    for actor in (elsewhere, make.make_user(session, Role.APPROVER).actor):
        with pytest.raises(Forbidden):
            issue_letter(session, person, actor=actor, now=NOW)
        with pytest.raises(Forbidden):
            reading_back.confirm_by_telephone(session, person, CALL, actor=actor, now=NOW)


# The pages


@pytest.fixture
def desk(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.COORDINATOR)


def complete(desk: Browser) -> str:
    with desk.app.database.writing() as session:
        office = Contact("県DX人材担当", "078-341-7711", "平日 9時から17時まで")
        save_office(session, session.get_one(Pool, make.HYOGO), office, actor=SYSTEM, now=NOW)
    person = begun(desk)
    for step, fields in typed.STEPS.items():
        answer = desk.post(f"{person}/{step}", source="paper", **fields)
        assert answer.status_code == 302, typed.errors(answer.text)
    return person


def printed(desk: Browser, person: str) -> tuple[str, str, str]:
    """The letter, and the number and the code on it."""
    path = f"{person}/letter"
    issued = desk.post(path, version=version_in(desk.get(person).text, path))
    assert (issued.status_code, issued.location) == (302, path)
    answer = desk.get(path)
    assert answer.status_code == 200
    assert desk.get(path).text.count("確認番号") == answer.text.count("確認番号")  # printed again
    number = re.search(r"C-[0-9]{6}", answer.text)
    code = re.search(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", answer.text.split("確認番号</dt>")[1])
    assert number and code
    return answer.text, number[0], code[0]


def test_the_letter_says_everything_and_its_code_confirms_it(
    desk: Browser, app: TalentpoolFlask, database: Database
) -> None:
    person = complete(desk)
    letter, number, code = printed(desk, person)
    assert "電話 078-341-7711（平日 9時から17時まで）" in letter  # of the office
    for text in ("髙﨑", "078-341-7711", "姫路市役所", "株式会社べつ", "5,000円", "90分", "一行目"):
        assert text in letter
    assert "マッチングでの利用" in letter  # consents
    stranger = Browser(app)
    assert stranger.get("/confirm").status_code == 200
    answer = stranger.post("/confirm", number=number.lower(), code=code.lower(), is_right="y")
    assert answer.status_code == 302
    with database.reading() as session:
        membership = session.scalars(sa.select(Membership)).one()
        assert membership.state is MembershipState.APPLIED
    assert "確認書の番号で本人が確認" in desk.get(person).text


def test_a_letter_that_confirms_nothing_is_not_printed(desk: Browser, app: TalentpoolFlask) -> None:
    person = complete(desk)
    assert desk.get(f"{person}/letter").status_code == 404
    _letter, number, code = printed(desk, person)
    desk.post(f"{person}/basics", source="telephone", **typed.BASICS | {"phone": "078-999-9999"})
    changed = desk.get(f"{person}/letter")
    assert (changed.status_code, changed.location) == (302, person)
    assert "作り直しが必要" in desk.get(person).text
    answer = Browser(app).post("/confirm", number=number, code=code, is_right="y")
    assert "新しい確認書をお待ちください" in answer.text


def test_a_wrong_code_is_counted_though_it_is_refused(
    desk: Browser, app: TalentpoolFlask, database: Database
) -> None:
    _letter, number, _code = printed(desk, complete(desk))
    stranger = Browser(app)
    answer = stranger.post("/confirm", number=number, code="AAAA-AAAA", is_right="y")
    assert answer.status_code == 422
    assert "髙﨑" not in answer.text
    unknown = stranger.post("/confirm", number="C-999999", code="AAAA-AAAA", is_right="y")
    assert typed.errors(unknown.text) == typed.errors(answer.text)
    with database.reading() as session:
        assert session.scalars(sa.select(ReadBack)).one().tries == 1


def test_who_does_not_say_that_it_is_right_confirms_nothing(
    desk: Browser, app: TalentpoolFlask, database: Database
) -> None:
    _letter, number, code = printed(desk, complete(desk))
    assert Browser(app).post("/confirm", number=number, code=code).status_code == 422
    with database.reading() as session:
        assert session.scalars(sa.select(Membership)).one().state is MembershipState.DRAFT


def test_somebody_who_guesses_has_to_wait(app: TalentpoolFlask) -> None:
    stranger = Browser(app)
    answers = [
        stranger.post("/confirm", number="C-000001", code=f"GUESS{n}", is_right="y").status_code
        for n in range(12)
    ]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_a_call_is_recorded_on_the_page(desk: Browser, database: Database) -> None:
    person = complete(desk)
    path = f"{person}/confirmed"
    version = version_in(desk.get(person).text, path)
    refused = desk.post(path, version=version, called_on="いつか", party="髙﨑", words="")
    assert refused.status_code == 422
    assert len(typed.errors(refused.text)) >= 2
    today = re.search(r'name="called_on"[^>]*value="([0-9-]+)"', desk.get(person).text)
    assert today
    answer = desk.post(
        path, version=version, called_on=today[1], party="髙﨑", words="生年月日を聞いた"
    )
    assert answer.status_code == 302
    page = desk.get(person).text
    assert "電話で本人が確認" in page
    assert "生年月日を聞いた" in page
    with database.reading() as session:
        assert session.scalars(sa.select(Membership)).one().state is MembershipState.APPLIED


def test_a_second_officer_at_the_same_time_is_told(desk: Browser) -> None:
    person = complete(desk)
    path = f"{person}/confirmed"
    version = version_in(desk.get(person).text, path)
    today = local_date(clock.now()).isoformat()
    given = {"version": version, "called_on": today, "party": "髙﨑", "words": "生年月日"}
    assert desk.post(path, **given).status_code == 302
    assert desk.post(path, **given).status_code == 409
