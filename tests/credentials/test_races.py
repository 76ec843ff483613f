"""Two workers end the same credential in the same minute."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import sqlalchemy as sa

from talentpool.audit import AuditEvent, seal
from talentpool.credentials import lapsing
from talentpool.credentials.models import Credential
from talentpool.db import Database
from talentpool.states import CredentialState
from tests import factories as make
from tests.candidates.test_races import PATIENCE, _wait_until_it_waits


def test_what_one_worker_ends_the_other_leaves(database: Database) -> None:
    with database.writing() as session:
        person = make.make_candidate(session)
        make.make_credential(
            session, person, done_on=date(2019, 4, 1), valid_until=date(2020, 3, 31)
        )
    with ThreadPoolExecutor(1) as thread, database.writing() as session:
        assert lapsing.lapse(session, make.NOW) == 1
        other = thread.submit(lapsing.keep, database, make.NOW)
        _wait_until_it_waits(database, other)
        session.commit()
        other.result(PATIENCE)
    with database.writing() as session:
        seal(session)
        lapsed = sa.select(AuditEvent).where(AuditEvent.action == "credential.lapse")
        assert len(session.scalars(lapsed).all()) == 1
        assert session.scalars(sa.select(Credential.state)).all() == [CredentialState.EXPIRED]
