from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from talentpool.accounts import directory, joining, links, service, signing_in
from talentpool.accounts.letters import Letter
from talentpool.accounts.links import Purpose
from talentpool.accounts.models import OneTimeLink, User
from talentpool.audit import AuditEvent
from talentpool.db import Database, Session
from talentpool.errors import Forbidden, NotFound, Refused
from talentpool.mail import MailOrder
from talentpool.permissions import SYSTEM, Role
from tests.factories import HYOGO, NOW, OSAKA, PASSWORD, make_prefecture_pool, make_user

EMAIL = "hanako@example.jp"
NEW_PASSWORD = "a completely new phrase"


def sign_up(session: Session, password: str = PASSWORD, email: str = EMAIL) -> Letter | None:
    make_prefecture_pool(session)
    return joining.sign_up(session, email=email, password=password, prefecture_code=HYOGO, now=NOW)


def secret_of(letter: Letter | None) -> str:
    assert letter is not None
    return letter.path.rpartition("/")[2]


def person(session: Session) -> User:
    return directory.get_user_by_email(session, EMAIL)


def can_sign_in(session: Session, password: str, email: str = EMAIL) -> bool:
    try:
        signing_in.prove_identity(session, email, password)
    except Refused:
        return False
    return True


def test_sign_in_works_once_the_address_is_confirmed(session: Session) -> None:
    letter = sign_up(session)
    assert person(session).role is Role.CANDIDATE
    assert person(session).prefecture_code == HYOGO
    assert not can_sign_in(session, PASSWORD)
    joining.confirm_address(session, secret_of(letter), password=PASSWORD, now=NOW)
    assert can_sign_in(session, PASSWORD)


def test_a_link_works_once(session: Session) -> None:
    secret = secret_of(sign_up(session))
    joining.confirm_address(session, secret, password=PASSWORD, now=NOW)
    with pytest.raises(NotFound):
        joining.confirm_address(session, secret, password=PASSWORD, now=NOW)


def test_a_link_expires(session: Session) -> None:
    secret = secret_of(sign_up(session))
    with pytest.raises(NotFound):
        joining.confirm_address(session, secret, password=PASSWORD, now=NOW + timedelta(days=1))


def test_a_link_works_only_for_its_purpose(session: Session) -> None:
    secret = secret_of(sign_up(session))
    for purpose in (Purpose.INVITE, Purpose.RESET):
        with pytest.raises(NotFound):
            joining.use_link(session, secret, purpose, password=NEW_PASSWORD, now=NOW)


def test_two_simultaneous_uses_of_a_link_set_one_password(database: Database) -> None:
    with database.writing() as session:
        secret = secret_of(sign_up(session))

    def take(_: int) -> str:
        try:
            with database.writing() as session:
                links.take_link(session, secret, Purpose.CONFIRM, now=NOW)
        except NotFound:
            return "dead"
        return "taken"

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(take, range(8))) == ["dead"] * 7 + ["taken"]


def test_a_click_does_not_confirm_a_stranger_s_sign_up(
    session: Session,
) -> None:
    secret = secret_of(sign_up(session, password="chosen by a stranger"))
    with pytest.raises(Refused) as refusal:
        joining.confirm_address(session, secret, password="of the owner's own", now=NOW)
    assert set(refusal.value.fields) == {"password"}
    assert person(session).confirmed_at is None


def test_signing_up_again_before_confirming_replaces_password_and_link(session: Session) -> None:
    first, second = secret_of(sign_up(session)), secret_of(sign_up(session, NEW_PASSWORD))
    with pytest.raises(NotFound):
        joining.confirm_address(session, first, password=PASSWORD, now=NOW)
    joining.confirm_address(session, second, password=NEW_PASSWORD, now=NOW)


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.COORDINATOR])
def test_signing_up_with_a_known_address_changes_nothing_and_reminds_its_owner(
    session: Session, role: Role
) -> None:
    user = make_user(session, role, email=EMAIL)
    before = user.password_hash
    letter = sign_up(session, NEW_PASSWORD)
    assert letter is not None
    assert (letter.template, letter.path) == ("account.known", "/signin")
    assert user.password_hash == before
    sign_up(session, NEW_PASSWORD)
    assert session.scalar(sa.select(sa.func.count()).select_from(MailOrder)) == 1


def test_neither_sign_up_nor_reset_reopens_a_disabled_account(session: Session) -> None:
    user = make_user(session, Role.CANDIDATE, email=EMAIL)
    service.disable_user(session, user, actor=SYSTEM, now=NOW)
    assert sign_up(session) is None
    assert joining.request_reset(session, email=EMAIL, now=NOW) is None


def test_a_link_stops_working_when_its_account_is_disabled(session: Session) -> None:
    make_user(session, Role.CANDIDATE, email=EMAIL)
    secret = secret_of(joining.request_reset(session, email=EMAIL, now=NOW))
    person(session).disabled_at = NOW
    with pytest.raises(NotFound):
        joining.use_link(session, secret, Purpose.RESET, password=NEW_PASSWORD, now=NOW)


