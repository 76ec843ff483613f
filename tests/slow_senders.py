"""Clients that never finish what they send, or never read what they get."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

HEAD = b"Host: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
BEGINNINGS = {
    "nothing": b"",
    "head": b"GET /signin HTTP/1.1\r\n" + HEAD + b"X-Slow: ",
    "body": b"POST /signin HTTP/1.1\r\n" + HEAD + FORM + b"Content-Length: 100000\r\n\r\n",
    "chunks": b"POST /signin HTTP/1.1\r\n" + HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n",
    "deaf": (b"GET /static/app.css HTTP/1.1\r\n" + HEAD + b"\r\n") * 200,
}
DROPS = {"head": b"a", "body": b"a", "chunks": b"1\r\na\r\n"}  # one every BEAT
BEAT = 0.3  # seconds


Wrap = Callable[[socket.socket], socket.socket]


@contextmanager
def slow_senders(port: int, *kinds: str, wrap: Wrap | None = None) -> Iterator[None]:
    """One client for each of `kinds`; who is thrown out comes back at once. `wrap` puts TLS around a socket."""
    over = threading.Event()
    clients = [_Client(port, kind, wrap) for kind in kinds]

    def drip() -> None:
        while not over.wait(BEAT):
            for client in clients:
                client.drip()

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for client in clients:
            client.socket.close()


class _Client:
    def __init__(self, port: int, kind: str, wrap: Wrap | None) -> None:
        self.port, self.kind, self.wrap = port, kind, wrap
        self._come()

    def _come(self) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(5)
        self.socket.connect(("127.0.0.1", self.port))
        if self.wrap is not None:
            self.socket = self.wrap(self.socket)
        self.socket.sendall(BEGINNINGS[self.kind])

    def drip(self) -> None:
        try:
            if drop := DROPS.get(self.kind):
                self.socket.sendall(drop)
            elif self.kind == "nothing":
                self.socket.settimeout(0.001)
                with suppress(TimeoutError):
                    if not self.socket.recv(1):
                        raise ConnectionError
        except OSError:
            self.socket.close()
            with suppress(OSError):
                self._come()
