"""One unit of work per request: a view runs in one transaction, committed before the response is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, session
from sqlalchemy import exc, orm

from .. import clock
from ..db import Database, Session
from ..errors import LostRace, Unrecorded
from ..permissions import Actor
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from ..troubles import Attempts
from . import once

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class TalentpoolFlask(Flask):
    """Flask with a database session for each view, available as `current_session()`."""

    database: Database
    operations: once.Store

    def dispatch_request(self) -> Any:
        if request.endpoint == "static" or request.routing_exception is not None:
            return super().dispatch_request()
        attempts, before = Attempts(), dict(session)
        while True:
            try:
                return self._run_unit()
            except (orm.exc.StaleDataError, exc.IntegrityError) as error:
                # Somebody was first: run once more after them, as SQLite, which lets one in at a time, would have.
                current_app.logger.info("lost race in %s", request.endpoint)
                if not attempts.are_left():
                    raise LostRace from error
            except exc.DBAPIError as error:
                if not attempts.allow_another(error):
                    raise
            _restore(before)

    def _run_unit(self) -> Response:
        read_only = request.method in READING
        unit = self.database.session(read_only=read_only)
        g.session, g.after_view, g.after_commit = unit, [], []
        try:
            response = self._answer_once(unit)
            if not read_only and response.status_code < 400:
                unit.commit()
                for follow_up in g.after_commit:
                    follow_up()
        finally:
            unit.close()
            g.pop("session", None)
            g.pop("catalogue", None)
        self._run_after_view()
        return response

    def _answer_once(self, unit: Session) -> Response:
        """The view's answer; the same form again gets the place the first one led to."""
        key = once.key_of_request()
        if key is None:
            return self.make_response(super().dispatch_request())
        location = self.operations.find_location(unit, key)
        if location is not None:
            return self.make_response(redirect(location))
        operation = self.operations.begin_operation(unit, key, now=clock.now())
        response = self.make_response(super().dispatch_request())
        if once.is_settled(response):
            operation.location = response.location
        elif response.status_code < 400:  # a page that leads nowhere can be asked for again
            unit.delete(operation)
        return response

    def _run_after_view(self) -> None:
        """Run the short writes of a reading request, such as the log of views; without them there is no page."""
        for unit in g.pop("after_view", []):
            try:
                self.database.repeat(unit)
            except exc.SQLAlchemyError as error:
                raise Unrecorded from error


def _restore(before: dict[str, Any]) -> None:
    """A view that is run again finds the browser's session as it was: no message twice."""
    if dict(session) != before:
        session.clear()
        session.update(before)


def current_session() -> Session:
    unit: Session = g.session
    return unit


def current_actor() -> Actor:
    """Who is signed in; None in a public view that a visitor opens."""
    actor: Actor = g.actor
    return actor


def current_catalogue() -> Catalogue:
    """The reference data, looked up once per unit of work."""
    if "catalogue" not in g:
        g.catalogue = load_catalogue(g.session)
    catalogue: Catalogue = g.catalogue
    return catalogue


def after_commit(follow_up: Callable[[], None]) -> None:
    """Call `follow_up` after the commit, for effects outside the database such as waking the worker."""
    g.after_commit.append(follow_up)


def after_view(unit: Callable[[Session], None]) -> None:
    """Run `unit` in a short transaction of its own, after the view and before the response is sent."""
    g.after_view.append(unit)
