from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click

from .. import clock, matching as m, schema
from ..accounts.models import Pool
from ..config import Config
from ..db import Session
from ..errors import BadFile
from ..files.writing import render, write_whole
from ..permissions import SYSTEM
from ..reference.catalogue import Catalogue
from ..reference.service import load_catalogue
from . import annotating, exporting, survey
from .answer import render_answer
from .cases import export_cases, import_cases
from .entries import read_entries
from .exporting import Exported
from .importing import import_needs
from .joining import import_candidates
from .layout import CANDIDATES, CASES, NEEDS, Layout
from .matching import match_files, summary_line
from .reading import ENCODINGS, read_file
from .sheets import tables_of
from .tables import Sheet

FILE = click.Path(path_type=Path, dir_okay=False)
LAYOUTS: dict[str, Layout] = {"candidates": CANDIDATES, "needs": NEEDS, "cases": CASES}
IMPORTS: dict[str, Callable[..., int]] = {
    "candidates": import_candidates,
    "needs": import_needs,
    "cases": import_cases,
}
encoding_option = click.option(
    "--encoding",
    type=click.Choice(ENCODINGS),
    help="Of csv files; read: found out, written: UTF-8.",
)
prefecture_option = click.option(
    "--prefecture", metavar="CODE", help="Two digits; needed where there are several pools."
)
distinct_option = click.option(
    "--distinct",
    metavar="CODE,CODE",
    multiple=True,
    callback=lambda _context, _option, given: [_two_codes(pair) for pair in given],
    help="Two people, though they look like one; may be given again.",
)
what_argument = click.argument("what", type=click.Choice(list(LAYOUTS)))
file_argument = click.argument("file", type=FILE)


def _two_codes(given: str) -> tuple[str, str]:
    first, comma, second = given.partition(",")
    if not comma or not first.strip() or not second.strip() or "," in second:
        raise click.BadParameter("two codes with a comma between them")
    return first.strip(), second.strip()


@click.command("template")
@what_argument
@file_argument
@encoding_option
def template_command(what: str, file: Path, encoding: str | None) -> None:
    """Write the empty sheets of WHAT into FILE (.xlsx or .csv), with notes on how to fill them in."""
    tables = tables_of(file, LAYOUTS[what], [], Catalogue.shipped())
    write_whole(file, render(file, tables, encoding))
    click.echo(f"{file.name} written")


@click.command("match")
@click.option("--candidates", type=FILE, required=True, help="Sheets of people, .xlsx or .csv.")
@click.option("--needs", type=FILE, required=True, help="Sheets of needs, .xlsx or .csv.")
@click.option("--out", type=FILE, required=True, help="Where the plan goes, .xlsx or .json.")
@click.option("--policy", type=FILE, help="JSON; keys left out keep their defaults.")
@click.option("--json", "is_json", is_flag=True, help="JSON, whatever the name of --out.")
@click.option(
    "--stable", "is_stable", is_flag=True, help="Without seconds: the same bytes every time."
)
@encoding_option
@distinct_option
def match_command(
    candidates: Path,
    needs: Path,
    out: Path,
    policy: Path | None,
    encoding: str | None,
    distinct: list[tuple[str, str]],
    *,
    is_json: bool,
    is_stable: bool,
) -> None:
    """One matching round from files alone: plan, rankings and reasons."""
    matched = match_files(
        candidates, needs, policy=policy, encoding=encoding, is_stable=is_stable, distinct=distinct
    )
    write_whole(out, render_answer(out, matched.document, matched.titles, is_json=is_json))
    click.echo(summary_line(matched.document))


@click.command("import")
@what_argument
@file_argument
@click.option("--dry-run", "is_dry", is_flag=True, help="Check everything, store nothing.")
@click.option(
    "--without-placements",
    "is_without_placements",
    is_flag=True,
    help="Leave out bookings, lifted holds and other traces of placements.",
)
@click.option(
    "--annotate", type=FILE, help="Where a refused file goes, with its faults marked (.xlsx)."
)
@distinct_option
@encoding_option
@prefecture_option
def import_command(
    what: str,
    file: Path,
    encoding: str | None,
    prefecture: str | None,
    annotate: Path | None,
    distinct: list[tuple[str, str]],
    *,
    is_dry: bool,
    is_without_placements: bool,
) -> None:
    """Bring FILE into the database, whole or not at all."""
    if distinct and what != "candidates":
        raise click.UsageError("--distinct is about candidates")
    more = {"distinct": distinct} if distinct else {}
    sheets = read_file(file, encoding, LAYOUTS[what])
    with (
        _annotated(sheets, annotate),
        schema.opened(Config.from_environment()) as database,
    ):
        with database.reading() as session:  # others write meanwhile
            pool = exporting.find_pool(session, prefecture).prefecture_code
            catalogue = load_catalogue(session)
        entries = read_entries(LAYOUTS[what], sheets, catalogue, is_import=True)
        with closing(database.session(read_only=False)) as session:
            count = IMPORTS[what](
                session, entries, prefecture_code=pool, catalogue=catalogue,
                is_without_placements=is_without_placements, actor=SYSTEM, now=clock.now(), **more,
            )  # fmt: skip
            if not is_dry:
                session.commit()
    known = f", {len(entries) - count} known already" if len(entries) > count else ""
    done = "could be imported, nothing stored" if is_dry else "imported"
    click.echo(f"{count} {what} {done}{known}")


