"""From a committed letter to a mail, or to the screen where no mail server is configured."""

from __future__ import annotations

from threading import Thread
from typing import cast

from flask import current_app, render_template

from ... import clock
from ...config import Config
from ...mail import deliver_link
from ...web.unit import TalentpoolFlask, after_commit
from .. import links
from ..letters import PATHS, Letter


def has_mail_server() -> bool:
    return bool(_config().smtp_url)


def send(letter: Letter | None) -> None:
    """Hand the letter to the mail server after the commit, beside the answer so that nobody waits for it."""
    config = _config()
    if letter is None or not config.smtp_url:
        return
    database = cast(TalentpoolFlask, current_app).database
    text = render_template(
        f"mail/{letter.template}.txt", url=f"{config.base_url.rstrip('/')}{letter.path}"
    )
    subject, _, body = text.partition("\n")
    now = clock.now()
    mail = (letter.message_id, letter.email, subject.strip(), body.strip() + "\n")
    thread = Thread(
        target=deliver_link,
        args=(config, database, *mail),
        kwargs={"now": now},
        name=f"mail-{letter.message_id}",
    )
    after_commit(thread.start)


def link_to_show(letter: Letter | None, purpose: links.Purpose) -> str | None:
    """The link for the screen, only outside production and without a mail server.

    Where there is none to show the page gets one that leads nowhere: a known address looks the same.
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
