"""Tries of strangers, counted in a unit of their own that is stored before the work begins."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request

from ... import clock
from ...db import Database
from ...web.unit import TalentpoolFlask
from .. import throttling
from ..throttling import Try


def database() -> Database:
    return cast(TalentpoolFlask, current_app).database


def count_password(account: str) -> tuple[Try, ...]:
    """Count a password that was typed for the address `account`; TooMany before it is looked at."""
    return _counted(throttling.password_tries(database().keyring, account, _source()))


def count_letter(address: str) -> None:
    """Count a mail that a stranger asks for; TooMany, for known and unknown addresses alike."""
    _counted(throttling.letter_tries(database().keyring, address, _source()))


def count_code(person: str) -> tuple[Try, ...]:
    """Count a code that a stranger typed for the number `person`; TooMany before it is looked at."""
    return _counted(throttling.code_tries(database().keyring, person, _source()))


def _counted(tries: tuple[Try, ...]) -> tuple[Try, ...]:
    if g.get("counted") != tries:  # a view that lost a race runs again, and is still one try
        database().repeat(lambda session: throttling.count(session, tries, now=clock.now()))
        g.counted = tries
    return tries


def _source() -> str:
    """The address of the browser, as far as the proxies in front may be believed (TALENTPOOL_PROXY_HOPS)."""
    return request.remote_addr or ""
