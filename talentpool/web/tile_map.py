"""A map of a prefecture on which every municipality is a square of one size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

SIDE, GAP = 48, 4  # pixels
PITCH = SIDE + GAP
LONGEST = 3  # letters of a name that fit without being condensed
SUFFIXES = "市町村"


@dataclass(frozen=True, slots=True)
class Tile:
    """A square; its title says in words what name, text and tone show. tone: full, part, empty or none.

    A tile with a `code` is a link.
    """

    name: str
    column: float
    row: float
    text: str
    tone: str
    title: str
    code: str | None = None


def tile_map(tiles: Sequence[Tile], url_of: Callable[[str], str], *, title: str) -> Markup:
    """The squares at their places; `url_of` gives the address behind a tile by its code."""
    width = max((tile.column for tile in tiles), default=0) * PITCH + SIDE
    height = max((tile.row for tile in tiles), default=0) * PITCH + SIDE
    return Markup(
        '<svg class="tile-map" role="group" aria-label="{title}" focusable="false" '
        'width="{width:.0f}" height="{height:.0f}" viewBox="-2 -2 {w:.0f} {h:.0f}">{drawn}</svg>'
    ).format(
        title=title,
        width=width + 4,
        height=height + 4,
        w=width + 4,
        h=height + 4,
        drawn=Markup().join(_drawn(tile, url_of) for tile in tiles),
    )


def _drawn(tile: Tile, url_of: Callable[[str], str]) -> Markup:
    x, y = tile.column * PITCH, tile.row * PITCH
    middle = x + SIDE / 2
    name = tile.name
    if len(name) > 2 and name[-1] in SUFFIXES:
        name = name[:-1]
    fitted = Markup(' textLength="{}" lengthAdjust="spacingAndGlyphs"').format(SIDE - 6)
    square = Markup(
        '<rect class="tile tile-{tone}" x="{x:.0f}" y="{y:.0f}" width="{side}" height="{side}" rx="6"/>'
        '<text class="tile-name tile-on-{tone}" x="{middle:.0f}" y="{first:.0f}"{fit}>{name}</text>'
        '<text class="tile-text tile-on-{tone}" x="{middle:.0f}" y="{second:.0f}">{text}</text>'
    ).format(
        tone=tile.tone, x=x, y=y, side=SIDE, middle=middle, first=y + 20, second=y + 38,
        fit=fitted if len(name) > LONGEST else "", name=name, text=tile.text,
    )  # fmt: skip
    if tile.code is None:
        return Markup('<g role="img" aria-label="{0}"><title>{0}</title>{1}</g>').format(
            tile.title, square
        )
    return Markup('<a href="{0}" aria-label="{1}"><title>{1}</title>{2}</a>').format(
        url_of(tile.code), tile.title, square
    )
