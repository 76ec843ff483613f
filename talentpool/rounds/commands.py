from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.orm import undefer

from .. import matching as m, schema
from ..config import Config
from ..errors import NotFound
from ..needs.models import Need
from ..states import ROUND, RoundState
from .models import Round, RoundNeed
from .running import run_here
from .storing import document_of

STOPPED = {"cancelled": "stopped by hand", "time_limit": "stopped by its time limit"}


@click.group("round")
def round_group() -> None:
    """Stored matching rounds."""


@round_group.command("run")
@click.argument("ident", metavar="ROUND", type=int)
def run(ident: int) -> int:
    """Run a waiting round here and now."""
    with schema.opened(Config.from_environment()) as database:
        with database.reading() as session:
            if session.get(Round, ident) is None:
                raise NotFound("there is no such round")
        state = run_here(database, ident)
    click.echo(f"round {ident}: {state}")
    return 1 if state is RoundState.FAILED else 0


@round_group.command("show")
@click.argument("ident", metavar="ROUND", type=int)
@click.option("--json", "as_json", is_flag=True, help="The whole document, as match writes it.")
def show(ident: int, *, as_json: bool) -> None:
    """Print a finished round."""
    with schema.opened(Config.from_environment()) as database, database.reading() as session:
        round_ = session.get(Round, ident, options=[undefer(Round.result)])
        if round_ is None:
            raise NotFound("there is no such round")
        session.scalars(
            sa.select(RoundNeed).where(RoundNeed.round_id == ident)
            .options(undefer(RoundNeed.ranking), undefer(RoundNeed.excluded))
        ).all()  # fmt: skip
        ids = [row.need_id for row in round_.needs]
        needs = session.scalars(sa.select(Need).where(Need.id.in_(ids))).all()
        document = document_of(round_, {need.id: need.code for need in needs})
    if round_.what_if is not None:
        terms = (f"{term.en} {round_.what_if[name]:+d}" for name, term in m.TERMS.items())
        click.echo(f"round {ident} is a what-if: {'; '.join(terms)}", err=as_json)
    if round_.result is None:
        click.echo(f"round {ident}: {ROUND.labels[round_.state][0]}")
    elif as_json:
        document.pop("seconds", None)
        click.echo(m.to_json(document))
    else:
        click.echo(f"round {ident}: {', '.join(_told(round_, document))}")
        left_out = [m.PARTS_TOLD[name][1] for name in document.get("left_out", ())]
        if left_out:
            click.echo(f"not calculated in full: {'; '.join(left_out)}")
        for pair in document["placements"]:
            click.echo(f"{pair['need']} {pair['candidate']} {m.points(pair['fit'])}")


def _told(round_: Round, document: Mapping[str, Any]) -> Iterator[str]:
    """The state, the worth of the plan, how far it may be from the best, and what stopped the run."""
    yield ROUND.labels[round_.state][0]
    yield f"{round_.objective} bp"
    if round_.gap:
        yield f"at most {round_.gap} bp below the best"
    if document.get("stopped"):
        yield STOPPED[document["stopped"]]
