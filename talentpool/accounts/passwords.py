"""Passwords: argon2id (RFC 9106), a list of common ones, and equal work for known and unknown accounts."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from ..db import Session, is_storable
from ..errors import Refused
from ..language import say

SHORTEST, LONGEST = 10, 200  # characters
COMMON = Path(__file__).parent / "data" / "common-passwords.txt"


class Passwords:
    """Hashes and verifies passwords, by default at the cost of the low-memory profile of RFC 9106."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._dummy = self._hasher.hash("no account has this password")

    def hash(self, password: str) -> str:
        return self._hasher.hash(_normal(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Always verify once: without a hash, against a dummy hash, returning False."""
        try:
            self._hasher.verify(password_hash or self._dummy, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None


def of(session: Session) -> Passwords:
    """The hasher of the installation that `session` belongs to."""
    given: Passwords | None = session.info.get("passwords")
    return given or _for_environment(session.info.get("environment", "production"))


def check_acceptable(password: str, *, email: str, field: str = "password") -> None:
    """Refuse, at `field`, a password that is too short, too long, common, or the address itself."""
    plain = _normal(password).casefold()
    message = None
    if len(password) < SHORTEST:
        message = say("パスワードは%(shortest)s文字以上にしてください。", shortest=SHORTEST)
    elif len(password) > LONGEST:
        message = say("パスワードは%(longest)s文字以内にしてください。", longest=LONGEST)
    elif not is_storable(password):
        message = say("使えない文字が含まれています。")
    elif plain in _common() or len(set(plain)) == 1:
        message = say("よく使われるパスワードは使えません。ほかのものにしてください。")
    elif plain in {email, email.partition("@")[0]}:
        message = say("メールアドレスと同じパスワードは使えません。")
    if message:
        raise Refused.at(field, message)


def _normal(password: str) -> str:
    """The same characters for the same keys, however an input method composes them."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())


@cache
def _for_environment(environment: str) -> Passwords:
    if environment == "test":
        return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return Passwords()
