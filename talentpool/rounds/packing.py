"""How the bulky parts of a round are stored: packed texts, and the plain JSON of rounds from before."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from ..db import canonical_json
from ..matching.explaining.excluded import LeftOut

PACKED = "packed"  # the one key of a packed document
BITS = "bits"


class Packed(TypeDecorator[Any]):
    """A document as canonical JSON, compressed; what was stored as plain JSON reads as well."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        content = zlib.compress(canonical_json(value).encode())
        return canonical_json({PACKED: b64encode(content).decode()})

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        stored = None if value is None else json.loads(value)
        if isinstance(stored, dict) and stored.keys() == {PACKED}:
            return json.loads(zlib.decompress(b64decode(stored[PACKED])))
        return stored


class Rules(TypeDecorator[Mapping[str, list[str]]]):
    """Person → the rules that leave them out: bits where the engine gave them, else plain JSON as before."""

    impl = Text
    cache_ok = True

    def process_bind_param(
        self, value: Mapping[str, list[str]] | None, dialect: Dialect
    ) -> str | None:
        if value is None:
            return None
        return canonical_json(value.packed() if isinstance(value, LeftOut) else value)

    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> Mapping[str, list[str]] | None:
        stored = None if value is None else json.loads(value)
        if stored is not None and BITS in stored:
            return LeftOut.unpacked(stored)
        return stored
