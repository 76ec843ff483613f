from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from talentpool.crypto import Keyring
from talentpool.errors import ConfigError

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_what_was_written_with_an_old_key_opens_until_the_key_goes() -> None:
    token = Keyring([OLD], "secret").encrypt("髙塚")
    both = Keyring([NEW, OLD], "secret")
    assert both.decrypt(token) == "髙塚"
    assert Keyring([NEW], "secret").decrypt(both.rotate(token)) == "髙塚"
    with pytest.raises(ConfigError, match="does not open") as refused:
        Keyring([NEW], "secret").decrypt(token)
    assert "髙塚" not in str(refused.value)


@pytest.mark.parametrize("key", ["", "short", "k" * 43, "鍵" * 44])
def test_a_key_that_is_none_does_not_start_and_is_not_shown(key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Keyring([NEW, key], "secret")
    assert str(refused.value) == "TALENTPOOL_FIELD_KEYS holds a key that is no Fernet key"


def test_one_text_has_one_look_up_under_one_secret() -> None:
    first = Keyring([OLD], "secret").lookup("a@example.jp")
    assert first == Keyring([NEW], "secret").lookup("a@example.jp")
    assert first != Keyring([OLD], "other").lookup("a@example.jp")
    assert len(first) == 64
