"""Only names that are the site's own get an answer: links, cookies and caches hang on the name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from ..config import Config
from ..language import say

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
HOST = re.compile(r"(?:(?P<name>[A-Za-z0-9.-]+)|\[(?P<address>[0-9A-Fa-f:.]+)\])(?::[0-9]{1,5})?")
SENTENCE = say(
    "このアドレスでは利用できません。\n"
    "Unknown host: TALENTPOOL_BASE_URL and TALENTPOOL_TRUSTED_HOSTS name the hosts of this site.\n"
)


class KnownHosts:
    """WSGI middleware: 400 for any other Host."""

    def __init__(self, application: WSGIApplication, config: Config) -> None:
        self.application = application
        own = urlsplit(config.base_url).hostname or ""
        self.names = THIS_MACHINE | set(map(_folded, (own, *config.trusted_hosts)))
        self.is_open_to_addresses = config.environment != "production"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        name = _name(environ.get("HTTP_HOST", ""))
        if (name and name in self.names) or (self.is_open_to_addresses and _is_address(name)):
            return self.application(environ, start_response)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(SENTENCE, 400, headers, "text/plain")(environ, start_response)


def _name(host: str) -> str:
    """Without port and brackets; nothing for what is no host."""
    found = HOST.fullmatch(host)
    return _folded(found["name"] or found["address"]) if found else ""


def _folded(name: str) -> str:
    return name.strip().lower().rstrip(".")


def _is_address(name: str) -> bool:
    """An address in figures, which no stranger's name can be made to point to."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
