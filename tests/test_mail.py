from __future__ import annotations

import threading
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from talentpool.accounts.links import Purpose
from talentpool.accounts.outbox import list_mails
from talentpool.accounts.views.sending import LETTERS
from talentpool.app import create_app
from talentpool.config import Config
from talentpool.db import Database, Session
from talentpool.errors import Forbidden
from talentpool.listing import Asked
from talentpool.mail import MailOrder, MailState, deliver_link, order_mail
from talentpool.permissions import Role
from tests.browsers import Browser
from tests.factories import (
    HYOGO,
    NOW,
    OSAKA,
    PASSWORD,
    make_candidate,
    make_prefecture_pool,
    make_user,
)
from tests.postbox import Postbox

EMAIL = "hanako@example.jp"


def order(session: Session, event: str = "need/1/publish/1", **more: object) -> MailOrder:
    user = make_user(session, Role.COORDINATOR)
    options = {"recipient_id": user.id, "prefecture_code": HYOGO} | more
    made = order_mail(
        session, event=event, template="need.publish", link="/needs/1", now=NOW, **options
    )  # type: ignore[arg-type]
    session.flush()
    return made


def state_of(database: Database, made: MailOrder) -> tuple[MailState, int]:
    with database.reading() as session:
        stored = session.get_one(MailOrder, made.id)
        return stored.state, stored.tries


def deliver(config: Config, database: Database, made: MailOrder) -> None:
    deliver_link(config, database, made.message_id, EMAIL, "件名：確認", "本文です。\n", now=NOW)


def test_an_event_has_one_mail_a_recipient(session: Session) -> None:
    first = order(session)
    again = order(session, recipient_id=first.recipient_id)
    other = order(session)
    assert again is first
    assert other is not first


def test_staff_see_the_mails_of_their_prefecture_newest_first(session: Session) -> None:
    made = [order(session, event=f"need/{number}/publish/1") for number in range(3)]
    order(session, prefecture_code=OSAKA)
    for role in (Role.COORDINATOR, Role.AUDITOR):
        found = list_mails(session, make_user(session, role).actor).page()
        assert ([one.id for one in found.rows], found.total) == ([one.id for one in made[::-1]], 3)
    with pytest.raises(Forbidden):
        list_mails(session, make_user(session, Role.APPROVER).actor)


def test_a_mail_is_found_by_its_recipient_and_its_place(session: Session) -> None:
    officer, person = make_user(session, Role.COORDINATOR), make_candidate(session)
    officer.display_name = "佐用 春子"
    told = order(session, event="a", recipient_id=officer.id)
    asked = order(session, event="b", recipient_id=person.user_id)
    actor = make_user(session, Role.AUDITOR).actor
    for words, wanted in (("春子", told), (person.code, asked), (person.code[2:], asked)):
        found = list_mails(session, actor, Asked(words=words)).page().rows
        assert [row.id for row in found] == [wanted.id], words
    assert list_mails(session, actor, Asked(words="/NEEDS")).page().total == 2


def test_a_mail_travels_in_seven_bits_and_is_noted_as_sent(
    config: Config, database: Database, postbox: Postbox
) -> None:
    with database.writing() as session:
        made = order(session)
    deliver(replace(config, smtp_url=postbox.url), database, made)
    assert state_of(database, made) == (MailState.SENT, 1)
    mail = message_from_string(postbox.mails[0], policy=default)
    assert (mail["Subject"], mail["To"]) == ("件名：確認", EMAIL)
    assert mail["Message-ID"] == f"<{made.message_id}>"
    assert mail["Content-Transfer-Encoding"] == "base64"
    assert mail.get_content().split() == ["本文です。"]
    assert postbox.mails[0].isascii()


@pytest.mark.parametrize("local", ["a.", "a..b"])
def test_a_mail_goes_to_an_old_carrier_address_as_it_is(
    config: Config, database: Database, postbox: Postbox, local: str
) -> None:
    with database.writing() as session:
        made = order(session)
    to = f"{local}@docomo.ne.jp"
    known = replace(config, smtp_url=postbox.url)
    deliver_link(known, database, made.message_id, to, "件名", "本文\n", now=NOW)
    assert state_of(database, made) == (MailState.SENT, 1)
    assert f"rcpt TO:<{to}>" in postbox.heard


def test_a_refused_mail_is_noted_and_the_log_holds_no_address(
    config: Config, database: Database, postbox: Postbox, caplog: pytest.LogCaptureFixture
) -> None:
    postbox.refuses = True
    with database.writing() as session:
        made = order(session)
    deliver(replace(config, smtp_url=postbox.url), database, made)
    assert state_of(database, made) == (MailState.FAILED, 1)
    assert made.message_id in caplog.text
    assert EMAIL not in caplog.text


