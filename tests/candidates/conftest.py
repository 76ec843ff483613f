"""The people around one profile."""

from __future__ import annotations

import pytest

from talentpool.candidates import (
    service,
)
from talentpool.candidates.models import Candidate
from talentpool.db import Session
from talentpool.permissions import Actor, Role

from .. import factories as make

NOW = make.NOW


@pytest.fixture
def person(session: Session) -> Actor:
    return make.make_user(session, Role.CANDIDATE).actor


@pytest.fixture
def officer(session: Session) -> Actor:
    return make.make_user(session, Role.COORDINATOR).actor


@pytest.fixture
def candidate(session: Session, person: Actor) -> Candidate:
    return service.ensure_own(session, person, now=NOW)
