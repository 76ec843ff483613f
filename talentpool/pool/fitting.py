"""Who could serve a request by the engine's rules, with what they still have free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .. import matching as m
from ..reference.catalogue import Catalogue
from .records import Profile, Request
from .translate import translate


def who_fits(profiles: Mapping[int, Profile], request: Request, catalogue: Catalogue) -> set[int]:
    """Candidate ids, as the next round would have them in its ranking."""
    wanted = replace(request, filled=0)
    people, needs = translate(profiles.values(), [wanted], catalogue)
    excluded = m.excluded(people, needs[0])
    return {ident for ident, profile in profiles.items() if profile.code not in excluded}
