"""Sends letters by mail after the commit, or shows their links if no mail server is configured."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import cast

from flask import current_app

from ... import clock
from ...config import Config
from ...db import Session
from ...language import USUAL
from ...mail import deliver_link
from ...web.languages import locale, render
from ...web.unit import TalentpoolFlask, after_commit
from .. import links
from ..letters import PATHS, Letter

LETTERS = "letters"  # name of the threads


def has_mail_server() -> bool:
    return bool(_config().smtp_url)


def send(letter: Letter | None, *, language: str = USUAL) -> None:
    """Hand the letter to the mail server after the commit, beside the answer so that nobody waits for it.

    `language`: for who has chosen none.
    """
    if letter is not None and has_mail_server():
        beside_the_answer(_delivery(letter, language))


def send_later(write: Callable[[Session], Letter | None]) -> None:
    """Write a letter to the reader in a unit of its own beside the answer, which therefore takes as long without one."""
    language = locale()
    app = cast(TalentpoolFlask, current_app)._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001

    def unit() -> None:
        letter = app.database.repeat(write)
        if letter is not None and app.config["TALENTPOOL"].smtp_url:
            with app.app_context():
                deliver = _delivery(letter, language)
            deliver()

    beside_the_answer(unit)


def beside_the_answer(work: Callable[[], None]) -> None:
    after_commit(Thread(target=work, name=LETTERS).start)


def _delivery(letter: Letter, language: str) -> Callable[[], None]:
    """The call that sends the letter, with its text as it is now."""
    config = _config()
    url = f"{config.base_url.rstrip('/')}{letter.path}"
    text = render(f"mail/{letter.template}.txt", letter.language or language, url=url)
    subject, _, body = text.partition("\n")
    mail = (letter.message_id, letter.email, subject.strip(), body.strip() + "\n")
    database = cast(TalentpoolFlask, current_app).database
    return partial(deliver_link, config, database, *mail, now=clock.now())


def link_to_show(letter: Letter | None, purpose: links.Purpose) -> str | None:
    """The link to show, only outside production and without a mail server.

    If there is no link of this purpose, the page shows one that does not work, so that known and unknown
    addresses look the same.
    """
    config = _config()
    if config.environment == "production" or config.smtp_url:
        return None
    if letter is not None and letter.path.startswith(f"{PATHS[purpose]}/"):
        return letter.path
    return f"{PATHS[purpose]}/{links.new_secret()}"


def _config() -> Config:
    config: Config = current_app.config["TALENTPOOL"]
    return config
