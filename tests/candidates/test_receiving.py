"""Staff register somebody from paper or by telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st

from talentpool import clock
from talentpool.candidates import (
    availability,
    consenting,
    editing,
    receiving,
    reviewing,
    service,
    submitting,
)
from talentpool.candidates.content import Basics
from talentpool.candidates.models import Candidate, Membership
from talentpool.candidates.received import FieldSource, Reception, Source
from talentpool.candidates.receiving import Origin, save_received, start_reception
from talentpool.candidates.steps import Step
from talentpool.dates import local_date
from talentpool.db import Database, Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused
from talentpool.operations.check import violations
from talentpool.permissions import Actor, Role, get_visible
from talentpool.pool.reading import read_profiles
from talentpool.states import MembershipState
from talentpool.web.unit import TalentpoolFlask

from .. import factories as make
from ..browsers import Browser, signed_in
from . import profiles, typed

NOW, TODAY = make.NOW, local_date(make.NOW)
PAPER = Origin(Source.PAPER, TODAY)
OTHER = {"is_other": "y"}


def received(session: Session, officer: Actor) -> Candidate:
    return start_reception(session, PAPER, actor=officer, now=NOW)


def save_basics(
    session: Session, person: Candidate, basics: Basics, officer: Actor, **more: bool
) -> None:
    save_received(
        session, person, Step.BASICS, editing.save_basics, basics, Source.PAPER,
        actor=officer, now=NOW, **more,
    )  # fmt: skip


def fill(session: Session, person: Candidate, officer: Actor) -> None:
    """All six steps from paper, the wishes by telephone."""
    by = {"actor": officer, "now": NOW}
    for step, save, value, source in (
        (Step.BASICS, editing.save_basics, profiles.BASICS, Source.PAPER),
        (Step.CAREER, editing.save_career, profiles.CAREER, Source.PAPER),
        (Step.SKILLS, editing.save_skills, profiles.SKILLS, Source.PAPER),
        (Step.AVAILABILITY, availability.save_availability, profiles.WINDOWS, Source.PAPER),
        (Step.WISHES, editing.save_wishes, profiles.WISHES, Source.TELEPHONE),
    ):
        save_received(session, person, step, save, value, source, **by)

    def consent(session: Session, person: Candidate, purposes: list[str], **who: object) -> object:
        return consenting.save_consents(session, person, make.HYOGO, purposes, **who)  # type: ignore[arg-type]

    purposes = ["search", "introduction"]
    save_received(session, person, Step.CONSENTS, consent, purposes, Source.PAPER, **by)  # type: ignore[arg-type]


def test_a_received_person_has_no_account_and_is_seen_by_the_office_alone(
    session: Session, officer: Actor
) -> None:
    person = received(session, officer)
    assert person.user_id is None
    assert get_visible(session, officer, Candidate, person.id) is person
    approver = make.make_user(session, Role.APPROVER).actor
    assert get_visible(session, approver, Membership, person.memberships[0].id)
    elsewhere = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA).actor
    for other in (elsewhere, make.make_user(session, Role.MUNICIPALITY).actor):
        with pytest.raises(NotFound):
            get_visible(session, other, Candidate, person.id)


def test_a_private_draft_of_somebody_with_an_account_stays_private(
    session: Session, candidate: Candidate, officer: Actor
) -> None:
    with pytest.raises(NotFound):
        get_visible(session, officer, Candidate, candidate.id)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_only_coordinators_register_others(session: Session, role: Role) -> None:
    actor = Actor(None, role) if role is Role.SYSTEM else make.make_user(session, role).actor
    with pytest.raises(Forbidden):
        start_reception(session, PAPER, actor=actor, now=NOW)


def test_nobody_comes_tomorrow_or_by_themselves(session: Session, officer: Actor) -> None:
    for origin, field in (
        (Origin(Source.PAPER, TODAY + timedelta(days=1)), "came_on"),
        (Origin(Source.SELF, TODAY), "source"),
    ):
        with pytest.raises(Refused) as refused:
            start_reception(session, origin, actor=officer, now=NOW)
        assert set(refused.value.fields) == {field}


def test_each_field_keeps_where_it_is_from_and_who_typed_it(
    session: Session, officer: Actor
) -> None:
    person = received(session, officer)
    fill(session, person, officer)
    rows = {(row.step, row.field): row for row in session.scalars(sa.select(FieldSource))}
    assert rows["basics", "family_name"].source is Source.PAPER
    assert rows["wishes", "pay_minimum"].source is Source.TELEPHONE
    assert {field for step, field in rows if step == "consents"} == {"search", "introduction"}
    assert {("skills", "bpr"), ("career", "posts"), ("availability", "windows")} <= rows.keys()
    assert {row.by_id for row in rows.values()} == {officer.user_id}
    assert ("basics", "address") not in rows  # nothing was said of it


def test_only_what_changed_has_a_new_source(session: Session, officer: Actor) -> None:
    person = received(session, officer)
    fill(session, person, officer)
    later, colleague = NOW + timedelta(hours=1), make.make_user(session, Role.COORDINATOR).actor
    corrected = profiles.BASICS.__class__(**{**_values(profiles.BASICS), "phone": "078-999-9999"})
    save_received(
        session, person, Step.BASICS, editing.save_basics, corrected, Source.TELEPHONE,
        actor=colleague, now=later,
    )  # fmt: skip
    rows = {row.field: row for row in receiving.list_sources(session, person)[Step.BASICS]}
    assert (rows["phone"].source, rows["phone"].by_id) == (Source.TELEPHONE, colleague.user_id)
    assert (rows["family_name"].source, rows["family_name"].at) == (Source.PAPER, NOW)


def _values(basics: Basics) -> dict[str, object]:
    return {name: getattr(basics, name) for name in Basics.__slots__}


def test_what_the_person_may_not_write_staff_may_not_write_either(
    session: Session, officer: Actor
) -> None:
    person = received(session, officer)
    young = Basics(**{**_values(profiles.BASICS), "birth_date": "2025-01-01"})  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        save_basics(session, person, young, officer)
    assert set(refused.value.fields) == {"birth_date"}
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(FieldSource.field))) == 0


def test_without_a_confirmation_nobody_is_handed_in_or_found(
    session: Session, officer: Actor
) -> None:
    person = received(session, officer)
    fill(session, person, officer)
    membership = person.memberships[0]
    assert not submitting.list_missing(session, person, make.HYOGO, now=NOW)
    with pytest.raises(Conflict, match="確認していません"):
        submitting.submit_profile(session, membership, actor=officer, now=NOW)
    membership.state, membership.applied_at = MembershipState.APPLIED, NOW  # as if by mistake
    with pytest.raises(Conflict, match="確認していません"):
        reviewing.activate_membership(session, membership, actor=officer, now=NOW)
    assert read_profiles(session, make.HYOGO) == {}


def test_somebody_with_an_account_is_left_to_themselves(session: Session, officer: Actor) -> None:
    person = received(session, officer)
    person.user_id = make.make_user(session, Role.CANDIDATE).id
    session.flush()
    with pytest.raises(Conflict, match="アカウント"):
        save_basics(session, person, profiles.BASICS, officer)


def test_people_of_a_file_are_not_received(session: Session, officer: Actor) -> None:
    person = make.make_candidate(session, has_account=False)
    with pytest.raises(NotFound):
        save_basics(session, person, profiles.BASICS, officer)


def test_the_same_furigana_and_year_of_birth_are_asked_back(
    session: Session, officer: Actor
) -> None:
    person = received(session, officer)
    known = make.make_candidate(
        session, code="C-900001", family_kana="タカサキ", given_kana="ツカ", birth_date="1962-12-31"
    )
    with pytest.raises(Refused) as refused:
        save_basics(session, person, profiles.BASICS, officer)
    assert known.code in refused.value.fields["is_other"]
    save_basics(session, person, profiles.BASICS, officer, is_other=True)
    save_basics(session, person, profiles.BASICS, officer)  # said once is enough
    assert person.family_kana == "タカサキ"


@pytest.mark.parametrize(
    ("columns", "is_alike"),
    [
        ({"birth_date": "1962-04-01"}, True),
        ({"birth_date": None}, True),
        ({"birth_date": "1963-04-01"}, False),
        ({"birth_date": "1962-04-01", "given_kana": "ツガ"}, False),
        ({"birth_date": "1962-04-01", "prefecture_code": make.OSAKA}, False),
    ],
)
def test_who_is_alike(
    session: Session, officer: Actor, columns: dict[str, str], is_alike: bool
) -> None:
    given = {"family_kana": "タカサキ", "given_kana": "ツカ"} | columns
    known = make.make_candidate(session, **given)
    found = receiving.list_alike(session, profiles.BASICS, officer)
    assert found == ([known] if is_alike else [])
    assert receiving.list_alike(session, profiles.BASICS, officer, other_than=known.id) == []


@settings(max_examples=50, deadline=None)
@given(st.none() | st.dates(), st.none() | st.dates())
def test_years_of_birth_are_compared_both_ways(one: object, other: object) -> None:
    left, right = (None if day is None else f"{day}" for day in (one, other))
    may = receiving._may_be_born(left, right)
    assert may == receiving._may_be_born(right, left)
    assert may or (one is not None and other is not None and left[:4] != right[:4])  # type: ignore[index]


def test_nothing_of_it_breaks_an_invariant(session: Session, officer: Actor) -> None:
    person = received(session, officer)
    fill(session, person, officer)
    session.commit()
    assert list(violations(session)) == []


# The pages


@pytest.fixture
def desk(app: TalentpoolFlask) -> Browser:
    return signed_in(app, Role.COORDINATOR)


def begun(desk: Browser, **fields: object) -> str:
    """The address of the person of the form of the first step."""
    today = local_date(clock.now()).isoformat()
    given = {"source": "paper", "came_on": today, **typed.BASICS, **fields}
    answer = desk.post("/reception/new", **given)
    assert answer.status_code == 302, typed.errors(answer.text)
    return str(answer.location).rpartition("/")[0]


def test_staff_go_through_the_steps_of_the_person(desk: Browser, database: Database) -> None:
    person = begun(desk)
    for step, fields in typed.STEPS.items():
        answer = desk.post(f"{person}/{step}", source="telephone", **fields)
        assert answer.status_code == 302, typed.errors(answer.text)
    assert answer.location == person
    page = desk.get(person)
    assert "まだ入力が足りないところ" not in page.text
    assert "まだです。" in page.text
    with database.reading() as session:
        one = session.scalars(sa.select(Candidate)).one()
        assert (one.family_name, one.given_kana) == ("髙﨑", "ヨシヅカコ")
        assert one.memberships[0].state is MembershipState.DRAFT
        assert service.has_ended(one) is False
        sources = {(row.step, str(row.source)) for row in session.scalars(sa.select(FieldSource))}
        assert ("basics", "paper") in sources
        assert ("career", "telephone") in sources


def test_the_page_of_a_step_asks_what_the_person_s_own_asks(
    desk: Browser, app: TalentpoolFlask
) -> None:
    person = begun(desk)
    own = signed_in(app, Role.CANDIDATE)
    own.post("/profile/basics", **typed.BASICS)
    for step in Step:
        theirs, ours = own.get(f"/profile/{step}").text, desk.get(f"{person}/{step}").text
        asked = _labels(theirs)
        assert asked
        assert [text for text in _labels(ours) if text in asked] == asked


def _labels(page: str) -> list[str]:
    import re

    main = page[page.index('id="step"') :]
    found = re.findall(r"<(?:label|legend)[^>]*>(.*?)</(?:label|legend)>", main, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in found]


def test_what_is_wrong_of_the_reception_is_said_at_its_field(
    desk: Browser, database: Database
) -> None:
    tomorrow = (local_date(clock.now()) + timedelta(days=1)).isoformat()
    answer = desk.post("/reception/new", **typed.BASICS | {"source": "fax", "came_on": tomorrow})
    assert answer.status_code == 422
    assert "今日までの日にしてください。" in answer.text
    assert "髙﨑" in answer.text  # nothing that was typed is lost
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Reception.candidate_id))) == 0


def test_nobody_is_begun_by_a_form_that_is_refused(desk: Browser, database: Database) -> None:
    today = local_date(clock.now()).isoformat()
    answer = desk.post("/reception/new", source="paper", came_on=today, family_name="途中")
    assert answer.status_code == 422
    assert 'action="/reception/new"' in answer.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Candidate.id))) == 0


def test_the_same_person_twice_is_asked_back_on_the_page(desk: Browser, database: Database) -> None:
    begun(desk)
    today = local_date(clock.now()).isoformat()
    given = {"source": "paper", "came_on": today, **typed.BASICS}
    answer = desk.post("/reception/new", **given)
    assert answer.status_code == 422
    assert "C-000001" in answer.text
    assert "同じ人ではないことを確かめました" in answer.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Candidate.id))) == 1
    assert desk.post("/reception/new", **given, **OTHER).status_code == 302


def test_a_draft_of_somebody_new_is_kept_as_typed(desk: Browser, database: Database) -> None:
    today = local_date(clock.now()).isoformat()
    answer = desk.post(
        "/reception/new", source="paper", came_on=today, family_name="途中", phone="まだ", draft="1"
    )
    assert answer.status_code == 302
    page = desk.get(answer.location)
    assert "途中" in page.text
    assert "下書きを表示しています" in page.text


def test_staff_find_the_unconfirmed_in_the_list_and_in_their_work(desk: Browser) -> None:
    begun(desk)
    assert "髙﨑" in desk.get("/candidates?state=draft").text
    assert "本人の確認を待っている代行登録" in desk.get("/home").text


def test_others_do_not_reach_the_pages(desk: Browser, app: TalentpoolFlask) -> None:
    person = begun(desk)
    elsewhere = signed_in(app, Role.COORDINATOR, prefecture_code=make.OSAKA)
    assert elsewhere.get(person).status_code == 404
    assert elsewhere.post(f"{person}/basics", source="paper", **typed.BASICS).status_code == 404
    assert signed_in(app, Role.APPROVER).get(person).status_code == 403
