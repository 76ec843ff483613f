"""Lay out the tile map of every prefecture from the positions of the town halls: `python -m docs.tiles`.

Each municipality gets a square of a grid so that the squares together lie as near to the halls as they can: a linear
assignment. The layout of Hyogo is drawn by hand and stays as it is in the file.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from talentpool.reference import shipped
from talentpool.reference.entries import MunicipalityEntry

FILE = Path(shipped.__file__).parent / "data" / "tiles.csv"
BY_HAND = {"28"}
ROOM = 1.5  # squares of the grid for each municipality


def main() -> None:
    kept = [row for row in _stored() if row[0][:2] in BY_HAND]
    towns = sorted(shipped.municipalities(), key=lambda town: town.prefecture_code)
    rows = list(kept)
    for code, group in groupby(towns, key=lambda town: town.prefecture_code):
        if code not in BY_HAND:
            rows += lay_out(list(group))
    with FILE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "column", "row"))
        writer.writerows(sorted(rows))


def lay_out(towns: Sequence[MunicipalityEntry]) -> list[tuple[str, str, str]]:
    """(code, column, row) of each town; columns from the west, rows from the north, both from 0."""
    side = math.ceil(math.sqrt(len(towns) * ROOM))
    spots = np.array([(column, row) for row in range(side) for column in range(side)], float)
    wished = np.column_stack(
        [_spread([town.longitude for town in towns]), _spread([-town.latitude for town in towns])]
    ) * (side - 1)
    cost = ((wished[:, None, :] - spots[None, :, :]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(cost)
    squares = spots[chosen].astype(int)
    squares -= squares.min(axis=0)
    return [
        (town.code, str(column), str(row))
        for town, (column, row) in zip(towns, squares.tolist(), strict=True)
    ]


def _spread(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """From 0 to 1, half by position and half by rank: far islands would press all others together."""
    array = np.asarray(values)
    low, high = np.percentile(array, (5, 95))
    placed = np.clip((array - low) / max(high - low, 1e-9), 0, 1)
    ranked = array.argsort().argsort() / max(len(array) - 1, 1)
    mixed: np.ndarray[tuple[int], np.dtype[np.float64]] = (placed + ranked) / 2
    return mixed


def _stored() -> list[tuple[str, str, str]]:
    with FILE.open(encoding="utf-8") as file:
        return [(row["code"], row["column"], row["row"]) for row in csv.DictReader(file)]


if __name__ == "__main__":
    main()
