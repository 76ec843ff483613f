"""Keys for what is kept secret at rest: encryption of private fields, keyed look-up, keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .errors import ConfigError


class Keyring:
    """Encrypts with the newest key and decrypts with any; the look-up key is derived from the secret."""

    def __init__(self, field_keys: Sequence[str], secret_key: str) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in field_keys])
        except ValueError as error:
            raise ConfigError("TALENTPOOL_FIELD_KEYS holds a key that is no Fernet key") from error
        self._lookup_key = hashlib.sha256(b"look-up\0" + secret_key.encode()).digest()

    def encrypt(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise ConfigError("a private field does not open with TALENTPOOL_FIELD_KEYS") from error

    def rotate(self, token: bytes) -> bytes:
        return self._fernet.rotate(token)

    def lookup(self, text: str) -> str:
        """Keyed hash of an already folded text, for equality search on an encrypted field (hex)."""
        return keyed_hash(self._lookup_key, text.encode())


def keyed_hash(key: bytes, content: bytes) -> str:
    """HMAC-SHA-256, hexadecimal (64 characters)."""
    return hmac.new(key, content, hashlib.sha256).hexdigest()
