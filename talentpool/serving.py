"""Web server and worker as processes: gunicorn's threads in front, one worker beside them."""

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
from .app import create_app
from .config import Config
from .db import Database
from .placements import lapsing
from .web.unit import TalentpoolFlask
from .worker import Engine

log = logging.getLogger(__name__)
MINUTE = 60.0  # seconds between two looks at the deadlines
RESTART = 1.0  # seconds before a worker that has died is started again


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our application and few settings."""

    def __init__(self, make: Callable[[], TalentpoolFlask], host: str, port: int) -> None:
        self.make = make
        self.address = f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": [self.address],
            "worker_class": "gthread",
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
    """The worker process of an installation on one machine: started with the server, ended with it."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if os.getpid() != self._owner:  # gunicorn's fork leaves by the same door
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
                log.warning("the worker has ended and is started again")


def serve(config: Config, host: str, port: int) -> None:
    """Answer requests until a signal comes."""
    with schema.opened(config):
        pass  # an unsafe start ends here, before the first request
    server = Server(lambda: create_app(config), host, port)
    if config.queue_url:
        server.run()
        return
    with Companion(), suppress(SystemExit):
        server.run()


def work(config: Config) -> None:
    """Do jobs until a signal comes."""
    importlib.import_module("talentpool.rounds.running")  # registers its kind of job
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with schema.opened(config) as database:
        timer = threading.Thread(target=_keep_time, args=(database, stop), name="timer")
        timer.start()
        try:
            Engine(config, database).work(stop)
        finally:
            stop.set()
            timer.join()


def _keep_time(database: Database, stop: threading.Event) -> None:
    """Deadlines of placements, every minute until the worker stops."""
    while not stop.wait(MINUTE):
        try:
            lapsing.keep_time(database, clock.now())
        except Exception:
            log.exception("the timer failed and will try again")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve_command(host: str, port: int) -> None:
    """Serve the site."""
    serve(Config.from_environment(), host, port)


@click.command("worker")
def worker_command() -> None:
    """Do the jobs: matching rounds, and the deadlines of placements."""
    work(Config.from_environment())
