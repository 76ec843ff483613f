"""Guessing is slow, for one account and from one source, and nobody is locked out for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings, strategies as st

from talentpool import clock
from talentpool.accounts import throttling
from talentpool.accounts.models import OneTimeLink, TryBucket
from talentpool.accounts.passwords import Passwords
from talentpool.accounts.throttling import (
    LIMITS,
    OVERTAKEN,
    Limit,
    Try,
    count,
    give_back,
    prune,
)
from talentpool.accounts.views.sending import LETTERS
from talentpool.app import create_app
from talentpool.config import Config
from talentpool.db import Database, Session
from talentpool.errors import TooMany
from talentpool.mail import MailOrder
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in, stored_user
from tests.counting import counted_queries
from tests.factories import HYOGO, PASSWORD, make_prefecture_pool
from tests.pages import CheckedClient

NOW = datetime(2027, 4, 1, 8, 30, tzinfo=UTC)
FIVE = Limit("five", 5, timedelta(minutes=1))


def one(key: str = "k", limit: Limit = FIVE) -> tuple[Try, ...]:
    return (Try(limit, key),)


def taken(session: Session, n: int, *, at: datetime, tries: tuple[Try, ...] | None = None) -> int:
    """How many of `n` tries at a moment are let through."""
    passed = 0
    for _ in range(n):
        try:
            count(session, tries or one(), now=at)
        except TooMany:
            continue
        passed += 1
    return passed


def test_a_burst_passes_and_then_one_try_each_refill(session: Session) -> None:
    assert taken(session, 20, at=NOW) == 5
    assert taken(session, 20, at=NOW + timedelta(seconds=58)) == 0
    assert taken(session, 20, at=NOW + timedelta(seconds=60)) == 1
    assert taken(session, 20, at=NOW + timedelta(minutes=3)) == 2


def test_refused_tries_keep_nobody_out_longer(session: Session) -> None:
    taken(session, 500, at=NOW)
    assert taken(session, 20, at=NOW + timedelta(minutes=5)) == 5


def test_the_refusal_says_when_the_next_try_is_worth_it(session: Session) -> None:
    taken(session, 5, at=NOW)
    later = NOW + timedelta(seconds=20)
    with pytest.raises(TooMany) as refused:
        count(session, one(), now=later)
    assert refused.value.seconds == 40
    assert "40秒" in refused.value.message
    assert taken(session, 1, at=later + timedelta(seconds=refused.value.seconds)) == 1


def test_a_right_password_gives_its_try_back(session: Session) -> None:
    for _ in range(50):
        count(session, one(), now=NOW)
        give_back(session, one())
    assert taken(session, 20, at=NOW) == 5


def test_a_try_counts_against_every_bucket_or_against_none(database: Database) -> None:
    both = (Try(FIVE, "a"), Try(replace(FIVE, burst=2), "b"))
    with database.writing() as session:
        count(session, both, now=NOW)
        count(session, both, now=NOW)
    for _ in range(10):
        with pytest.raises(TooMany), database.writing() as session:
            count(session, both, now=NOW)
    with database.writing() as session:
        assert taken(session, 20, at=NOW, tries=one("a")) == 3


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(st.integers(0, 900), min_size=1, max_size=40))
def test_no_window_lets_more_through_than_burst_and_refill(
    session: Session, moments: list[int]
) -> None:
    session.rollback()
    passed = [at for at in sorted(moments) if taken(session, 1, at=NOW + timedelta(seconds=at))]
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            window = passed[last] - passed[first]
            assert last - first + 1 <= 5 + window // 60 + 1


def test_who_comes_at_once_and_is_overtaken_is_let_through_all_the_same(session: Session) -> None:
    """Each reads the clock before it reaches the row."""
    assert taken(session, 4, at=NOW + timedelta(milliseconds=300)) == 4
    assert taken(session, 2, at=NOW) == 1


def test_overtaking_gives_no_try_away() -> None:
    assert all(limit.refill > timedelta(milliseconds=OVERTAKEN) for limit in LIMITS)


def test_full_buckets_leave_no_row(session: Session) -> None:
    taken(session, 5, at=NOW)
    prune(session, now=NOW + timedelta(minutes=4))
    assert session.scalar(sa.select(sa.func.count(TryBucket.key))) == 1
    prune(session, now=NOW + timedelta(minutes=5))
    assert session.scalar(sa.select(sa.func.count(TryBucket.key))) == 0


def test_the_table_names_nobody(session: Session) -> None:
    keyring = session.info["keyring"]
    count(session, throttling.password_tries(keyring, "Taro@example.jp", "192.0.2.7"), now=NOW)
    keys = session.scalars(sa.select(TryBucket.key)).all()
    assert len(keys) == 3
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("", "unix", False),
    ],
)
def test_a_source_is_an_address_or_the_network_of_one_machine(
    first: str, second: str, is_one: bool
) -> None:
    assert (throttling.network_of(first) == throttling.network_of(second)) is is_one


def test_spellings_of_an_address_are_one_account(database: Database) -> None:
    keys = {
        throttling.password_tries(database.keyring, spelt, "192.0.2.7")
        for spelt in ("taro@example.jp", " TARO@EXAMPLE.JP", "ｔａｒｏ@example.jp")
    }
    assert len(keys) == 1


# --- Over HTTP


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that reach the hash; they are verified all the same."""
    seen: list[str] = []
    verify = Passwords.verify

    def noted(self: Passwords, password_hash: str | None, password: str) -> bool:
        seen.append(password)
        return verify(self, password_hash, password)

    monkeypatch.setattr(Passwords, "verify", noted)
    return seen


