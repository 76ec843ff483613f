"""How requests come in: gunicorn keeps the process, waitress the connections.

A thread gets a request when the whole of it has arrived and is free again when the answer is written, so those
who send or read slowly hold a connection and no thread. A connection that does not move is closed.
"""

from __future__ import annotations

import logging
import os
import resource
import socket
from collections.abc import Sequence
from time import monotonic
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

GRACE = 15.0  # seconds for the head of a request, between two requests, and between two looks
SLOWEST = 4096  # bytes a second that a body or an answer has to move
MOST_HEAD = 32 * 1024  # bytes; less than SLOWEST lets through in GRACE
MOST_BODY = 16 * 1024 * 1024  # bytes; what is allowed where is the application's to say
MOST_CONNECTIONS = 1000
FILES = 4096  # descriptors: each connection may keep a long body and a long answer in a file
LIMITS = {
    "max_request_header_size": MOST_HEAD,
    "max_request_body_size": MOST_BODY,
    "inbuf_overflow": 64 * 1024,  # bytes of a body in memory
    "connection_limit": MOST_CONNECTIONS,
    "cleanup_interval": 1,  # seconds between two looks
    "asyncore_use_poll": True,
    "clear_untrusted_proxy_headers": False,  # ProxyFix reads them, and only from as many hops as there are
    "ident": None,
}


class Request(HTTPRequestParser):  # type: ignore[misc]
    error: Any
    body_rcv: Any
    expect_continue: bool

    def received(self, data: bytes) -> int:
        """A body that is too long is not read to its end: the application is asked, and says so on its page."""
        used: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.close()
            self.error, self.body_rcv, self.expect_continue = None, None, False
            self.headers["CONTENT_LENGTH"] = str(max(self.content_length, MOST_BODY))
            # The rest of the body must not be read as a request.
            self.headers["CONNECTION"] = "close"
        return used


class Connection(HTTPChannel):  # type: ignore[misc]
    """Counts what it moves in the time since it was last looked at, or since a request began or ended."""

    parser_class = Request
    close_when_flushed: bool
    is_over = False  # answered; whatever still comes is read and thrown away

    def __init__(self, *place: Any, **options: Any) -> None:
        self.begin()
        super().__init__(*place, **options)

    def begin(self) -> None:
        self.since, self.moved = monotonic(), 0

    def is_stuck(self) -> bool:
        """It waits for the client, and has moved too little."""
        if self.requests and not self.total_outbufs_len:
            self.begin()
        elif monotonic() - self.since > GRACE:
            if self.is_over or self.moved < GRACE * SLOWEST:
                return True
            self.begin()
        return False

    def readable(self) -> bool:
        return self.is_over or bool(super().readable())

    def handle_write(self) -> None:
        """The last answer ends our half only: a close would be a reset to a client that still sends, and lose it."""
        if not self.close_when_flushed or self.total_outbufs_len:
            super().handle_write()
            return
        self.close_when_flushed, self.is_over = False, True
        self.begin()
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()

    def received(self, data: bytes) -> bool:
        if self.is_over:
            return False
        before = self.request
        done: bool = super().received(data)
        if self.request is not before:
            self.begin()
        return done

    def service(self) -> None:
        super().service()
        self.begin()

    def recv(self, size: int) -> bytes:
        data: bytes = super().recv(size)
        self.moved += len(data)
        return data

    def send(self, data: bytes, **options: Any) -> int:
        sent: int = super().send(data, **options)
        self.moved += sent
        return sent


class Listener(TcpWSGIServer):  # type: ignore[misc]
    channel_class = Connection

    def maintenance(self, _now: float) -> None:
        for connection in list(self.active_channels.values()):
            if connection.is_stuck():
                connection.handle_close()

    @property
    def is_busy(self) -> bool:
        return any(one.requests or one.total_outbufs_len for one in self.active_channels.values())


def listen(
    application: Any,
    sock: socket.socket,
    threads: ThreadedTaskDispatcher,
    everything: dict[int, Any],
) -> Listener:
    """Take connections of `sock`, which is bound, in the loop over `everything`."""
    return Listener(
        application, everything, _sock=sock, dispatcher=threads, adj=Adjustments(sockets=[sock], **LIMITS),
        sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()), bind_socket=False,
    )  # fmt: skip


class BufferingWorker(Worker):  # type: ignore[misc]
    """The process that gunicorn starts, watches and starts again."""

    listeners: Sequence[Listener] = ()

    def run(self) -> None:
        _allow_files()
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no news
        threads = ThreadedTaskDispatcher()
        threads.set_thread_count(self.cfg.threads)
        self.everything: dict[int, Any] = {}
        self.listeners = [
            listen(self.wsgi, opened.sock, threads, self.everything) for opened in self.sockets
        ]
        while self.alive and self.ppid == os.getppid():
            self._turn()
        self._finish(threads)

    def _turn(self) -> None:
        self.notify()
        wasyncore.loop(timeout=1.0, use_poll=True, map=self.everything, count=1)

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        for listener in self.listeners:
            listener.pull_trigger()

    def _finish(self, threads: ThreadedTaskDispatcher) -> None:
        """No new connection; what is being answered is answered, as long as gunicorn waits."""
        for listener in self.listeners:
            listener.accepting = False
        until = monotonic() + self.cfg.graceful_timeout
        while monotonic() < until and any(one.is_busy for one in self.listeners):
            self._turn()
        threads.shutdown(timeout=1)


def _allow_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
