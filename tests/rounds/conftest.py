"""A filled pool, and the browser of who matches it."""

from __future__ import annotations

import pytest

from talentpool.db import Database
from talentpool.permissions import Role
from talentpool.web.unit import TalentpoolFlask
from tests.browsers import Browser, signed_in
from tests.factories import make_candidate, make_need


@pytest.fixture
def filled(database: Database) -> Database:
    """Three people and three needs, one of which nobody can do."""
    with database.writing() as session:
        for number in range(3):
            make_candidate(session, half_days=8 + number, skills={"bpr": 2 + number % 2})
        make_need(session, title="窓口改革", musts={"bpr": 2})
        make_need(session, title="業務見直し", musts={"bpr": 3}, half_days=6)
        make_need(session, title="誰にもできない募集", musts={"security": 4})
    return database


@pytest.fixture
def coordinator(app: TalentpoolFlask, filled: Database) -> Browser:
    return signed_in(app, Role.COORDINATOR)
