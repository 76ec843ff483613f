"""Who could serve a request by the engine's rules, with what they still have free."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from .. import matching as m
from ..reference.catalogue import Catalogue
from .records import Profile, Request
from .translate import translate


def who_fits(
    profiles: Mapping[int, Profile],
    request: Request,
    catalogue: Catalogue,
    unread: Collection[m.Rule] = (),
) -> set[int]:
    """Candidate ids, as the next round would have them in its ranking; rules of `unread` rule nobody out."""
    wanted = replace(request, filled=0)
    people, needs = translate(profiles.values(), [wanted], catalogue)
    excluded = m.excluded(people, needs[0])
    out = {code for code, broken in excluded.items() if not {*broken} <= {*unread}}
    return {ident for ident, profile in profiles.items() if profile.code not in out}
