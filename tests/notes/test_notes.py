"""Notes and telephone calls: who may write and read them, where they stand, and how they go."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from talentpool.accounts.models import User
from talentpool.audit import AuditEvent, seal
from talentpool.candidates.models import Candidate
from talentpool.db import Base, Database, Session
from talentpool.errors import Forbidden, Refused
from talentpool.needs.models import Need
from talentpool.notes.models import ABOUT, Note, NoteKind, Subject
from talentpool.notes.service import LONGEST, Words, list_notes, write_note
from talentpool.notes.soundness import violations
from talentpool.permissions import Role
from talentpool.placements.models import Placement
from talentpool.states import NeedState, PlacementState
from talentpool.web.unit import TalentpoolFlask
from tests import factories as make
from tests.browsers import Browser, signed_in

SAID = "4月からは月8コマまで。介護のため水曜は避けたいとのこと。"
CALL = Words(NoteKind.CALL_MADE, SAID, "本人")
WRITERS = (Role.COORDINATOR, Role.APPROVER)
READERS = (*WRITERS, Role.AUDITOR)
PAGES = {Candidate: "/candidates/{}", Need: "/needs/{}", Placement: "/placements/{}"}


def make_things(session: Session) -> dict[type[Subject], Subject]:
    need, person = make.make_need(session), make.make_candidate(session)
    placement = make.make_placement(session, need, person, state=PlacementState.AGREED)
    return {Candidate: person, Need: need, Placement: placement}


@pytest.mark.parametrize("kind", ABOUT)
def test_a_note_says_what_by_whom_and_leaves_one_event(
    session: Session, kind: type[Subject]
) -> None:
    thing = make_things(session)[kind]
    officer = make.make_user(session, Role.COORDINATOR)
    note = write_note(session, thing, CALL, actor=officer.actor, now=make.NOW)
    seal(session)
    assert list(list_notes(session, officer.actor, thing)) == [note]
    assert (note.party, note.text, note.author_id) == ("本人", SAID, officer.id)
    query = sa.select(AuditEvent).where(AuditEvent.action == "note.write")
    event = session.scalars(query).one()
    assert (event.object_type, event.object_id) == (thing.__tablename__, str(thing.id))
    assert event.detail == {"note": note.id, "kind": "call_made"}


def test_what_was_written_is_not_readable_in_the_file(session: Session) -> None:
    thing = make_things(session)[Need]
    officer = make.make_user(session, Role.COORDINATOR)
    write_note(session, thing, CALL, actor=officer.actor, now=make.NOW)
    text, party = session.execute(sa.text("SELECT text, party FROM note")).one()
    assert SAID.encode() not in bytes(text)
    assert "本人".encode() not in bytes(party)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_only_officers_of_the_prefecture_write(session: Session, role: Role) -> None:
    things = make_things(session)
    user = make.make_user(session, role)
    stranger = make.make_user(session, Role.COORDINATOR, prefecture_code=make.OSAKA)
    for thing in things.values():
        with pytest.raises(Forbidden):
            write_note(session, thing, CALL, actor=stranger.actor, now=make.NOW)
        if role in WRITERS:
            write_note(session, thing, CALL, actor=user.actor, now=make.NOW)
        else:
            with pytest.raises(Forbidden):
                write_note(session, thing, CALL, actor=user.actor, now=make.NOW)
        assert list(list_notes(session, stranger.actor, thing)) == []


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words(NoteKind.NOTE, "  "), "text"),
        (Words(NoteKind.NOTE, "長" * (LONGEST + 1)), "text"),
        (Words(NoteKind.CALL_MADE, SAID), "party"),
        (Words(NoteKind.CALL_RECEIVED, SAID, " "), "party"),
    ],
)
def test_what_is_refused_is_refused_at_its_field(
    session: Session, words: Words, field: str
) -> None:
    thing = make_things(session)[Need]
    officer = make.make_user(session, Role.COORDINATOR)
    with pytest.raises(Refused) as refused:
        write_note(session, thing, words, actor=officer.actor, now=make.NOW)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("names", [(), ("need_id", "placement_id")])
def test_the_database_takes_a_note_about_one_thing_alone(
    session: Session, names: tuple[str, ...]
) -> None:
    things = make_things(session)
    ids = {ABOUT[kind]: thing.id for kind, thing in things.items()}
    session.add(
        Note(
            prefecture_code=make.HYOGO, kind=NoteKind.NOTE, text=SAID, written_at=make.NOW,
            **{name: ids[name] for name in names},
        )
    )  # fmt: skip
    with pytest.raises(exc.IntegrityError, match="about_one_thing"):
        session.flush()


def test_a_person_s_notes_hold_those_of_the_proposals(session: Session) -> None:
    things = make_things(session)
    officer = make.make_user(session, Role.COORDINATOR)
    written = [
        write_note(session, thing, CALL, actor=officer.actor, now=make.NOW)
        for thing in things.values()
    ]
    found = list_notes(session, officer.actor, things[Candidate])
    assert list(found) == [written[2], written[0]]  # newest first, without the one of the need


def test_notes_go_with_the_person(session: Session) -> None:
    """Nothing erases a person yet; whatever will, takes the notes along."""
    things = make_things(session)
    officer = make.make_user(session, Role.COORDINATOR)
    for thing in things.values():
        write_note(session, thing, CALL, actor=officer.actor, now=make.NOW)
    seal(session)
    person, placement = things[Candidate].id, things[Placement].id
    for table in reversed(Base.metadata.sorted_tables):
        for column, ident in (("placement_id", placement), ("candidate_id", person)):
            if column in table.c and table.name != "note":
                session.execute(sa.delete(table).where(table.c[column] == ident))
    session.execute(sa.delete(Candidate).where(Candidate.id == person))
    left = session.execute(sa.select(Note.need_id)).scalars().all()
    assert list(left) == [things[Need].id]


# --- The pages


@pytest.fixture
def paths(database: Database) -> dict[type[Subject], str]:
    with database.writing() as session:
        return {kind: PAGES[kind].format(t.id) for kind, t in make_things(session).items()}


def fields(**more: Any) -> dict[str, Any]:
    return {"kind": "call_received", "party": "情報政策課 山田", "text": SAID} | more


@pytest.mark.parametrize("kind", ABOUT)
def test_what_is_written_stands_on_the_page(
    app: TalentpoolFlask, paths: dict[type[Subject], str], kind: type[Subject]
) -> None:
    page = paths[kind]
    for role in WRITERS:
        browser = signed_in(app, role)
        answer = browser.post(f"{page}/notes", **fields(text=f"{role} {SAID}"))
        assert (answer.status_code, answer.location) == (302, f"{page}#notes")
    for role in READERS:
        text = signed_in(app, role).get(page).text
        assert all(f"{writer} {SAID}" in text for writer in WRITERS)
        assert "相手：情報政策課 山田" in text
        assert ("メモ・電話を記録する" in text) == (role in WRITERS)


def test_no_page_of_a_person_or_a_town_shows_a_note(
    app: TalentpoolFlask, database: Database, paths: dict[type[Subject], str]
) -> None:
    coordinator = signed_in(app, Role.COORDINATOR)
    for page in paths.values():
        assert coordinator.post(f"{page}/notes", **fields()).status_code == 302
    with database.reading() as session:
        placement = session.scalars(sa.select(Placement)).one()
        user = session.get_one(User, placement.candidate.user_id)
        own = ("/home", "/profile", "/views", "/offers", f"/offers/{placement.id}")
        town_s = (
            "/home", paths[Need], paths[Candidate], "/introductions",
        )  # fmt: skip
    person = Browser(app)
    person.enter(user)
    for browser, pages in ((person, own), (signed_in(app, Role.MUNICIPALITY), town_s)):
        for path in pages:
            answer = browser.get(path)
            assert answer.status_code == 200, path
            assert SAID not in answer.text
            assert "メモ・電話の記録" not in answer.text
        for page in paths.values():
            assert browser.post(f"{page}/notes", **fields()).status_code == 403


@pytest.mark.parametrize("kind", ABOUT)
def test_a_refused_note_comes_back_as_it_was_filled_in(
    app: TalentpoolFlask, paths: dict[type[Subject], str], kind: type[Subject]
) -> None:
    browser = signed_in(app, Role.COORDINATOR)
    answer = browser.post(f"{paths[kind]}/notes", **fields(party=""))
    assert answer.status_code == 422
    assert f"{SAID}</textarea>" in answer.text
    assert "電話の相手を入力してください。" in answer.text
    assert '<a href="#party">' in answer.text
    assert "まだありません。" in answer.text


def test_old_notes_are_folded(
    app: TalentpoolFlask, database: Database, paths: dict[type[Subject], str]
) -> None:
    with database.writing() as session:
        officer = make.make_user(session, Role.COORDINATOR)
        need = session.scalars(sa.select(Need)).one()
        for n in range(12):
            words = Words(NoteKind.NOTE, f"メモ{n:02d}")
            write_note(session, need, words, actor=officer.actor, now=make.NOW)
    text = signed_in(app, Role.AUDITOR).get(paths[Need]).text
    assert (
        text.index("メモ11") < text.index("メモ02") < text.index("前の2件") < text.index("メモ01")
    )


def test_another_refused_form_of_the_page_fills_no_note(
    app: TalentpoolFlask, database: Database
) -> None:
    with database.writing() as session:
        need = make.make_need(session, state=NeedState.SUBMITTED)
    browser = signed_in(app, Role.COORDINATOR)
    answer = browser.post(
        f"/needs/{need.id}/return", version=need.version, kind="note", text="差し戻しの語"
    )
    assert answer.status_code == 422
    assert "差し戻しの語" not in answer.text.split('id="notes"')[1]


def test_a_note_of_another_prefecture_is_heard(session: Session) -> None:
    things = make_things(session)
    officer = make.make_user(session, Role.COORDINATOR)
    for thing in things.values():
        write_note(session, thing, CALL, actor=officer.actor, now=make.NOW)
    seal(session)
    assert list(violations(session)) == []
    session.execute(sa.update(Note).values(prefecture_code=make.OSAKA))
    assert len(list(violations(session))) == len(things)
