"""Pages in the language that the reader has chosen, and what services said in it."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
import sqlalchemy as sa
from flask import render_template_string
from flask_babel import force_locale, gettext, lazy_gettext

from talentpool import dates
from talentpool.accounts.models import User, WebSession
from talentpool.app import create_app
from talentpool.audit import AuditEvent
from talentpool.config import Config
from talentpool.db import Database
from talentpool.language import OR, from_text, listed, named, say, sentences, to_text
from talentpool.permissions import Role
from talentpool.web.languages import in_readers_language
from talentpool.web.unit import TalentpoolFlask

from ..browsers import Browser, signed_in

EN, JA = '<html lang="en">', '<html lang="ja">'


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [
        (None, JA), ("", JA), ("ja,en;q=0.5", JA), ("en-US,en;q=0.9,ja;q=0.8", EN), ("fr", JA),
        ("fr,en;q=0.1", EN), ("*", JA), ("\N{SNOWMAN}", JA),
    ],
)  # fmt: skip
def test_a_visitor_begins_in_the_browser_s_language(
    app: TalentpoolFlask, accepted: str | None, shown: str
) -> None:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    assert shown in app.test_client().get("/help", headers=headers).text


def test_what_is_asked_for_lasts_until_the_browser_is_closed(
    app: TalentpoolFlask, database: Database
) -> None:
    client = app.test_client()
    answer = client.get("/help?lang=en&x=1&x=2")
    assert EN in answer.text
    assert 'href="/help?x=1&amp;x=2&amp;lang=ja"' in answer.text
    cookie = client.get_cookie("language")
    assert cookie is not None
    assert (cookie.value, cookie.expires, cookie.http_only) == ("en", None, True)
    assert EN in client.get("/privacy", headers={"Accept-Language": "ja"}).text
    assert EN in client.get("/privacy?lang=xx").text
    assert JA in client.get("/privacy?lang=ja").text
    assert JA in client.get("/privacy").text
    with database.reading() as session:
        assert session.scalars(sa.select(WebSession.token_hash)).all() == []


def test_an_account_keeps_its_language_on_every_browser(
    app: TalentpoolFlask, database: Database
) -> None:
    browser = signed_in(app, Role.AUDITOR)
    assert JA in browser.get("/account").text
    answer = browser.post("/account/language", language="en")
    assert (answer.status_code, answer.location) == (302, "/account")
    assert EN in browser.get("/account").text
    with database.reading() as session:
        user = session.scalars(sa.select(User).where(User.role == Role.AUDITOR)).one()
        deed = sa.select(AuditEvent.detail).where(AuditEvent.action == "account.language")
        assert session.scalars(deed).all() == [{"to": "en"}]
    other = Browser(app)
    other.sign_in(user)
    assert EN in other.get("/home").text
    assert JA in other.get("/home?lang=ja").text
    assert JA in other.get("/home").text
    assert EN in browser.get("/home").text
    assert browser.post("/account/language", language="").status_code == 302
    assert JA in browser.get("/home").text
    refused = browser.post("/account/language", language="fr")
    assert (refused.status_code, "エラー 1件" in refused.text) == (422, True)
    assert JA in browser.get("/home").text


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_choice_goes_where_the_session_goes(
    config: Config, database: Database, scheme: str
) -> None:
    """Over https alone where the site is, also behind a proxy that speaks http to it."""
    app = create_app(replace(config, base_url=f"{scheme}://localhost"), database)
    cookie = app.test_client().get("/help?lang=en").headers["Set-Cookie"]
    assert ("Secure" in cookie) == (scheme == "https")


def _links(html: str) -> list[str]:
    found = re.findall(r'<a href="([^"]*)" lang="..', html)  # in the head and in the tab bar
    return [unescape(link) for link in dict.fromkeys(found)]


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/%5Cevil.example/x", "/%5Cevil.example/x?lang=en"),
        ("/.//evil.example/x", "/.//evil.example/x?lang=en"),
        ("/a%3Fb%23c%20d", "/a%3Fb%23c%20d?lang=en"),
    ],
)
def test_the_link_to_the_other_language_stays_on_the_page(
    app: TalentpoolFlask, path: str, link: str
) -> None:
    assert _links(app.test_client().get(path).text) == [link]


def test_no_path_makes_the_link_leave_the_site(app: TalentpoolFlask) -> None:
    page = app.test_client().get("/", environ_overrides={"PATH_INFO": "//evil.example/x"}).text
    assert _links(page) == ["/evil.example/x?lang=en"]


def test_what_was_typed_is_there_in_the_other_language_too(app: TalentpoolFlask) -> None:
    """A refused form stands at an address of its own; its link goes there and not to one that takes only forms."""
    browser = signed_in(app, Role.MUNICIPALITY, municipality_code="281000")
    typed = {"title": "窓口の待ち時間", "seats": "?"}
    for path in ("/needs/new", "/needs/new?lang=ja"):
        page = browser.post(path, **typed)
        assert page.status_code == 422
        for _ in range(2):  # there and back
            (link,) = _links(page.text)
            page = browser.get(link)
            assert page.status_code == 422, link
            assert 'value="窓口の待ち時間"' in page.text
    foreign = browser.post("/needs/999999/withdraw", comment="x")
    assert (foreign.status_code, _links(foreign.text)) == (404, ["/?lang=en"])


def test_what_was_said_is_stored_whole() -> None:
    for text in (
        "plain", "", "{", say("氏名"), say("%(n)s件", n=3), named(("確定", "Confirmed")),
        sentences([say("氏名"), listed(["a", named(("か", "or"))]), "plain %"]),
        say("%(a)sと%(b)s", a=say("氏名"), b=listed(["x", say("氏名")], between=OR)),
    ):  # fmt: skip
        again = from_text(to_text(text))
        assert (again, type(again)) == (text, type(text))
        assert to_text(again) == to_text(text)


def test_what_a_service_said_is_said_again_in_the_reader_s_language(app: TalentpoolFlask) -> None:
    inner = say("%(first)s〜%(last)s", first=dates.show_month(24_315), last="<&>")
    said = listed([inner, say("氏名"), "plain %"])
    assert said == "2026年4月〜<&>、氏名、plain %"
    with app.test_request_context("/"):
        assert in_readers_language(said) == said
        with force_locale("en"):
            assert in_readers_language(said) == "April 2026 to <&>, Name, plain %"
            assert gettext("%(name)sの状態", name=say("氏名")) == "Status of Name"
            shown = render_template_string("{{ said }}", said=said)
            assert shown == "April 2026 to &lt;&amp;&gt;, Name, plain %"
            shown = render_template_string("{{ _('%(name)sの状態', name=said) }}", said=said)
            assert shown == "Status of April 2026 to &lt;&amp;&gt;, Name, plain %"


@pytest.mark.parametrize(
    ("n", "said", "ready"),
    [
        (1, "1 place", "1 place stays unfilled."),
        ("1", "1 place", "1 place stays unfilled."),
        (2, "2 places", "2 places stay unfilled."),
        (0, "0 places", "0 places stay unfilled."),
        ("1,001", "1,001 places", "1,001 places stay unfilled."),
    ],
)
def test_english_counts_one_as_one(
    app: TalentpoolFlask, n: int | str, said: str, ready: str
) -> None:
    with app.test_request_context("/"), force_locale("en"):
        assert gettext("%(n)s枠", n=n) == in_readers_language(say("%(n)s枠", n=n)) == said
        assert str(lazy_gettext("%(n)s枠", n=n)) == said
        template = "{{ _('%(n)s枠', n=n) }}|{% trans n=n %}{{ n }}枠が空きます。{% endtrans %}"
        assert render_template_string(template, n=n) == f"{said}|{ready}"


def test_sentences_stand_apart_where_the_language_has_blanks(app: TalentpoolFlask) -> None:
    template = "{{ [first, _('%(n)s枠', n='<'), second]|in_sentences }}"
    values = {"first": say("氏名"), "second": "a < b"}
    with app.test_request_context("/"):
        assert render_template_string(template, **values) == "氏名&lt;枠a &lt; b"
        with force_locale("en"):
            assert render_template_string(template, **values) == "Name &lt; places a &lt; b"


def test_the_choice_of_one_reader_ends_when_they_sign_out(app: TalentpoolFlask) -> None:
    browser = signed_in(app, Role.AUDITOR)
    assert EN in browser.get("/home?lang=en").text
    browser.post("/signout")
    assert browser.client.get_cookie("language") is None
    assert JA in browser.get("/signin").text
