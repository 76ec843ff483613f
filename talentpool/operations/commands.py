from __future__ import annotations

import re
from pathlib import Path

import click

from .. import audit, schema
from ..config import Config
from ..db import Database
from ..reference.service import load_reference
from . import check

_ANCHOR = re.compile("[0-9]{1,18} [0-9a-f]{64}")


@click.command("check")
def check_command() -> int:
    """Ask the database every invariant; print what is violated."""
    with schema.opened(Config.from_environment()) as database, database.reading() as session:
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
    with schema.reached(Config.from_environment()) as database:
        schema.upgrade(database, revision)
        if schema.current(database) == schema.head():
            with database.writing() as session:
                load_reference(session)
        click.echo(_shown(database))


@db_group.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the schema back to REVISION."""
    with schema.reached(Config.from_environment()) as database:
        schema.downgrade(database, revision)
        click.echo(_shown(database))


@db_group.command("current")
def current() -> None:
    """Print the revision of the schema."""
    with schema.reached(Config.from_environment()) as database:
        click.echo(_shown(database))


def _shown(database: Database) -> str:
    return f"schema {schema.current(database) or 'empty'}"


@click.group("audit")
def audit_group() -> None:
    """The chain of audit events."""


@audit_group.command("verify")
@click.option(
    "--anchor", "anchor_file", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def verify(anchor_file: Path | None) -> int:
    """Verify the chain, against anchors noted earlier if there are any."""
    anchors = _read_anchors(anchor_file) if anchor_file else ()
    with schema.opened(Config.from_environment()) as database, database.reading() as session:
        faults = list(audit.verify(session, anchors))
        length = audit.length(session)
    for fault in faults:
        click.echo(fault)
    click.echo(f"{len(faults)} faults in {length} events")
    return 1 if faults else 0


@audit_group.command("anchor")
def anchor() -> None:
    """Print the head of the chain, to be kept elsewhere."""
    with schema.opened(Config.from_environment()) as database, database.reading() as session:
        head = audit.anchor(session)
    if head is None:
        raise click.ClickException(audit.NO_HEAD)
    click.echo(f"{head.seq} {head.hash}")


def _read_anchors(path: Path) -> tuple[audit.Anchor, ...]:
    """Lines as `audit anchor` prints them."""
    anchors = []
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        seq, _, digest = line.strip().partition(" ")
        if not _ANCHOR.fullmatch(line.strip()):
            raise click.ClickException(f"line {number} of the anchor file is no anchor")
        anchors.append(audit.Anchor(int(seq), digest))
    if not anchors:
        raise click.ClickException("the anchor file is empty")
    return tuple(anchors)
