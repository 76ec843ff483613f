from __future__ import annotations

from pathlib import Path

import click

from .. import audit, schema
from ..config import Config
from ..db import Database
from ..reference.service import load_reference
from . import check


@click.command("check")
def check_command() -> int:
    """Ask the database every invariant; print what is violated."""
    with Database(Config.from_environment()).reading() as session:
        faults = list(check.violations(session))
    for fault in faults:
        click.echo(fault)
    click.echo(f"{len(faults)} violations")
    return 1 if faults else 0


@click.group("db")
def db_group() -> None:
    """Migrations."""


@db_group.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the schema to REVISION and the reference tables up to date."""
    database = Database(Config.from_environment())
    schema.upgrade(database, revision)
    if schema.current(database) == schema.head():
        with database.writing() as session:
            load_reference(session)
    click.echo(f"schema {schema.current(database)}")


@db_group.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the schema back to REVISION."""
    database = Database(Config.from_environment())
    schema.downgrade(database, revision)
    click.echo(f"schema {schema.current(database)}")


@db_group.command("current")
def current() -> None:
    """Print the revision of the schema."""
    click.echo(f"schema {schema.current(Database(Config.from_environment()))}")


@click.group("audit")
def audit_group() -> None:
    """The chain of audit events."""


@audit_group.command("verify")
@click.option("--anchor", "anchor_file", type=click.Path(exists=True, path_type=Path))
def verify(anchor_file: Path | None) -> int:
    """Verify the chain, against anchors noted earlier if there are any."""
    anchors = _read_anchors(anchor_file) if anchor_file else ()
    with Database(Config.from_environment()).reading() as session:
        faults = list(audit.verify(session, anchors))
        head = audit.anchor(session)
    for fault in faults:
        click.echo(fault)
    click.echo(f"{len(faults)} faults in {head.seq} events")
    return 1 if faults else 0


@audit_group.command("anchor")
def anchor() -> None:
    """Print the head of the chain, to be kept elsewhere."""
    with Database(Config.from_environment()).reading() as session:
        head = audit.anchor(session)
    click.echo(f"{head.seq} {head.hash}")


def _read_anchors(path: Path) -> tuple[audit.Anchor, ...]:
    """Lines as `audit anchor` prints them."""
    anchors = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        seq, _, digest = line.strip().partition(" ")
        if not seq.isdigit() or not digest:
            raise click.ClickException(f"line {number} of the anchor file is no anchor")
        anchors.append(audit.Anchor(int(seq), digest))
    return tuple(anchors)
