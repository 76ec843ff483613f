"""The nginx of docs/nginx.conf in front of the real site, as an installation runs it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from talentpool.config import Config
from talentpool.db import Database
from tests import servers
from tests.sites import served
from tests.slow_senders import BEGINNINGS, slow_senders

pytestmark = [
    pytest.mark.nginx,
    pytest.mark.parametrize("config", ["sqlite"], indirect=True),  # the proxy sees no database
]
EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "nginx.conf"
NAME = "pool.example.jp"
ANYBODY = ssl._create_unverified_context()  # the certificate is of this test's own making
PATIENCE = 30  # seconds, for a machine that is busy


@pytest.fixture
def proxy(config: Config, database: Database, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """(port of http, port of https)"""
    plain, secure = servers.free_port(), servers.free_port()
    _write_certificate(tmp_path)
    settings = {"TALENTPOOL_BASE_URL": f"https://{NAME}", "TALENTPOOL_PROXY_HOPS": "1"}
    with served(config, database, tmp_path, **settings) as site:
        written = EXAMPLE.read_text("utf-8")
        for example, here in {
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
            "127.0.0.1:8000": f"127.0.0.1:{site.port}",
            "/etc/ssl/": f"{tmp_path}/",
        }.items():
            assert example in written
            written = written.replace(example, here)
        with servers.nginx(tmp_path, written):
            servers.wait_for_port(secure)
            yield plain, secure


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    (folder / f"{NAME}.pem").write_bytes(made.public_bytes(encoding))
    (folder / f"{NAME}.key").write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _ask(port: int, method: str, path: str) -> HTTPResponse:
    asking = HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=ANYBODY)
    asking.request(method, path, headers={"Host": NAME})
    answer = asking.getresponse()
    answer.read()
    asking.close()
    return answer


def test_the_example_is_patient_for_the_site(proxy: tuple[int, int]) -> None:
    plain, secure = proxy
    with (
        slow_senders(plain, *[*BEGINNINGS] * 2),
        slow_senders(secure, *[*BEGINNINGS] * 8, wrap=ANYBODY.wrap_socket),
    ):
        assert _ask(secure, "GET", "/healthz").status == 200
        assert _ask(secure, "GET", "/signin").status == 200


def test_the_example_tells_the_site_what_it_stands_for(proxy: tuple[int, int]) -> None:
    plain, secure = proxy
    page = _ask(secure, "GET", "/signin")
    assert page.headers["Strict-Transport-Security"]
    assert "Secure" in page.headers["Set-Cookie"]
    asking = HTTPConnection("127.0.0.1", plain, timeout=PATIENCE)
    asking.request("GET", "/signin?next=/needs", headers={"Host": "elsewhere.example.com"})
    assert asking.getresponse().headers["Location"] == f"https://{NAME}/signin?next=/needs"
    asking.close()
