"""Servers the tests start for themselves on loopback, each thrown away afterwards, and where Chromium is."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SYSTEM = ":/usr/local/sbin:/usr/sbin"  # where servers lie, often not on the path of a user
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LEAST_POSTGRESQL = 15
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def find_postgresql() -> Path | None:
    """The folder of initdb and pg_ctl, of a version that is new enough."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and _version(folder) >= LEAST_POSTGRESQL:
            return folder
    return None


def find_redis() -> str | None:
    return shutil.which("redis-server")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The address of a Redis that keeps nothing on disk."""
    program, port = find_redis(), free_port()
    assert program is not None, "Redis is missing: apt-get install -y redis-server"
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder),
               "--save", "", "--appendonly", "no", "--loglevel", "warning"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


def find_nginx() -> str | None:
    return shutil.which("nginx", path=os.environ.get("PATH", "") + SYSTEM)


@contextmanager
def nginx(folder: Path, configuration: str) -> Iterator[None]:
    """An nginx with `configuration` inside http { }; what it writes lies in `folder`."""
    program = find_nginx()
    assert program is not None, "nginx is missing: apt-get install -y nginx"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;" if os.geteuid() == 0 else ""
    whole = f"""{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
        events {{ }} http {{ access_log off; {places} {configuration} }}"""
    path = folder / "nginx.conf"
    path.write_text(whole, "utf-8")
    command = [program, "-p", str(folder), "-e", str(folder / "nginx.log"), "-c", str(path)]
    with subprocess.Popen(command) as process:
        try:
            yield
        finally:
            process.terminate()


def wait_for_port(port: int, patience: float = 30.0) -> None:
    """Until somebody listens there."""
    until = time.monotonic() + patience
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < until, f"nobody listens on port {port}"
            time.sleep(0.05)
        else:
            return


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else LEAST_POSTGRESQL


@dataclass(frozen=True)
class PostgreSQL:
    """A cluster in `home`, shared by all workers of one test run: the first starts it, the last stops it."""

    home: Path
    binaries: Path

    def start(self) -> str:
        """Its address without a database name."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._locked():
            users = self._users()
            if users == 0 or not self._is_running():
                users = 0
                self._create()
            (self.home / "users").write_text(str(users + 1))
            port = (self.home / "port").read_text()
        return f"postgresql+psycopg://talentpool@127.0.0.1:{port}"

    def stop(self) -> None:
        with self._locked():
            users = self._users() - 1
            (self.home / "users").write_text(str(users))
            if users == 0:
                self.halt("immediate")
                shutil.rmtree(self.home / "cluster", ignore_errors=True)

    def _create(self) -> None:
        port = free_port()
        shutil.rmtree(self.home / "cluster", ignore_errors=True)
        if os.geteuid() == 0:
            _open_to_all(self.home)
            shutil.chown(self.home, _owner())
        cluster = str(self.home / "cluster")
        self._run("initdb", "-D", cluster, "-U", "talentpool", "-A", "trust", "-E", "UTF8",
                  "--locale=C", "--no-sync")  # fmt: skip
        (self.home / "port").write_text(str(port))
        self.resume()

    def resume(self) -> None:
        """Start the cluster as it is, on the port it had."""
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        port = (self.home / "port").read_text()
        self._run("pg_ctl", "-D", str(self.home / "cluster"), "-w", "-l", str(self.home / "log"),
                  "-o", f"-p {port} {options}", "start")  # fmt: skip

    def halt(self, mode: str = "fast") -> None:
        """Stop it, with everybody's connections; what was committed stays ("immediate" may lose it)."""
        self._run("pg_ctl", "-D", str(self.home / "cluster"), "-m", mode, "stop")

    def _is_running(self) -> bool:
        """False for what a run that was killed has left behind."""
        owner = _owner() if os.geteuid() == 0 else None
        command = [str(self.binaries / "pg_ctl"), "-D", str(self.home / "cluster"), "status"]
        asked = subprocess.run(command, user=owner, cwd="/", capture_output=True, check=False)
        return asked.returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self.binaries / program), *arguments]
        owner = _owner() if os.geteuid() == 0 else None
        subprocess.run(
            command, check=True, user=owner, cwd="/", stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE if program == "initdb" else None,
        )  # fmt: skip

    def _users(self) -> int:
        path = self.home / "users"
        return int(path.read_text()) if path.exists() else 0

    def _locked(self) -> _Lock:
        return _Lock(self.home / "lock")


def shared_home(base: Path) -> Path:
    """One folder for all workers of a run, outside pytest's own, which another run may clear away."""
    run = base.parent if base.name.startswith("popen-") else base
    name = hashlib.sha256(str(run).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"talentpool-postgresql-{name}"


class _Lock:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.file = self.path.open("w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.file.close()


def _owner() -> str:
    """PostgreSQL refuses to run as root: its own user where there is one, else nobody."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _open_to_all(folder: Path) -> None:
    """pytest's temporary folders are closed to other users; the cluster's owner must pass through."""
    for parent in folder.parents:
        if parent.stat().st_uid == 0 and str(parent) not in {"/", "/tmp"}:
            parent.chmod(parent.stat().st_mode | 0o011)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
