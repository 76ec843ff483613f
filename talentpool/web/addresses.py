"""Numbers in addresses: one that no row can have is no address of the site."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

from ..db import GREATEST_ID


class RowNumber(IntegerConverter):
    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **{"max": GREATEST_ID, **options})


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
