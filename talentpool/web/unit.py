"""One unit of work per request: a view runs in one transaction, which is committed before the answer leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, request
from sqlalchemy import exc, orm

from ..db import ATTEMPTS, Database, Session, is_transient
from ..errors import Conflict
from ..permissions import Actor

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class TalentpoolFlask(Flask):
    """Flask whose views find their session in `current_session()`."""

    database: Database

    def dispatch_request(self) -> Any:
        if request.endpoint == "static" or request.routing_exception is not None:
            return super().dispatch_request()
        for attempt in range(ATTEMPTS):
            try:
                return self._run_unit()
            except orm.exc.StaleDataError as error:
                raise Conflict(LOST_RACE) from error
            except exc.IntegrityError as error:
                current_app.logger.info("integrity error in %s", request.endpoint)
                raise Conflict(LOST_RACE) from error
            except exc.DBAPIError as error:
                if attempt + 1 == ATTEMPTS or not is_transient(error):
                    raise
        raise AssertionError("unreachable")

    def _run_unit(self) -> Response:
        read_only = request.method in READING
        session = self.database.session(read_only=read_only)
        g.session, g.after_view, g.after_commit = session, [], []
        try:
            response = self.make_response(super().dispatch_request())
            if not read_only and response.status_code < 400:
                session.commit()
                for follow_up in g.after_commit:
                    follow_up()
        finally:
            session.close()
            g.pop("session", None)
        self._run_after_view()
        return response

    def _run_after_view(self) -> None:
        """Short units that belong to a reading request, such as the log of views."""
        for unit in g.pop("after_view", []):
            self.database.repeat(unit)


LOST_RACE = "ほかの人が先に変更したため、この操作は行われませんでした。最新の内容を確かめてから、もう一度お試しください。"


def current_session() -> Session:
    session: Session = g.session
    return session


def current_actor() -> Actor:
    """Who is signed in. Views that allow anonymous visitors ask `is_signed_in` first."""
    actor: Actor = g.actor
    return actor


def after_commit(follow_up: Callable[[], None]) -> None:
    """Do something outside the database once the view's unit is stored, such as a wake-up call."""
    g.after_commit.append(follow_up)


def after_view(unit: Callable[[Session], None]) -> None:
    """Run `unit` in a short transaction of its own after the view, before the answer leaves."""
    g.after_view.append(unit)
