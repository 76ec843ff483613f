"""The web server and the worker as processes: gunicorn in front, and one worker beside it."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import click
from gunicorn.app.base import BaseApplication

from . import clock, schema
from .accounts import posting
from .accounts.views.notices import read_text
from .app import create_app
from .config import Config
from .connections import BufferingWorker
from .db import Database
from .language import USUAL
from .operations import timers
from .web.languages import render
from .web.unit import TalentpoolFlask
from .worker import Engine

# Modules that register their kinds of jobs; only the worker loads all of them.
WORKING = "rounds.running", "placements.printing", "placements.statement_printing"

log = logging.getLogger(__name__)
MINUTE = 60.0  # seconds between two checks of the deadlines
RESTART = 1.0  # seconds before a dead worker is restarted


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured in code for our application."""

    def __init__(self, make: Callable[[], TalentpoolFlask], host: str, port: int) -> None:
        self.make = make
        self.address = f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": [self.address],
            "worker_class": BufferingWorker,
            "workers": 1,
            "threads": 8,
            "timeout": 60,
            "graceful_timeout": 10,
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> TalentpoolFlask:
        return self.make()


class Companion:
    """The worker process of a single-machine installation, which starts and stops with the server."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if os.getpid() != self._owner:  # the forks of gunicorn exit through here too
            return
        self._over.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        self._thread.join(timeout=15)

    def _keep(self) -> None:
        while not self._over.is_set():
            self._process = subprocess.Popen([sys.executable, "-m", "talentpool.cli", "worker"])
            self._process.wait()
            if not self._over.wait(RESTART):
                log.warning("the worker has exited and is restarted")


def serve(config: Config, host: str, port: int) -> None:
    """Serve requests until a signal arrives."""
    with schema.opened(config):
        pass  # an unsafe configuration fails here, before the first request
    server = Server(lambda: create_app(config), host, port)
    if config.queue_url:
        server.run()
        return
    with Companion(), suppress(SystemExit):
        server.run()


def work(config: Config) -> None:
    """Run jobs until a signal arrives."""
    for module in WORKING:
        importlib.import_module(f"talentpool.{module}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with schema.opened(config) as database:
        threads = [threading.Thread(target=_keep_time, args=(database, stop), name="timer")]
        if config.smtp_url:
            write = _writer(config, database)
            posting_of = (database, config, write, stop)
            threads.append(
                threading.Thread(target=posting.keep_posting, args=posting_of, name="postman")
            )
        for thread in threads:
            thread.start()
        try:
            Engine(config, database).work(stop)
        finally:
            stop.set()
            for thread in threads:
                thread.join()


def _writer(config: Config, database: Database) -> posting.Write:
    """Writes the texts of mails, which are templates of the site."""
    app = create_app(config, database)

    def address(link: str) -> str:
        return f"{config.base_url.rstrip('/')}{link}"

    def write(letter: posting.Letter) -> str:
        language = letter.language or USUAL
        with app.app_context():
            lines = [
                (read_text(template, language)[0], address(link))
                for template, link in letter.carried
            ]
            url = address(letter.link)
            return render(f"mail/{letter.template}.txt", language, url=url, lines=lines)

    return write


def _keep_time(database: Database, stop: threading.Event) -> None:
    """Every minute until the worker stops."""
    while not stop.wait(MINUTE):
        try:
            timers.keep_time(database, clock.now())
        except Exception:
            log.exception("the timer failed and will be retried")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve_command(host: str, port: int) -> None:
    """Serve the site."""
    serve(Config.from_environment(), host, port)


@click.command("worker")
def worker_command() -> None:
    """Run matching rounds, send mails and enforce the deadlines of placements."""
    work(Config.from_environment())
