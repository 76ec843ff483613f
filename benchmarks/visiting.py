"""The application on a filled database, somebody signed in to it, and two clocks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

from flask.testing import FlaskClient

from talentpool.app import create_app
from talentpool.db import Database
from talentpool.demo.accounts import PASSWORD
from talentpool.web.unit import TalentpoolFlask

from .big_pool import CONFIG

Taken = tuple[float, float]  # milliseconds by the clock, and of the processor


def open_database(url: str) -> Database:
    return Database(replace(CONFIG, database_url=url))


def open_site(database: Database) -> TalentpoolFlask:
    return create_app(database.config, database)


def signed_in(app: TalentpoolFlask, email: str) -> FlaskClient:
    client = app.test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/signin").text)
    assert found is not None
    typed = {"csrf_token": found[1], "email": email, "password": PASSWORD}
    assert client.post("/signin", data=typed).status_code == 302, email
    return client


def timed(act: Callable[[], object]) -> Taken:
    wall, processor = time.perf_counter(), time.process_time()
    act()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000
