"""The part of the server that takes connections, in this process and by a clock of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from talentpool import connections

PATIENCE = 30  # seconds, for a machine that is busy


@dataclass
class Door:
    """A server with one thread, and the clock by which it is patient."""

    port: int
    now: float = 1000.0
    connections: dict[int, connections.Connection] = field(default_factory=dict)

    def pass_time(self) -> None:
        self.now += connections.GRACE + 1

    def wait_until(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < until
            time.sleep(0.02)


@contextmanager
def opened(application: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    threads = ThreadedTaskDispatcher()
    threads.set_thread_count(1)
    everything: dict[int, Any] = {}
    over = threading.Event()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        door = Door(listening.getsockname()[1])
        monkeypatch.setattr(connections, "monotonic", lambda: door.now)
        door.connections = connections.listen(
            application, listening, threads, everything
        ).active_channels

        def loop() -> None:
            while not over.is_set():
                wasyncore.loop(timeout=0.1, use_poll=True, map=everything, count=1)

        thread = threading.Thread(target=loop)
        thread.start()
        yield door
        over.set()
        thread.join()
        threads.shutdown()
        wasyncore.close_all(everything)


def exchange(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(sent)
        return read(client)


def read(client: socket.socket) -> bytes:
    """Everything that comes until the server closes."""
    with client.makefile("rb") as back:
        return back.read()
