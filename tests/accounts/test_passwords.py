from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from talentpool.accounts import joining, passwords, service, signing_in
from talentpool.accounts.models import User
from talentpool.accounts.passwords import Passwords, check_acceptable
from talentpool.db import Session
from talentpool.errors import Refused
from talentpool.permissions import SYSTEM, Role
from tests.factories import HYOGO, NOW, PASSWORD, make_prefecture_pool, make_user


class CountingHasher(PasswordHasher):
    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.hashed = self.verified = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.hashed += 1
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.verified += 1
        return super().verify(hash, password)


@pytest.fixture
def counting(session: Session) -> CountingHasher:
    hasher = CountingHasher()
    session.info["passwords"] = Passwords(hasher)
    hasher.hashed = 0
    return hasher


def test_production_uses_the_low_memory_profile_of_rfc_9106() -> None:
    used = extract_parameters(Passwords().hash(PASSWORD))
    assert (used.type, used.time_cost, used.memory_cost, used.parallelism) == (Type.ID, 3, 65536, 4)


def test_only_the_right_password_is_accepted(session: Session) -> None:
    made = passwords.of(session).hash(PASSWORD)
    assert passwords.of(session).verify(made, PASSWORD)
    assert not passwords.of(session).verify(made, PASSWORD + "!")
    assert not passwords.of(session).verify(None, PASSWORD)
    assert not passwords.of(session).verify("no hash at all", PASSWORD)


def test_half_and_full_width_letters_are_equal(session: Session) -> None:
    made = passwords.of(session).hash("ｐａｓｓ phrase ガ")
    assert passwords.of(session).verify(made, "pass phrase ｶﾞ")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "nine char",
        "1234567890",
        "QWERTYUIOP",
        "aaaaaaaaaaaa",
        "y1" * 101,
        "nul\0nul\0nul\0",
        "hanako@example.jp",
    ],
)
def test_a_weak_password_is_refused_at_its_field(password: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_acceptable(password, email="hanako@example.jp")
    assert set(refusal.value.fields) == {"password"}
    assert password not in refusal.value.message


@pytest.mark.parametrize(
    "password", ["ten chars!", "はなさかじいさんのいぬ", "all lower case words", "x1" * 100]
)
def test_a_long_password_needs_no_digits_or_symbols(password: str) -> None:
    check_acceptable(password, email="hanako@example.jp")


def test_known_and_unknown_addresses_cost_one_verification_each(
    session: Session, counting: CountingHasher
) -> None:
    user = make_user(session, Role.COORDINATOR)
    invited = make_user(session, Role.APPROVER)
    invited.password_hash = None
    disabled = make_user(session, Role.ADMIN)
    service.disable_user(session, disabled, actor=SYSTEM, now=NOW)
    session.flush()
    for email in (user.email, invited.email, disabled.email, "nobody@example.jp", "no address"):
        counting.verified = counting.hashed = 0
        with pytest.raises(Refused) as refusal:
            signing_in.prove_identity(session, email, "a wrong password")
        assert (counting.verified, counting.hashed) == (1, 0)
        assert refusal.value.message == signing_in.REFUSED
        assert refusal.value.fields == {}


def test_known_and_unknown_addresses_cost_one_hash_each_at_sign_up(
    session: Session, counting: CountingHasher
) -> None:
    make_prefecture_pool(session)
    user = make_user(session, Role.CANDIDATE)
    for email in (user.email, "new@example.jp", "new@example.jp"):
        counting.verified = counting.hashed = 0
        joining.sign_up(session, email=email, password=PASSWORD, prefecture_code=HYOGO, now=NOW)
        assert (counting.verified, counting.hashed) == (0, 1)


def test_a_hash_is_not_in_the_repr(session: Session) -> None:
    user: User = make_user(session, Role.COORDINATOR)
    proof = signing_in.prove_identity(session, user.email, PASSWORD)
    assert (user.password_hash or "") not in repr(proof) + repr(user)
