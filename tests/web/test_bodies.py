"""One mebibyte is the most that a form may carry, whatever it calls itself; files have ten."""

from __future__ import annotations

import socket

import pytest
from flask import request
from werkzeug.test import TestResponse

from talentpool.app import create_app
from talentpool.config import Config
from talentpool.db import Database
from talentpool.web import public
from talentpool.web.bodies import MEBIBYTE, MOST_UPLOAD, uploads
from talentpool.web.unit import TalentpoolFlask
from tests import doors

BOUNDARY = b"--b\r\nContent-Disposition: form-data; name="
FIELDS = "multipart/form-data; boundary=b"
FILE = "multipart/form-data; boundary=b; of=files"
ENCODINGS = {
    "application/x-www-form-urlencoded": b"email=",
    FIELDS: BOUNDARY + b'"email"\r\n\r\n',
    FILE: BOUNDARY + b'"x"; filename="x"\r\n\r\n',
    "text/plain": b"",
    "application/json": b'"',
    "": b"",
}


def _body(encoding: str, size: int) -> bytes:
    end = b"\r\n--b--\r\n" if "multipart" in encoding else b""
    start = ENCODINGS[encoding]
    return start + b"x" * (size - len(start) - len(end)) + end


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_encoding_carries_more_than_a_mebibyte(app: TalentpoolFlask, encoding: str) -> None:
    def post(size: int) -> TestResponse:
        return app.test_client().post("/signin", data=_body(encoding, size), content_type=encoding)

    assert post(MEBIBYTE).status_code == 403  # read, and without a token
    refused = post(MEBIBYTE + 1)
    assert refused.status_code == 413
    assert "1MBまで" in refused.text


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_page_that_says_so_reaches_who_sends(
    app: TalentpoolFlask, monkeypatch: pytest.MonkeyPatch, encoding: str, is_chunked: bool
) -> None:
    body = _body(encoding, 3 * MEBIBYTE)
    length = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(body)
    head = b"POST /signin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
    sent = head + encoding.encode() + b"\r\n" + length + b"\r\n\r\n"
    sent += b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if is_chunked else body
    with doors.opened(app, monkeypatch) as door:
        answer = doors.exchange(door.port, sent)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert "1MBまで".encode() in answer


def test_a_body_of_another_length_than_it_says_is_not_believed(
    app: TalentpoolFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes beyond the length is the next request, and none."""
    sent = b"POST /signin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n" + b"x" * 2000
    with (
        doors.opened(app, monkeypatch) as door,
        socket.create_connection(("127.0.0.1", door.port), timeout=doors.PATIENCE) as client,
    ):
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        answer = doors.read(client)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_view_that_takes_files_takes_ten_mebibytes_and_no_long_texts(
    config: Config, database: Database
) -> None:
    app = create_app(config, database)  # not the one that other tests use: it gets a view more

    @app.post("/file")
    @public
    @uploads
    def take() -> dict[str, int]:
        return {"size": len(request.files["x"].read())}

    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()

    def send(size: int, encoding: str) -> TestResponse:
        return client.post("/file", data=_body(encoding, size), content_type=encoding)

    kept = send(MOST_UPLOAD, FILE)
    assert kept.status_code == 200
    assert kept.json is not None
    assert MOST_UPLOAD - 200 < kept.json["size"] < MOST_UPLOAD
    too_long = send(MOST_UPLOAD + 1, FILE)
    assert too_long.status_code == 413
    assert "10MBまで" in too_long.text
    assert send(MEBIBYTE + 1000, FIELDS).status_code == 413
