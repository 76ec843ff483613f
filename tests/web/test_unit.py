"""A view whose unit lost a race is run again after the winner, and leaves one trace."""

from __future__ import annotations

import pytest
from flask import flash, session
from sqlalchemy.orm.exc import StaleDataError

from talentpool.app import create_app
from talentpool.config import Config
from talentpool.db import Database
from talentpool.troubles import ATTEMPTS
from talentpool.web import public


@pytest.mark.parametrize(("losses", "status"), [(0, 200), (1, 200), (ATTEMPTS, 409)])
def test_a_view_that_is_run_again_says_its_message_once(
    config: Config, database: Database, losses: int, status: int
) -> None:
    app = create_app(config, database)  # not the one that other tests use: it gets a view more
    runs: list[int] = []

    @app.post("/raced")
    @public
    def race() -> dict[str, list[object]]:
        runs.append(len(runs))
        flash("済み")
        if len(runs) <= losses:
            raise StaleDataError
        return {"said": session["_flashes"]}

    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/raced")
    assert answer.status_code == status
    assert len(runs) == min(losses + 1, ATTEMPTS)
    if status == 200:
        assert answer.json == {"said": [["message", "済み"]]}
