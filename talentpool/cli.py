"""The `talentpool` command. Each subcommand lives in its feature and is imported only when it is called."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from . import __version__
from .errors import BadFile, ConfigError, Problem

COMMANDS: Mapping[str, str] = {
    "audit": "talentpool.operations.commands:audit_group",
    "bench": "talentpool.operations.bench:bench_command",
    "check": "talentpool.operations.commands:check_command",
    "db": "talentpool.operations.commands:db_group",
    "demo": "talentpool.demo.commands:demo_command",
    "export": "talentpool.exchange.commands:export_command",
    "import": "talentpool.exchange.commands:import_command",
    "match": "talentpool.exchange.commands:match_command",
    "prefecture": "talentpool.accounts.commands:prefecture_group",
    "remind": "talentpool.placements.commands:remind_command",
    "round": "talentpool.rounds.commands:round_group",
    "serve": "talentpool.serving:serve_command",
    "template": "talentpool.exchange.commands:template_command",
    "user": "talentpool.accounts.commands:user_group",
    "worker": "talentpool.serving:worker_command",
}


class Commands(click.Group):
    """Look commands up in COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.command(cls=Commands)
@click.version_option(__version__, prog_name="talentpool")
def cli() -> None:
    """A prefecture's pool of digital talent."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command. A refusal prints one line to standard error and exits with 1, a bad setting with 2."""
    try:
        code: Any = cli.main(arguments, prog_name="talentpool", standalone_mode=False)
    except ConfigError as error:
        _fail(str(error), 2)
    except BadFile as error:
        _fail("\n".join([error.message, *map(str, error.cells)]), 1)
    except Problem as error:
        _fail(error.message, 1)
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except click.exceptions.Abort:
        _fail("stopped", 1)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    print(f"talentpool: {message}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