@pytest.fixture
def behind_a_proxy(config: Config, database: Database) -> Iterator[TalentpoolFlask]:
    app = create_app(replace(config, proxy_hops=1), database)
    app.testing = True
    app.test_client_class = CheckedClient
    yield app
    app.extensions["talentpool_engine"].close()


def test_sixteen_guessers_from_as_many_sources_reach_the_hash_eighteen_times(
    behind_a_proxy: TalentpoolFlask, hashed: list[str]
) -> None:
    user = stored_user(behind_a_proxy.database, Role.COORDINATOR)
    start = threading.Barrier(16)

    def guess(number: int) -> set[int]:
        browser = Browser(behind_a_proxy)
        browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = f"192.0.2.{number}"
        start.wait()
        return {
            browser.post("/signin", email=user.email, password=f"guess {number} {n}").status_code
            for n in range(5)
        }

    with ThreadPoolExecutor(16) as pool:
        answers = set().union(*pool.map(guess, range(16)))
    assert answers == {422, 429}
    assert 18 <= len(hashed) <= 20  # a slow machine may see a refill


def test_one_source_guesses_ten_times_and_leaves_the_owner_a_way_in(
    behind_a_proxy: TalentpoolFlask, hashed: list[str]
) -> None:
    user = stored_user(behind_a_proxy.database, Role.COORDINATOR)
    guesser, owner = Browser(behind_a_proxy), Browser(behind_a_proxy)
    guesser.client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.1"
    owner.client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.2"
    answers = [guesser.post("/signin", email=user.email, password="no") for _ in range(14)]
    assert [answer.status_code for answer in answers[:10]] == [422] * 10
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) <= 60
    assert "秒ほど待って" in answers[-1].text
    assert f'value="{user.email}"' in answers[-1].text
    assert len(hashed) <= 11
    assert owner.sign_in(user).status_code == 302


def test_an_unknown_account_is_throttled_like_a_known_one(
    app: TalentpoolFlask, hashed: list[str]
) -> None:
    stored_user(app.database, Role.COORDINATOR)
    browser = Browser(app)
    answers = [
        browser.post("/signin", email="x@example.jp", password="no").status_code for _ in range(12)
    ]
    assert answers == [422] * 10 + [429] * 2
    assert len(hashed) == 10