def test_signing_up_needs_a_pool(session: Session) -> None:
    make_prefecture_pool(session)
    with pytest.raises(Refused) as refusal:
        joining.sign_up(session, email=EMAIL, password=PASSWORD, prefecture_code=OSAKA, now=NOW)
    assert set(refusal.value.fields) == {"prefecture_code"}


def test_an_invitation_sets_the_first_password_within_seven_days(session: Session) -> None:
    user = make_user(session, Role.AUDITOR, email=EMAIL)
    user.password_hash = user.confirmed_at = None
    letter = service.invite_user(session, user, actor=SYSTEM, now=NOW)
    week = timedelta(days=7)
    with pytest.raises(NotFound):
        joining.use_link(
            session, secret_of(letter), Purpose.INVITE, password=PASSWORD, now=NOW + week
        )
    last = NOW + week - timedelta(seconds=1)
    joining.use_link(session, secret_of(letter), Purpose.INVITE, password=PASSWORD, now=last)
    assert can_sign_in(session, PASSWORD)


def test_a_second_invitation_replaces_the_first(session: Session) -> None:
    user = make_user(session, Role.AUDITOR, email=EMAIL)
    first = service.invite_user(session, user, actor=SYSTEM, now=NOW)
    service.invite_user(session, user, actor=SYSTEM, now=NOW)
    with pytest.raises(NotFound):
        joining.use_link(session, secret_of(first), Purpose.INVITE, password=NEW_PASSWORD, now=NOW)


def test_a_reset_changes_the_password(session: Session) -> None:
    make_user(session, Role.APPROVER, email=EMAIL)
    secret = secret_of(joining.request_reset(session, email=EMAIL.upper(), now=NOW))
    joining.use_link(session, secret, Purpose.RESET, password=NEW_PASSWORD, now=NOW)
    assert can_sign_in(session, NEW_PASSWORD)
    assert not can_sign_in(session, PASSWORD)


def test_a_reset_for_an_unknown_address_orders_no_mail(session: Session) -> None:
    assert joining.request_reset(session, email="nobody@example.jp", now=NOW) is None
    with pytest.raises(Refused):
        joining.request_reset(session, email="no address", now=NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(MailOrder)) == 0


def test_a_refused_new_password_leaves_the_link_usable(session: Session) -> None:
    make_user(session, Role.APPROVER, email=EMAIL)
    secret = secret_of(joining.request_reset(session, email=EMAIL, now=NOW))
    with pytest.raises(Refused):
        joining.use_link(session, secret, Purpose.RESET, password="1234567890", now=NOW)
    joining.use_link(session, secret, Purpose.RESET, password=NEW_PASSWORD, now=NOW)


def test_a_proof_is_void_once_the_password_has_changed(session: Session) -> None:
    user = make_user(session, Role.APPROVER)
    proof = signing_in.prove_identity(session, user.email, PASSWORD)
    signing_in.change_password(
        session, user, present=PASSWORD, password=NEW_PASSWORD, actor=user.actor, now=NOW
    )
    session.flush()
    with pytest.raises(Refused):
        signing_in.sign_in(session, proof, now=NOW)


def test_only_its_owner_changes_a_password_and_must_know_it(session: Session) -> None:
    user, other = make_user(session, Role.APPROVER), make_user(session, Role.ADMIN)
    new = {"password": NEW_PASSWORD, "now": NOW}
    with pytest.raises(Forbidden):
        signing_in.change_password(session, user, present=PASSWORD, actor=other.actor, **new)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refusal:
        signing_in.change_password(session, user, present="wrong", actor=user.actor, **new)  # type: ignore[arg-type]
    assert set(refusal.value.fields) == {"present"}


def test_the_database_does_not_hold_the_secret_of_a_link(session: Session) -> None:
    letter = sign_up(session)
    secret = secret_of(letter)
    session.commit()
    links_stored = session.execute(sa.select(OneTimeLink.__table__)).all()
    orders = session.execute(sa.select(MailOrder.__table__)).all()
    events = session.execute(sa.select(AuditEvent.__table__)).all()
    assert re.fullmatch(r"[\w-]{43}", secret)
    assert secret not in f"{links_stored}{orders}{events}{letter!r}"


def test_audit_outbox_and_reprs_hold_no_addresses(session: Session) -> None:
    letter = sign_up(session)
    joining.confirm_address(session, secret_of(letter), password=PASSWORD, now=NOW)
    joining.request_reset(session, email=EMAIL, now=NOW)
    session.commit()
    events = session.execute(sa.select(AuditEvent.__table__)).all()
    orders = session.execute(sa.select(MailOrder.__table__)).all()
    seen = f"{events}{orders}{letter!r}{person(session)!r}"
    assert [event.action for event in events] == [
        "pool.open", "account.sign_up", "account.confirm", "account.request_reset",
    ]  # fmt: skip
    assert EMAIL not in seen
    assert "hanako" not in seen
