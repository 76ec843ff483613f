"""Which language a page is in: asked for (?lang=), chosen for this browser session, the account's, the browser's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, request
from flask_babel import Babel, Domain, force_locale, get_locale, gettext, lazy_gettext
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from ..config import Config
from ..language import COMMA, LANGUAGES, OR, USUAL, Said, in_language

COOKIE = "language"
ASKED = "lang"  # in the query
ENGLISH = Path(__file__).parents[1] / "translations" / "en.po"
COUNTED = re.compile(r"\{(\w+)\|([^|{}]*)\|([^|{}]*)\}")  # {n|place|places} in the English
BETWEEN = {COMMA: lazy_gettext("、"), OR: lazy_gettext("か")}


def locale() -> str:
    """The language of the page: "ja" or "en"."""
    return str(get_locale() or USUAL)


def select() -> str:
    """Japanese where in doubt."""
    wished = (
        request.args.get(ASKED),
        request.cookies.get(COOKIE),
        current_user.language if current_user.is_authenticated else None,
        request.accept_languages.best_match(LANGUAGES),
    )
    return next((wish for wish in wished if wish is not None and wish in LANGUAGES), USUAL)


def links(path: str, query: str) -> list[tuple[str, str, str]]:
    """(name in itself, code, that page of this site in that language) of every language but that of the page."""
    address = f"{request.script_root}/{quote(path.lstrip('/'))}"
    pairs = _of_the_page(query)
    return [
        (name, code, f"{address}?{urlencode([*pairs, (ASKED, code)])}")
        for code, name in LANGUAGES.items()
        if code != locale()
    ]


def without_language(page: str) -> str:
    """The same page, whatever language it was asked for in."""
    path, _, query = page.partition("?")
    if ASKED not in dict(parse_qsl(query, keep_blank_values=True)):
        return page.rstrip("?")
    pairs = _of_the_page(query)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _of_the_page(query: str) -> list[tuple[str, str]]:
    return [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != ASKED]


def remember(response: Response) -> Response:
    """Keep what was asked for until the browser is closed."""
    asked = request.args.get(ASKED)
    if asked is not None and asked in LANGUAGES and request.cookies.get(COOKIE) != asked:
        response.set_cookie(
            COOKIE, asked, secure=_is_secure(), httponly=True, samesite="Lax",
            path=f"{request.script_root}/",
        )  # fmt: skip
    return response


def _is_secure() -> bool:
    config: Config = current_app.config["TALENTPOOL"]
    return config.is_secure


def forget(response: BaseResponse) -> BaseResponse:
    """Let the account's language show from now on."""
    response.delete_cookie(COOKIE, path=f"{request.script_root}/")
    return response


def in_readers_language(text: str) -> str:
    """What a service said, in the language of the page; other text as it is."""
    if not isinstance(text, Said):
        return text
    if "words" in text.values:
        return in_language(text.values["words"], locale())
    if "items" in text.values:
        between = BETWEEN.get(text.pattern) or ("" if locale() == USUAL else " ")
        return str(between).join(map(in_readers_language, text.values["items"]))
    return str(gettext(text.pattern, **text.values))


def in_sentences(texts: Iterable[Any]) -> Markup:
    """Sentences behind each other, with a blank between them where the language of the page has one."""
    between = Markup() if locale() == USUAL else Markup(" ")
    return between.join(map(in_readers_language, texts))


def counted(text: str, values: Mapping[str, object]) -> str:
    """`text` with the word that goes with each of its counts: {n|place|places} is "place" where n is 1."""
    return COUNTED.sub(lambda word: word[2] if str(values[word[1]]) == "1" else word[3], text)


def render(template: str, language: str, **values: Any) -> str:
    """A text in `language`, without what pages show: there may be no request."""
    with force_locale(language):
        return current_app.jinja_env.get_template(template).render(values)


class Catalogue(Domain):  # type: ignore[misc]
    """The English of the package, read from its text: there is nothing to compile before a start."""

    def get_translations(self) -> NullTranslations:
        return _english() if locale() == "en" else NullTranslations()

    def gettext(self, string: str, **variables: Any) -> str:
        """With what services said, in the same language."""
        text = str(super().gettext(string))
        told = {name: in_readers_language(value) for name, value in variables.items()}
        return counted(text, told) % told if told else text


@cache
def _english() -> Translations:
    compiled = BytesIO()
    with ENGLISH.open("rb") as file:
        write_mo(compiled, read_po(file, locale="en"))
    compiled.seek(0)
    return Translations(compiled)


def init_app(app: Flask) -> None:
    app.jinja_env.finalize = in_readers_language
    app.jinja_env.filters["in_sentences"] = in_sentences
    babel = Babel(app, locale_selector=select)

    @pass_context
    def with_what_was_said(context: Context, sentence: str, **values: Any) -> str:
        told = {name: in_readers_language(value) for name, value in values.items()}
        text = counted(gettext(sentence), told)
        return (Markup(text) if context.eval_ctx.autoescape else text) % told  # noqa: S704 - the catalogue is ours

    app.jinja_env.globals["gettext"] = with_what_was_said
    babel.domain_instance = Catalogue()
    app.after_request(remember)
