"""Who sends or reads slowly holds a connection and no thread, and not for ever."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from talentpool import connections
from talentpool.config import Config
from talentpool.db import Database
from tests.doors import PATIENCE, Door, exchange, opened, read
from tests.sites import served
from tests.slow_senders import BEGINNINGS, slow_senders

LONG = b"x" * 4_000_000
MOST_KEPT = 16 * 1024 * 1024  # bytes of answers, before a thread has to wait
TRIES = 3


def _application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    if environ["PATH_INFO"] == "/long":
        start_response("200 OK", [("Content-Length", str(len(LONG)))])
        return [LONG]
    body = environ["wsgi.input"].read()
    told = f"{environ['REQUEST_METHOD']} {environ.get('CONTENT_LENGTH')} {len(body)}".encode()
    start_response("200 OK", [("Content-Length", str(len(told)))])
    return [told]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with opened(_application, monkeypatch) as door:
        yield door


def _get(port: int, path: str, timeout: float = PATIENCE) -> tuple[int, bytes]:
    asking = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        asking.request("GET", path)
        answer = asking.getresponse()
        return answer.status, answer.read()
    finally:
        asking.close()


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_slow_clients_take_no_thread(door: Door, kind: str) -> None:
    with slow_senders(door.port, *[kind] * 8):
        assert _get(door.port, "/") == (200, b"GET None 0")


@pytest.mark.parametrize("kind", ["nothing", "head", "body", "chunks"])
def test_a_client_that_does_not_get_on_is_shown_the_door(door: Door, kind: str) -> None:
    with socket.create_connection(("127.0.0.1", door.port), timeout=PATIENCE) as client:
        client.sendall(BEGINNINGS[kind])
        door.wait_until(lambda: len(door.connections) == 1)
        door.wait_until(lambda: door.pass_time() or not door.connections)
        assert client.recv(1) == b""


def test_a_client_that_asks_and_never_reads_frees_the_thread(door: Door) -> None:
    """More than the server keeps for one connection waits to be read."""
    with socket.create_connection(("127.0.0.1", door.port)) as deaf:
        deaf.sendall(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n" * 12)
        door.wait_until(lambda: len(door.connections) == 1)
        (connection,) = door.connections.values()
        door.wait_until(lambda: connection.total_outbufs_len > MOST_KEPT)
        door.wait_until(lambda: door.pass_time() or not door.connections)
        assert _get(door.port, "/") == (200, b"GET None 0")


def test_a_steady_body_may_take_longer_than_a_head(door: Door) -> None:
    piece = b"x" * int(connections.GRACE * connections.SLOWEST + 1)
    head = b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % (4 * len(piece))
    with socket.create_connection(("127.0.0.1", door.port), timeout=PATIENCE) as client:
        client.sendall(head)
        door.wait_until(lambda: len(door.connections) == 1)
        (connection,) = door.connections.values()
        door.wait_until(
            lambda: connection.request is not None
        )  # from here on what moves is counted
        for _ in range(3):
            client.sendall(piece)
            door.wait_until(lambda: connection.moved >= len(piece))
            door.pass_time()
            door.wait_until(lambda: connection.since == door.now)
        client.sendall(piece)
        assert read(client).endswith(b"POST %d %d" % (4 * len(piece), 4 * len(piece)))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"x" * connections.MOST_HEAD + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", b"501"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_refused_before_the_application(
    door: Door, head: bytes, status: bytes
) -> None:
    assert exchange(door.port, head).split(b" ", 2)[1] == status


@pytest.mark.parametrize("asked", [b"", b"Expect: 100-continue\r\n"])
def test_a_body_beyond_all_limits_is_the_applications_to_refuse(door: Door, asked: bytes) -> None:
    length = connections.MOST_BODY + 1
    head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n%s\r\n" % (length, asked)
    answer = exchange(door.port, head)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"POST %d 0" % length)


def test_forty_slow_senders_do_not_stop_the_site(
    config: Config, database: Database, tmp_path: Path
) -> None:
    """Eight threads would be taken by eight of them."""
    with (
        served(config, database, tmp_path) as site,
        slow_senders(site.port, *[*BEGINNINGS] * 8),
    ):
        for path in ("/healthz", "/signin"):
            assert _status(site.port, path) == 200


def _status(port: int, path: str) -> int | None:
    """Of the first try that is answered within seconds."""
    for _ in range(TRIES):
        try:
            return _get(port, path, timeout=10)[0]
        except TimeoutError:
            continue
    return None