def test_an_office_of_two_hundred_signs_in_from_one_address(
    database: Database,
) -> None:
    with database.writing() as session:
        for number in range(200):
            tries = throttling.password_tries(database.keyring, f"p{number}@x.jp", "192.0.2.1")
            if number % 5 == 0:  # mistyped once
                count(session, tries, now=NOW)
            count(session, tries, now=NOW)
            give_back(session, tries)


def test_the_present_password_cannot_be_guessed_by_whoever_holds_the_session(
    app: TalentpoolFlask, hashed: list[str]
) -> None:
    browser = signed_in(app, Role.AUDITOR)
    hashed.clear()
    weak = {"password": "a completely new phrase", "repeated": "a completely new phrase"}
    answers = [browser.post("/account", present="no", **weak).status_code for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert len(hashed) == 10
    assert browser.post("/account", present=PASSWORD, **weak).status_code == 429


def test_one_address_gets_eight_letters_whoever_asks(app: TalentpoolFlask) -> None:
    user = stored_user(app.database, Role.CANDIDATE)
    new = {"password": "a completely new phrase", "repeated": "a completely new phrase"}
    for email in (user.email, "nobody@example.jp"):
        browser = Browser(app)
        answers = [browser.post("/reset", email=email) for _ in range(7)]
        answers.append(browser.post("/signup", email=email, prefecture_code=HYOGO, **new))
        assert [answer.status_code for answer in answers] == [302] * 8
        assert browser.post("/reset", email=email).status_code == 429
        refused = browser.post("/signup", email=email, prefecture_code=HYOGO, **new)
        assert refused.status_code == 429
        assert "Retry-After" in refused.headers
    finish_letters()
    with app.database.reading() as session:
        events = session.scalars(
            sa.select(MailOrder.event).where(MailOrder.recipient_id == user.id)
        ).all()
    assert len(events) == 8


def finish_letters() -> None:
    for thread in threading.enumerate():
        if thread.name == LETTERS:
            thread.join()


def test_a_reset_asks_the_database_the_same_before_it_answers(app: TalentpoolFlask) -> None:
    """What differs between known and unknown happens beside the answer."""
    user = stored_user(app.database, Role.CANDIDATE)
    browser = Browser(app)
    asked = {}
    for email in (user.email, "nobody@example.jp"):
        browser.post("/reset", email=email)  # the row of the bucket is there
        finish_letters()
        token = browser.token()
        with counted_queries(app.database) as statements, held_letters() as held:
            answer = browser.client.post("/reset", data={"csrf_token": token, "email": email})
            asked[email] = list(statements)
        assert answer.status_code == 302
        assert len(held) == 1
        held[0].run()
    assert asked[user.email] == asked["nobody@example.jp"] != []
    with app.database.reading() as session:
        living = sa.select(sa.func.count()).where(OneTimeLink.expires_at > clock.now())
        assert session.scalar(living) == 1


class held_letters:  # noqa: N801 - a context manager
    """Threads of letters wait inside instead of running beside the answer."""

    def __enter__(self) -> list[threading.Thread]:
        self.held: list[threading.Thread] = []
        self.start = threading.Thread.start
        held, start = self.held, self.start

        def hold(thread: threading.Thread) -> None:
            held.append(thread) if thread.name == LETTERS else start(thread)

        threading.Thread.start = hold  # type: ignore[method-assign]
        return self.held

    def __exit__(self, *_: object) -> None:
        threading.Thread.start = self.start  # type: ignore[method-assign]


def test_a_reset_still_reaches_its_owner(app: TalentpoolFlask) -> None:
    with app.database.writing() as session:
        make_prefecture_pool(session)
    user = stored_user(app.database, Role.CANDIDATE)
    before = clock.now()
    assert Browser(app).post("/reset", email=user.email.upper()).status_code == 302
    finish_letters()
    with app.database.reading() as session:
        link = session.scalars(sa.select(OneTimeLink)).one()
    assert (link.user_id, link.purpose) == (user.id, "reset")
    assert link.expires_at > before
