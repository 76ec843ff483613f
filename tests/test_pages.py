"""The reader of pages finds what it is there to find."""

from __future__ import annotations

import pytest

from .pages import faults

PAGE = (
    '<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>題</title></head>'
    '<body><h1>題</h1>{}<script src="/app.js"></script></body></html>'
)
FORM = '<form action="/x" method="post"><input type="hidden" name="csrf_token">{}</form>'


@pytest.mark.parametrize(
    "part",
    [
        FORM.format('<label for="a">名前</label><input id="a" name="a">'),
        FORM.format('<label>名前 <select name="a"><option>甲</option></select></label>'),
        '<form action="/x" method="get"><input aria-label="検索" name="q"></form>',
        '<svg role="img" aria-labelledby="t"><title id="t">図</title><path d="M0 0"/></svg>',
        '<a href="/x"><img src="/y" alt="地図"></a>',
    ],
)
def test_a_sound_page_has_no_faults(part: str) -> None:
    assert faults(PAGE.format(part)) == []


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("<h1>二</h1>", "2 <h1> with text"),
        ('<p id="a"></p><p id="a"></p>', "id a stands 2 times"),
        (FORM.format('<input id="a" name="a">'), "<input name=a> has no label"),
        (FORM.format('<label for="b">名前</label>'), "nothing has the id b"),
        ('<p aria-describedby="gone">', "nothing has the id gone"),
        ('<form method="post" action="/x"></form>', "has no csrf_token"),
        ('<form action="/x"></form>', "has no method"),
        ('<form action="" method="get"></form>', "has an empty action"),
        ('<a href="/x"> </a>', "<a> has no name"),
        ('<img src="/y">', "has no alt"),
        ('<p style="color: red">赤</p>', "inline"),
        ("<script>alert(1)</script>", "a script stands in the page"),
        ("<div><p>一</div>", "</div> closes nothing"),
        ("<p>一", "<p> is never closed"),
    ],
)
def test_a_fault_is_named(part: str, fault: str) -> None:
    assert any(fault in found for found in faults(PAGE.format(part)))


def test_a_page_without_language_and_title_is_named() -> None:
    found = faults("<!doctype html><html><body><h1>題</h1></body></html>")
    assert found == ["<html> has no lang", "0 <title> with text instead of one"]
