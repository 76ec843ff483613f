from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from talentpool import audit
from talentpool.accounts import directory, service
from talentpool.accounts.models import OneTimeLink, User
from talentpool.audit import AuditEvent
from talentpool.db import Session
from talentpool.errors import Conflict, Forbidden, NotFound, Refused, UnknownCode
from talentpool.listing import Asked
from talentpool.permissions import SYSTEM, Actor, Role, get_visible
from talentpool.reference.catalogue import Catalogue
from tests.factories import HIMEJI, HYOGO, NOW, OSAKA, make_prefecture_pool, make_user

CATALOGUE = Catalogue.shipped()

KOBE = "281000"
DOMAINS = {KOBE: "city.kobe.lg.jp"}


@pytest.fixture
def admin(session: Session) -> Actor:
    return make_user(session, Role.ADMIN).actor


def create(session: Session, actor: Actor, email: str = "new@example.jp", **more: object) -> User:
    options = {"role": Role.COORDINATOR, "prefecture_code": HYOGO} | more
    return service.create_user(session, email=email, actor=actor, now=NOW, **options)  # type: ignore[arg-type]


def events_of(session: Session, user: User) -> list[AuditEvent]:
    audit.seal(session)
    return list(session.scalars(sa.select(AuditEvent).where(AuditEvent.object_id == str(user.id))))


def test_an_address_is_found_in_any_spelling_and_stored_encrypted(
    session: Session, admin: Actor
) -> None:
    user = create(session, admin, "Hanako.Yamada@Example.JP")
    assert directory.find_user(session, "  ｈanako.yamada@example.jp ") is user
    session.flush()
    stored = session.execute(
        sa.text("SELECT email, email_lookup FROM user_account WHERE id = :id"), {"id": user.id}
    )
    assert b"hanako" not in bytes(stored.one().email)


def test_an_address_has_at_most_one_account(session: Session, admin: Actor) -> None:
    create(session, admin)
    with pytest.raises(Refused) as refusal:
        create(session, admin, "NEW@example.jp", role=Role.AUDITOR)
    assert set(refusal.value.fields) == {"email"}


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a@example.jp\nBcc: x@example.jp", "x" * 65 + "@example.jp"]
)
def test_an_invalid_address_is_refused_at_its_field(
    session: Session, admin: Actor, email: str
) -> None:
    with pytest.raises(Refused) as refusal:
        create(session, admin, email)
    assert set(refusal.value.fields) == {"email"}


def test_staff_need_a_pool_in_their_prefecture(session: Session, admin: Actor) -> None:
    with pytest.raises(Refused) as refusal:
        create(session, SYSTEM, prefecture_code=OSAKA)
    assert set(refusal.value.fields) == {"prefecture_code"}
    user = create(session, admin)
    session.flush()
    user.prefecture_code = OSAKA
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_second_prefecture_runs_beside_the_first(session: Session, admin: Actor) -> None:
    make_prefecture_pool(session, OSAKA)
    other = create(session, SYSTEM, prefecture_code=OSAKA)
    assert [pool.prefecture_code for pool in directory.list_pools(session)] == [OSAKA, HYOGO]
    with pytest.raises(NotFound):
        get_visible(session, admin, User, other.id)
    with pytest.raises(Forbidden):
        create(session, admin, "second@example.jp", prefecture_code=OSAKA)


def test_only_the_operator_opens_a_pool_once_for_a_real_prefecture(
    session: Session, admin: Actor
) -> None:
    with pytest.raises(Conflict):
        service.open_pool(session, HYOGO, actor=SYSTEM, now=NOW)
    with pytest.raises(UnknownCode):
        service.open_pool(session, "99", actor=SYSTEM, now=NOW)
    with pytest.raises(Forbidden):
        service.open_pool(session, OSAKA, actor=admin, now=NOW)


def test_an_officer_needs_an_address_of_the_town(session: Session, admin: Actor) -> None:
    with pytest.raises(Refused) as refusal:
        create(session, admin, role=Role.MUNICIPALITY, municipality_code=KOBE)
    assert set(refusal.value.fields) == {"email"}
    user = create(
        session, admin, f"a@{DOMAINS[KOBE]}", role=Role.MUNICIPALITY, municipality_code=KOBE
    )
    assert user.prefecture_code == HYOGO


def test_an_exception_to_the_town_s_domain_is_audited(session: Session, admin: Actor) -> None:
    user = create(
        session,
        admin,
        role=Role.MUNICIPALITY,
        municipality_code=KOBE,
        is_foreign_domain_allowed=True,
    )
    assert [event.detail["domain"] for event in events_of(session, user)] == ["any"]


@pytest.mark.parametrize(
    ("role", "town"),
    [(Role.MUNICIPALITY, None), (Role.COORDINATOR, KOBE), (Role.MUNICIPALITY, "999999")],
)
def test_only_officers_of_towns_have_a_town(
    session: Session, admin: Actor, role: Role, town: str | None
) -> None:
    with pytest.raises(Refused) as refusal:
        create(session, admin, role=role, municipality_code=town)
    assert set(refusal.value.fields) == {"municipality_code"}


