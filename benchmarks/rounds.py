"""What a round costs on a filled pool: `python -m benchmarks.rounds sqlite:////dev/shm/big.db [--limit 300]`.

The database comes from `benchmarks.big_pool`. All open needs are asked for. Prints seconds of the processor (wall in
brackets) until the plan is stored and until it is explained, the greatest memory, and the bytes that are stored.
"""

from __future__ import annotations

import argparse
import resource
import time
from contextlib import closing
from dataclasses import replace

import sqlalchemy as sa

from talentpool import jobs, matching as m, models
from talentpool.db import Database
from talentpool.permissions import SYSTEM
from talentpool.rounds import preparing, running
from talentpool.rounds.models import Round

from .big_pool import CONFIG, NOW, PREFECTURE

STORED = (  # what a round keeps
    "SELECT sum(length(ranking)), sum(length(excluded)) FROM round_need WHERE round_id = :id",
    "SELECT length(document) FROM round_input WHERE round_id = :id",
    "SELECT length(result) + length(summary) FROM round WHERE id = :id",
)


def prepare(database: Database, limit: int) -> int:
    """A round of all open needs, ordered."""
    with database.writing() as session:
        needs = preparing.list_open_needs(session, PREFECTURE)
        made = preparing.create_round(
            session, prefecture_code=PREFECTURE, title=f"{time.time_ns()}",
            need_ids=[need.id for need in needs], policy=m.Policy(), time_limit=limit,
            actor=SYSTEM, now=NOW,
        )  # fmt: skip
        preparing.order_run(session, made, actor=SYSTEM, now=NOW)
        return made.id


def measure(database: Database, limit: int) -> None:
    ident = prepare(database, limit)
    with database.reading() as session:
        job = jobs.get_latest(session, preparing.JOB, ident)
    assert job is not None
    lease = jobs.claim(database, job.id)
    assert lease is not None
    spent = [_now()]
    decided = running.find_plan(lease)
    assert decided is not None
    spent.append(_now())
    running.explain_plan(lease, decided)
    spent.append(_now())
    for what, (cpu, wall) in zip(("plan stored", "explained"), spent[1:], strict=True):
        print(f"{what}: {cpu - spent[0][0]:.1f} s of the processor ({wall - spent[0][1]:.1f} s)")
    with database.reading() as session:
        round_ = session.get_one(Round, ident)
        result, summary = round_.result or {}, round_.summary or {}
        bytes_ = [
            figure
            for query in STORED
            for figure in session.execute(sa.text(query), {"id": ident}).one()
        ]
    print(
        f"{round_.state}, gap {round_.gap} bp of {round_.objective}, left out: {result['left_out']}"
    )
    print(
        f"{summary['candidates']} people, {summary['needs']} vacancies, {summary['filled']} placed"
    )
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
    names = ("rankings", "left out", "inputs", "the rest")
    told = ", ".join(f"{name} {size / 1e6:.2f}" for name, size in zip(names, bytes_, strict=True))
    print(f"stored: {sum(bytes_) / 1e6:.2f} MB ({told})")


def _now() -> tuple[float, float]:
    return time.process_time(), time.monotonic()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rounds", description=__doc__)
    parser.add_argument("url", help="of a database that benchmarks.big_pool has filled")
    parser.add_argument("--limit", type=int, default=300, help="seconds that the round may take")
    asked = parser.parse_args()
    assert models.__name__  # every table is known
    with closing(Database(replace(CONFIG, database_url=asked.url))) as database:
        measure(database, asked.limit)


if __name__ == "__main__":
    main()
