"""A mail server for tests on loopback, which also fails in the ways that mail servers fail."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from talentpool.accounts.posting import Write, post_due
from talentpool.db import Database
from talentpool.serving import _writer


@dataclass
class Postbox:
    """A mail server for tests on loopback."""

    url: str = ""
    mails: list[str] = field(default_factory=list)
    has_mail: threading.Event = field(default_factory=threading.Event)
    refuses: bool = False
    says: dict[bytes, str] = field(
        default_factory=dict
    )  # to a verb, in the place of what it would say
    is_silent: bool = False  # keeps a mail, and goes without a word
    certificate: Path = Path()
    offers: str = ""  # one extension
    heard: list[str] = field(default_factory=list)

    def answer(self, verb: bytes) -> str:
        if verb in self.says:
            return self.says[verb]
        if self.refuses and verb in {b"RCPT", b"AUTH"}:
            return "550 no"
        if verb == b"EHLO" and self.offers:
            return f"250-box\r\n250 {self.offers}"
        return "235 come in" if verb == b"AUTH" else "250 ok"


def _body(lines: BinaryIO) -> str | None:
    """None from a sender that hangs up before the end: such a mail is not kept."""
    body = []
    for line in lines:
        if line == b".\r\n":
            return "".join(body)
        body.append(line.decode("ascii"))
    return None


def _handler(box: Postbox) -> type[socketserver.StreamRequestHandler]:
    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 box")
            for line in self.rfile:
                verb = line[:4].upper()
                box.heard.append(line.decode("ascii", "replace").strip())
                if verb == b"DATA" and verb not in box.says:
                    self.say("354 go on")
                    text = _body(self.rfile)
                    if text is None:
                        return None
                    box.mails.append(text)
                    if box.is_silent:
                        return None
                    self.say(box.says.get(b"BODY", "250 kept"))
                    box.has_mail.set()
                elif verb == b"STAR":
                    self.say("220 now")
                    return self.wrap()
                elif verb == b"QUIT":
                    return self.say("221 bye")
                else:
                    self.say(box.answer(verb))
            return None

        def wrap(self) -> None:
            """Go on with a certificate that nobody has signed."""
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(box.certificate)
            with suppress(OSError):
                context.wrap_socket(self.request, server_side=True).close()

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    return Conversation


@contextmanager
def opened() -> Iterator[Postbox]:
    box = Postbox()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(box)) as server:
        box.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield box
        server.shutdown()
        thread.join()


def post(office: Database) -> int:
    """Send what is due, once; the number of mails that were tried."""
    return post_due(office, office.config, _writer_of(office))


@lru_cache(maxsize=1)
def _writer_of(office: Database) -> Write:
    """Made once for a test: it takes a second."""
    return _writer(office.config, office)
