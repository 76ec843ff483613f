"""The English catalogue of everything the site says: `python -m docs.catalogue`.

Reads the sentences out of code and templates, brings talentpool/translations up to date, and names what lacks English.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
TEXT = ROOT / "talentpool" / "translations" / "en.po"
SOURCES = {
    ROOT / "talentpool": [("**.py", "python")],
    ROOT / "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")],
}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # so that the same sentences give the same bytes
SAMPLES = {"styleguide.html", "web/styleguide.py"}  # invented words
KEYWORDS = DEFAULT_KEYWORDS | {"say": None, "lazy_gettext": None}


def said() -> Iterator[str]:
    """Every sentence of code and templates that is marked."""
    for folder, methods in SOURCES.items():
        for file, _line, sentence, _comments, _context in extract_from_dir(
            str(folder),
            method_map=methods,
            keywords=KEYWORDS,
            directory_filter=lambda _folder: True,
        ):
            assert isinstance(sentence, str), sentence
            if file not in SAMPLES:
                yield sentence


def stored() -> Catalog:
    with TEXT.open("rb") as file:
        return read_po(file, locale="en")


def updated() -> Catalog:
    """What is said now, with the English that stands; the same bytes for the same sentences."""
    known = {message.id: message.string for message in stored() if message.id}
    catalog = Catalog(locale="en", creation_date=LONG_AGO, revision_date=LONG_AGO)
    for sentence in sorted(set(said())):
        flags = {"python-format"} if "%(" in sentence else set()
        catalog.add(sentence, known.get(sentence, ""), flags=flags)
    return catalog


def text_of(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=0, omit_header=True, no_location=True)
    return out.getvalue()


def lacking(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id and not message.string]


def main() -> int:
    catalog = updated()
    TEXT.write_bytes(text_of(catalog))
    missing = lacking(catalog)
    for message in missing:
        print(message.id)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
