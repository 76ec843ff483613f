"""Which town is meant by the name of an office."""

from __future__ import annotations

from dataclasses import replace

from ..reference.catalogue import Catalogue
from .content import Post


def located(post: Post, catalogue: Catalogue) -> Post:
    """The post as it is stored: with the town that it names, or else the one meant by its office."""
    code = post.municipality_code
    if code is None:
        code = municipality_of(catalogue, post.body)
    return replace(post, municipality_code=code or None)


def municipality_of(catalogue: Catalogue, body: str) -> str | None:
    """The town that is called so ("姫路市", "姫路市役所"), if one is."""
    town = catalogue.town_names.named(body.removesuffix("役所").removesuffix("役場"))
    return None if town is None else town.code
