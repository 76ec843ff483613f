from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

SIZES = {"prefecture": "A", "region": "B", "nation": "C"}
CHECKOUT = Path(__file__).parents[2]


@click.command("bench")
@click.option("--size", type=click.Choice(list(SIZES)), help="Only this one; otherwise all three.")
@click.option("--json", "is_json", is_flag=True, help="The same figures as JSON.")
def bench_command(size: str | None, *, is_json: bool) -> int:
    """Measure the engine against its peers now and print the table."""
    if not (CHECKOUT / "benchmarks" / "__main__.py").exists():
        raise click.ClickException(
            "the benchmarks are not part of the installed package; run "
            "`python -m talentpool bench` in a checkout of the source"
        )
    sizes = SIZES[size] if size else ",".join(SIZES.values())
    order = [sys.executable, "-m", "benchmarks", "--sizes", sizes, *["--json"] * is_json]
    # a process of its own: one thread must be settled before numpy is loaded
    return subprocess.run(order, cwd=CHECKOUT, check=False).returncode  # noqa: S603 - beside this package
