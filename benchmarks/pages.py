"""What every page costs: `python -m benchmarks.pages URL`, on what `benchmarks.busy_pool` has filled.

Follows the links of each role from its home, opens a few pages of each kind several times, and prints for each kind
the most queries and the medians of the time. What is over the limits comes with a mark.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from statistics import median
from urllib.parse import parse_qsl, urljoin, urlsplit

import sqlalchemy as sa
from flask.testing import FlaskClient

from talentpool.accounts.models import User
from talentpool.candidates.models import Candidate
from talentpool.db import Database
from talentpool.demo.accounts import STAFF, staff_email
from talentpool.permissions import Role
from talentpool.placements.models import Placement

from .copying import STRIDE
from .visiting import Taken, open_database, open_site, signed_in, timed

EACH = 2  # pages of one kind that a role opens
TIMES = 3  # that one is opened again
MOST_QUERIES, MOST_TIME = 15, 200  # milliseconds of the processor
TOWNS = ("himeji@example.lg.jp", "toyooka@example.lg.jp", "sayo@example.lg.jp")
HREF = re.compile(r'href="(?!tel:)([^"#]+)"')
LINE = "{:<13} {:<46} {:>7} {:>8.0f} {:>8.0f} {}"
NO_QUERY = ("PRAGMA", "BEGIN", "SET LOCAL")


@dataclass
class Kind:
    """Of pages: the same address but for numbers, and the same fields."""

    queries: int = 0
    taken: list[Taken] = field(default_factory=list)

    @property
    def wall(self) -> float:
        return median(wall for wall, _ in self.taken)

    @property
    def processor(self) -> float:
        return median(processor for _, processor in self.taken)

    @property
    def mark(self) -> str:
        is_over = self.queries > MOST_QUERIES or self.processor > MOST_TIME
        return "!" if is_over else ""


def list_readers(database: Database) -> Mapping[Role, Sequence[str]]:
    """Mail addresses: of people, one for each state of a placement of theirs."""
    people = (
        sa.select(sa.func.min(User.id))
        .join(Candidate, Candidate.user_id == User.id)
        .join(Placement, Placement.candidate_id == Candidate.id)
        .where(User.id < STRIDE, Placement.id < STRIDE, Placement.offered_at.is_not(None))
        .group_by(Placement.state)
    )
    with database.reading() as session:
        addresses = session.scalars(sa.select(User.email).where(User.id.in_(people))).all()
    staff = {role: [staff_email(role)] for role in STAFF}
    return {Role.CANDIDATE: addresses, Role.MUNICIPALITY: TOWNS, **staff}


def walk(client: FlaskClient, database: Database, kinds: dict[str, Kind], times: int) -> None:
    """Open what can be reached by links from home, each `times` times again, and note what it costs."""
    waiting, seen, opened = deque(["/home"]), {"/home"}, Counter[str]()
    while waiting:
        path = waiting.popleft()
        with counted(database) as queries:
            answer = client.get(path)
        if answer.status_code != 200:
            if answer.status_code >= 400:
                print(f"{path} answers {answer.status_code}")
            continue
        kind = kinds.setdefault(kind_of(path), Kind())
        kind.queries = max(kind.queries, len(queries))
        kind.taken += [timed(partial(client.get, path)) for _ in range(times)]
        for target in targets_of(path, answer.text):
            if target not in seen and opened[kind_of(target)] < EACH:
                seen.add(target)
                opened[kind_of(target)] += 1
                waiting.append(target)


def kind_of(path: str) -> str:
    parts = urlsplit(path)
    names = ",".join(sorted(dict(parse_qsl(parts.query))))
    return re.sub(r"\d+", "N", parts.path) + (f"?{names}" if names else "")


def targets_of(path: str, page: str) -> Iterator[str]:
    """The pages of the site to which a page leads, without languages and files."""
    for href in map(unescape, HREF.findall(page)):
        parts = urlsplit(urljoin(path, href))
        is_page = not parts.netloc and not parts.path.startswith("/static")
        if is_page and "lang=" not in parts.query and "format=" not in parts.query:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements sent while inside, without those that begin and prepare."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(NO_QUERY):
            seen.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("url", help="of a database that benchmarks.busy_pool has filled")
    parser.add_argument("--role", type=Role, action="append", help="only this one")
    parser.add_argument("--over", action="store_true", help="only what is over the limits")
    parser.add_argument("--times", type=int, default=TIMES, help="how often a page is opened")
    asked = parser.parse_args()
    with closing(open_database(asked.url)) as database:
        site = open_site(database)
        print(
            "role          kind of page                                   queries ms clock  ms proc."
        )
        for role, addresses in list_readers(database).items():
            kinds: dict[str, Kind] = {}
            for address in addresses if role in (asked.role or list(Role)) else ():
                walk(signed_in(site, address), database, kinds, asked.times)
            for name, kind in sorted(kinds.items()):
                if kind.mark or not asked.over:
                    print(
                        LINE.format(role, name, kind.queries, kind.wall, kind.processor, kind.mark)
                    )


if __name__ == "__main__":
    main()