def test_a_mail_server_that_is_not_there_breaks_nothing(config: Config, database: Database) -> None:
    with database.writing() as session:
        made = order(session)
    deliver(replace(config, smtp_url="smtp://127.0.0.1:1"), database, made)
    assert state_of(database, made) == (MailState.FAILED, 1)


def _let_letters_arrive() -> None:
    for thread in threading.enumerate():
        if thread.name == LETTERS:
            thread.join()


def _subject(mail: str) -> str:
    return str(message_from_string(mail, policy=default)["Subject"])


def test_a_letter_comes_in_the_language_of_who_gets_it(
    config: Config, database: Database, postbox: Postbox
) -> None:
    """Whatever the language of the page: of the account, else of who asks for a letter to themselves."""
    app = create_app(replace(config, smtp_url=postbox.url), database)
    with database.writing() as session:
        plain, chosen = (make_user(session, Role.AUDITOR) for _ in range(2))
        chosen.language = "ja"
        admin = make_user(session, Role.ADMIN)
    visitor, inviter = Browser(app), Browser(app)
    inviter.enter(admin)
    reset = {"ja": "パスワードの再設定", "en": "reset your password"}
    for browser, path, fields, words in (
        (visitor, "/reset?lang=ja", {"email": plain.email}, reset["ja"]),
        (visitor, "/reset?lang=en", {"email": plain.email}, reset["en"]),
        (visitor, "/reset?lang=en", {"email": chosen.email}, reset["ja"]),
        (inviter, f"/accounts/{plain.id}/link?lang=en", {}, "DX人材プールへの招待"),
    ):
        assert browser.post(path, **fields).status_code == 302
        _let_letters_arrive()
        assert words in _subject(postbox.mails.pop()), path


def test_with_a_mail_server_links_go_by_mail_and_are_not_on_the_screen(
    config: Config, database: Database, postbox: Postbox
) -> None:
    with database.writing() as session:
        make_prefecture_pool(session)
    browser = Browser(create_app(replace(config, smtp_url=postbox.url), database))
    fields = {"email": EMAIL, "prefecture_code": HYOGO, "password": PASSWORD, "repeated": PASSWORD}
    page = browser.get(browser.post("/signup", **fields).location).text
    assert "/signup/confirm/" not in page
    assert postbox.has_mail.wait(10)
    _let_letters_arrive()
    text = message_from_string(postbox.mails[0], policy=default).get_content()
    assert f"{config.base_url}/signup/confirm/" in text
    path = next(word for word in text.split() if "/signup/confirm/" in word).removeprefix(
        config.base_url
    )
    assert browser.post(path, password=PASSWORD).location == "/home"
    with database.reading() as session:
        sent = session.scalars(sa.select(MailOrder)).one()
    assert (sent.state, sent.template, sent.link) == (
        MailState.SENT, f"account.{Purpose.CONFIRM}", "/signup/confirm",
    )  # fmt: skip


def test_a_mail_goes_only_to_a_server_that_can_show_who_it_is(
    config: Config, database: Database, postbox: Postbox, tmp_path: Path
) -> None:
    postbox.offers, postbox.certificate = "STARTTLS", _self_signed(tmp_path / "box.pem")
    with database.writing() as session:
        made = order(session)
    deliver(replace(config, smtp_url=postbox.url.replace("//", "//user:hidden@")), database, made)
    assert state_of(database, made) == (MailState.FAILED, 1)
    assert postbox.heard[1:] == ["STARTTLS"]
    assert postbox.mails == []
    deliver(replace(config, smtp_url=postbox.url.replace("smtp", "smtps")), database, made)
    assert state_of(database, made) == (MailState.FAILED, 2)


def test_the_mail_server_is_told_who_sends(
    config: Config, database: Database, postbox: Postbox
) -> None:
    postbox.offers = "AUTH PLAIN"
    with database.writing() as session:
        made = order(session)
    address = replace(config, smtp_url=postbox.url.replace("//", "//user:p%40ss@"))
    deliver(address, database, made)
    assert state_of(database, made) == (MailState.SENT, 1)
    spoken = next(line for line in postbox.heard if line.startswith("AUTH PLAIN "))
    assert b64decode(spoken.split()[2]) == b"\0user\0p@ss"
    postbox.refuses = True
    deliver(address, database, made)
    assert state_of(database, made) == (MailState.FAILED, 2)


def _self_signed(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return path
