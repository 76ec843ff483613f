"""`talentpool demo`: a database of its own, filled once, then served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import sqlalchemy as sa

from .. import models, schema
from ..accounts.directory import find_user
from ..config import PREFIX, Config
from ..errors import ConfigError
from ..permissions import Role
from .accounts import staff_email
from .place import find_place, remove, seed_of, settings
from .printing import login_lines, plan_lines

SEED = 1


@click.command("demo")
@click.option("--no-serve", is_flag=True, help="Fill and print, then end.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), help=f"Of what is invented.  [default: {SEED}]"
)
@click.option("--reset", is_flag=True, help="Throw the demo's database away and fill a new one.")
def demo_command(no_serve: bool, host: str, port: int, seed: int | None, reset: bool) -> None:
    """Try the product with invented people and needs (架空データ) in a database of its own."""
    path = find_place()
    if reset:
        remove(path)
    if not path.exists():
        click.echo("架空データを作成しています…")
        _fill(path, SEED if seed is None else seed)
    elif seed is not None and seed != seed_of(path):
        raise ConfigError("the demo was filled with another seed: add --reset")
    os.environ.update(settings(path))  # the worker beside the site reads it, too
    os.environ.pop(PREFIX + "QUEUE_URL", None)
    config = Config.from_environment()
    _print(config, f"http://{host}:{port}/")
    if not no_serve:
        from ..serving import serve  # noqa: PLC0415 - a second of imports that --no-serve does not need

        serve(config, host, port)


def _fill(path: Path, seed: int) -> None:
    command = [sys.executable, "-m", "talentpool.demo.filling", str(path), str(seed)]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 - this package itself
        raise ConfigError("the demo could not be filled")


def _print(config: Config, address: str) -> None:
    """The newest round and the log-ins."""
    with schema.reached(config) as database:
        if schema.current(database) != schema.head():
            raise ConfigError("the demo's database is of another version: add --reset")
        with database.reading() as session:
            if find_user(session, staff_email(Role.COORDINATOR)) is None:
                raise ConfigError("the demo was filled with other keys: add --reset")
            newest = sa.select(models.rounds.Round.id).order_by(models.rounds.Round.number.desc())
            round_id = session.scalars(newest.limit(1)).one()
            for line in (*plan_lines(session, round_id), "", *login_lines(session, address)):
                click.echo(line)
