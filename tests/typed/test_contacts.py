from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from talentpool.typed import Unreadable
from talentpool.typed.contacts import (
    read_mail_address,
    read_postal_code,
    read_telephone,
    telephone_key,
)


@pytest.mark.parametrize(
    ("text", "shown", "key"),
    [
        ("０７８－３４１－７７１１", "078-341-7711", "0783417711"),
        ("(078)341-7711", "078-341-7711", "0783417711"),
        ("090ー1234ー5678", "090-1234-5678", "09012345678"),
        ("078 341 7711", "078-341-7711", "0783417711"),
        ("0783417711", "0783417711", "0783417711"),
        ("＋81-90-0000-0000", "+81-90-0000-0000", "09000000000"),
    ],
)
def test_telephone_numbers_keep_their_hyphens_in_ascii(text: str, shown: str, key: str) -> None:
    assert read_telephone(text) == shown
    assert telephone_key(text) == key


@pytest.mark.parametrize(
    "text", ["", "110", "341-7711", "078-341-771", "090-1234-56789", "078-341-77a1", "+0123456789"]
)
def test_what_is_no_telephone_number_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_telephone(text)


@pytest.mark.parametrize("text", ["〒100-0001", "１０００００１", "100ー0001", " 〒 100-0001 "])
def test_postal_codes_are_read_in_every_width(text: str) -> None:
    assert read_postal_code(text) == "100-0001"


@pytest.mark.parametrize("text", ["", "100-001", "100-00011", "1000-001", "abc-defg", "٣٣٣-٣٣٣٣"])
def test_what_is_no_postal_code_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_postal_code(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Taro@Example.JP", "taro@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        ("taro@例え.jp", "taro@xn--r8jz45g.jp"),
        (" taro.yamada+dx@city.sayo.lg.jp ", "taro.yamada+dx@city.sayo.lg.jp"),
        ("a.@docomo.ne.jp", "a.@docomo.ne.jp"),
        ("a..b@ezweb.ne.jp", "a..b@ezweb.ne.jp"),
        ("Ａ..＠au.com", "a..@au.com"),
        ("a.@t.ezweb.ne.jp", "a.@t.ezweb.ne.jp"),
    ],
)
def test_mail_addresses_are_folded(text: str, folded: str) -> None:
    assert read_mail_address(text) == folded


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@b", "@example.jp", "a@", "a@.jp", "a@b..jp", "a@b.jp\n", "a b@example.jp", "a@b@c.jp",
     '"quoted local"@example.jp', "x\r\nBcc: evil@example.com", "a@-b.jp", ".a@b.jp", "a.@example.jp", "a..b@example.jp", "a.@notdocomo.ne.jp", ".a@docomo.ne.jp", "太郎@example.jp",
     "a" * 65 + "@example.jp", "a@" + "b" * 64 + ".jp", "a@" + "b." * 140 + "jp", "a@b.jp\0"],
)  # fmt: skip
def test_what_is_no_mail_address_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_mail_address(text)


@given(st.text())
def test_no_text_makes_a_reader_fail_in_another_way(text: str) -> None:
    for read in (read_telephone, read_postal_code, read_mail_address):
        try:
            read(text)
        except Unreadable:
            continue


@pytest.mark.parametrize("text", ["783417711", "9012345678"])
def test_a_telephone_number_that_lost_its_zero_says_so(text: str) -> None:
    with pytest.raises(Unreadable, match="先頭の0がありません。"):
        read_telephone(text)
