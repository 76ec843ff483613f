from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .. import clock
from ..config import Config
from ..db import Database
from ..permissions import SYSTEM
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from . import exporting, importing
from .entries import read_entries
from .layout import CANDIDATES, NEEDS, Layout
from .matching import match_files, summary_line, write_plan
from .reading import ENCODINGS, read_file
from .writing import write_entries

FILE = click.Path(path_type=Path)
encoding = click.option("--encoding", type=click.Choice(ENCODINGS), help="Of csv files.")
prefecture = click.option("--prefecture", metavar="CODE", help="Where there are several pools.")
LAYOUTS: dict[str, Layout] = {"candidates": CANDIDATES, "needs": NEEDS}
what_of_two = click.argument("what", type=click.Choice(list(LAYOUTS)))


@click.command("template")
@what_of_two
@click.argument("file", type=FILE)
@encoding
def template_command(what: str, file: Path, encoding: str | None) -> None:
    """Write the empty sheets of WHAT, with notes on how to fill them in."""
    write_entries(file, LAYOUTS[what], [], Catalogue.shipped(), encoding)
    click.echo(f"{file.name} written")


@click.command("match")
@click.option("--candidates", type=FILE, required=True)
@click.option("--needs", type=FILE, required=True)
@click.option("--out", type=FILE, required=True)
@click.option("--policy", type=FILE, help="JSON; keys left out keep their defaults.")
@click.option("--json", "as_json", is_flag=True, help="JSON, whatever the suffix of --out.")
@click.option("--stable", is_flag=True, help="Leave out the seconds: the same bytes every time.")
@encoding
def match_command(
    candidates: Path,
    needs: Path,
    out: Path,
    policy: Path | None,
    encoding: str | None,
    *,
    as_json: bool,
    stable: bool,
) -> None:
    """One matching round from files alone: plan, rankings and reasons."""
    document, requests = match_files(
        candidates, needs, policy=policy, encoding=encoding, is_stable=stable
    )
    write_plan(out, document, requests, as_json=as_json)
    click.echo(summary_line(document))


@click.command("import")
@what_of_two
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Check everything, store nothing.")
@encoding
@prefecture
def import_command(
    what: str, file: Path, encoding: str | None, prefecture: str | None, *, dry_run: bool
) -> None:
    """Bring a file of WHAT into the database, whole or not at all."""
    database = Database(Config.from_environment())
    session = database.session(read_only=False)
    try:
        pool = exporting.find_pool(session, prefecture)
        catalogue = load_catalogue(session)
        entries = read_entries(LAYOUTS[what], read_file(file, encoding), catalogue)
        known: dict[str, Any] = {
            "prefecture_code": pool.prefecture_code, "actor": SYSTEM, "now": clock.now()
        }  # fmt: skip
        if what == "candidates":
            count = importing.import_candidates(session, entries, **known)
        else:
            count = importing.import_needs(session, entries, catalogue=catalogue, **known)
        if not dry_run:
            session.commit()
    finally:
        session.close()
        database.close()
    click.echo(f"{count} {what} {'could be imported' if dry_run else 'imported'}")


EXPORTS = {
    "candidates": exporting.export_candidates,
    "placements": exporting.export_placements,
    "survey": exporting.export_survey,
}


@click.command("export")
@click.argument("what", type=click.Choice([*EXPORTS, "needs"]))
@click.argument("file", type=FILE)
@encoding
@prefecture
@click.option(
    "--round", "round_id", type=int, help="The needs of this round instead of all open ones."
)
def export_command(
    what: str, file: Path, encoding: str | None, prefecture: str | None, round_id: int | None
) -> None:
    """Write WHAT to a file."""
    database = Database(Config.from_environment())
    with database.writing() as session:
        pool = exporting.find_pool(session, prefecture)
        given = (session, file, pool, load_catalogue(session), encoding)
        by: dict[str, Any] = {"actor": SYSTEM, "now": clock.now()}
        if what == "needs":
            count = exporting.export_needs(*given, round_id=round_id, **by)
        else:
            count = EXPORTS[what](*given, **by)
    database.close()
    click.echo(f"{count} rows written to {file.name}")