def test_an_officer_s_town_is_in_the_officer_s_prefecture(session: Session) -> None:
    make_prefecture_pool(session, OSAKA)
    user = make_user(session, Role.MUNICIPALITY)
    user.municipality_code = "271004"
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("name", ["nul\0", "x" * 101, "\u202egnp.exe"])
def test_a_name_that_cannot_be_shown_is_refused_at_its_field(
    session: Session, admin: Actor, name: str
) -> None:
    with pytest.raises(Refused) as refusal:
        create(session, admin, display_name=name)
    assert set(refusal.value.fields) == {"display_name"}


def test_nobody_signs_in_as_the_system(session: Session) -> None:
    with pytest.raises(Refused):
        create(session, SYSTEM, role=Role.SYSTEM)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMIN, Role.SYSTEM}])
def test_only_administrators_manage_accounts(session: Session, role: Role) -> None:
    actor = make_user(session, role).actor
    user = make_user(session, Role.COORDINATOR)
    with pytest.raises(Forbidden):
        create(session, actor)
    with pytest.raises(Forbidden):
        service.invite_user(session, user, actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        service.disable_user(session, user, actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        service.enable_user(session, user, actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        service.change_role(session, user, Role.AUDITOR, actor=actor, now=NOW)


def test_disabling_ends_the_links_too_and_can_be_undone(session: Session, admin: Actor) -> None:
    user = create(session, admin)
    service.invite_user(session, user, actor=admin, now=NOW)
    service.disable_user(session, user, actor=admin, now=NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(OneTimeLink)) == 0
    with pytest.raises(Conflict):
        service.disable_user(session, user, actor=admin, now=NOW)
    with pytest.raises(Conflict):
        service.invite_user(session, user, actor=admin, now=NOW)
    service.enable_user(session, user, actor=admin, now=NOW)
    assert user.disabled_at is None
    with pytest.raises(Conflict):
        service.enable_user(session, user, actor=admin, now=NOW)


def test_nobody_locks_themselves_out(session: Session, admin: Actor) -> None:
    own = directory.get_own(session, admin)
    with pytest.raises(Refused):
        service.disable_user(session, own, actor=admin, now=NOW)
    with pytest.raises(Refused):
        service.change_role(session, own, Role.AUDITOR, actor=admin, now=NOW)


def test_a_change_of_role_obeys_the_rules_of_the_new_role(session: Session, admin: Actor) -> None:
    officer = make_user(session, Role.MUNICIPALITY)
    with pytest.raises(Refused) as refusal:
        service.change_role(
            session, officer, Role.MUNICIPALITY, municipality_code=HIMEJI, actor=admin, now=NOW
        )
    assert set(refusal.value.fields) == {"email"}
    service.change_role(session, officer, Role.AUDITOR, actor=admin, now=NOW)
    assert (officer.role, officer.municipality_code) == (Role.AUDITOR, None)
    for role in (Role.CANDIDATE, Role.SYSTEM):
        with pytest.raises(Refused):
            service.change_role(session, officer, role, actor=admin, now=NOW)
    with pytest.raises(Refused):
        service.change_role(
            session, make_user(session, Role.CANDIDATE), Role.ADMIN, actor=admin, now=NOW
        )


def test_every_change_of_an_account_is_one_event(session: Session, admin: Actor) -> None:
    user = create(session, admin)
    service.invite_user(session, user, actor=admin, now=NOW)
    service.change_role(session, user, Role.APPROVER, actor=admin, now=NOW)
    service.disable_user(session, user, actor=admin, now=NOW)
    service.enable_user(session, user, actor=admin, now=NOW)
    found = [(event.action, event.actor_id) for event in events_of(session, user)]
    assert found == [
        (f"account.{verb}", admin.user_id)
        for verb in ("create", "invite", "role", "disable", "enable")
    ]


def test_administrators_see_no_names_and_addresses_of_candidates(
    session: Session, admin: Actor
) -> None:
    person = make_user(session, Role.CANDIDATE)
    person.display_name = "山田 花子"
    session.flush()
    found = directory.list_accounts(session, admin, catalogue=CATALOGUE).page()
    assert found.total == len(found.rows) == 2
    shown = {account.id: account for account in directory.show_accounts(session, found.rows)}
    assert (shown[person.id].display_name, shown[person.id].email) == ("", "")
    assert "山田" not in repr(person)
    for words in ("山田", "花子", person.email):
        asked = Asked(words=words)
        assert directory.list_accounts(session, admin, asked, catalogue=CATALOGUE).page().total == 0


def test_the_list_of_accounts_covers_one_prefecture_and_can_be_filtered(
    session: Session, admin: Actor
) -> None:
    make_user(session, Role.COORDINATOR, prefecture_code=OSAKA)
    officer = make_user(session, Role.MUNICIPALITY)
    officer.display_name = "ひめ路 一郎"
    session.flush()

    def found(words: str = "", **values: str) -> list[tuple[int, str]]:
        asked = Asked(values, words)
        rows = directory.list_accounts(session, admin, asked, catalogue=CATALOGUE).page().rows
        return [(row.id, row.municipality) for row in directory.show_accounts(session, rows)]

    own = [(officer.id, "姫路市")]
    assert found(role=Role.MUNICIPALITY) == found(municipality="282014") == own
    for words in ("ヒメ路", "一郎", officer.email.upper(), "姫路", str(officer.id)):
        assert found(words) == own, words
    assert len(found()) == 2
    assert found(state="disabled") == []