@click.group("export")
def export_command() -> None:
    """Write the database's people, needs, placements, cases or the survey into a file."""


@export_command.command("candidates")
@file_argument
@click.option(
    "--anonymous", "is_anonymous", is_flag=True, help="Nothing personal; enough to match."
)
@encoding_option
@prefecture_option
def candidates_command(
    file: Path, encoding: str | None, prefecture: str | None, *, is_anonymous: bool
) -> None:
    """Everybody in the pool, with names unless --anonymous."""

    def export(session: Session, **known: Any) -> Exported:
        return exporting.export_candidates(
            session, file, is_anonymous=is_anonymous, now=clock.now(), **known
        )

    _export(file, encoding, prefecture, export)


@export_command.command("needs")
@file_argument
@click.option(
    "--round", "round_id", type=int, metavar="ROUND", help="Its needs instead of the open ones."
)
@click.option(
    "--policy", type=FILE, help="Write the round's policy here (JSON), for match --policy."
)
@encoding_option
@prefecture_option
def needs_command(
    file: Path,
    encoding: str | None,
    prefecture: str | None,
    round_id: int | None,
    policy: Path | None,
) -> None:
    """The open needs; those that the newest round was about are marked."""
    if policy is not None and round_id is None:
        raise click.UsageError("--policy needs --round")
    directions: list[dict[str, Any]] = []

    def export(session: Session, **known: Any) -> Exported:
        round_ = None
        if round_id is not None:
            round_ = exporting.get_round(session, known["pool"], round_id, actor=known["actor"])
            directions.append(exporting.policy_of(session, round_))
        return exporting.export_needs(session, file, round_=round_, **known)

    _export(file, encoding, prefecture, export)
    if policy is not None:
        write_whole(policy, (m.to_json(directions[0]) + "\n").encode())


@export_command.command("placements")
@file_argument
@encoding_option
@prefecture_option
def placements_command(file: Path, encoding: str | None, prefecture: str | None) -> None:
    """Every placement by codes, without names."""

    def export(session: Session, **known: Any) -> Exported:
        return exporting.export_placements(session, file, **known)

    _export(file, encoding, prefecture, export)


@export_command.command("cases")
@file_argument
@encoding_option
@prefecture_option
def cases_command(file: Path, encoding: str | None, prefecture: str | None) -> None:
    """Cases that the prefecture has written; an import of the file changes them."""

    def export(session: Session, **known: Any) -> Exported:
        return export_cases(session, file, **known)

    _export(file, encoding, prefecture, export)


@export_command.command("survey")
@file_argument
@encoding_option
@prefecture_option
def survey_command(file: Path, encoding: str | None, prefecture: str | None) -> None:
    """Counts of people who agreed to statistics; counts below 3 are not told."""

    def export(session: Session, **known: Any) -> Exported:
        return survey.export_survey(session, file, **known)

    _export(file, encoding, prefecture, export)


def _export(
    file: Path, encoding: str | None, prefecture: str | None, export: Callable[..., Exported]
) -> None:
    """The event is stored before the file appears, and not at all if the file cannot be drawn."""
    with schema.opened(Config.from_environment()) as database:
        with database.reading() as session:
            pool = exporting.find_pool(session, prefecture)
            made = export(session, pool=pool, actor=SYSTEM)
        content = render(file, made.tables, encoding)
        with database.writing() as session:
            pool = session.get_one(Pool, pool.prefecture_code)
            exporting.note_export(session, pool, made, actor=SYSTEM, now=clock.now())
    write_whole(file, content, is_private=True)
    click.echo(f"{made.count} rows written to {file.name}{made.note}")


@contextmanager
def _annotated(sheets: Mapping[str, Sheet], path: Path | None) -> Iterator[None]:
    try:
        yield
    except BadFile as error:
        if path is not None:
            write_whole(path, annotating.annotate(sheets, error.cells), is_private=True)
        raise
