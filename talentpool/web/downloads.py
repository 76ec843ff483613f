"""Lists as files: the address of a list with format=xlsx or format=csv gives all its rows.

A list with names asks for a purpose first and records who took it away; without the record there is no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms.validators import DataRequired

from .. import clock
from ..dates import local_date
from ..errors import BadFile
from ..files.writing import Cell, Table, render
from .forms import FilterForm, is_set, text_field
from .unit import after_view, current_actor

S = TypeVar("S")
MOST_PURPOSE = 200  # characters
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
CHARSETS = {"cp932": "Windows-31J"}  # beside UTF-8


class PurposeForm(FilterForm):
    purpose = text_field(
        _("ダウンロードの目的"),
        DataRequired(_("何のために使うかを入力してください。")),
        most=MOST_PURPOSE,
        description=_("氏名や連絡先は書かないでください。監査記録に残ります。"),
    )


@dataclass(frozen=True)
class Download(Generic[S]):
    """A list as it is taken away.

    name: of the file, and in the audit trail. columns: (label, what the list shows of a row). record: for lists with
    names, writes down the download. person: the candidate whom a row names.
    """

    name: str
    title: Any
    columns: Sequence[tuple[Any, Callable[[S], Cell]]]
    record: Callable[..., None] | None = None
    person: Callable[[S], int] | None = None

    def answer(
        self, rows: Iterable[S], filters: FilterForm | None = None
    ) -> ResponseReturnValue | None:
        """The file, or the page that comes before it; None where the list itself is asked for."""
        if request.method == "POST" or request.args.get("format") not in KINDS:
            return None
        purpose = PurposeForm(request.args)
        if self.record is not None and not ("purpose" in request.args and purpose.validate()):
            status = 422 if purpose.errors else 200
            return render_template(
                "downloads/ask_purpose.html", form=purpose, download=self
            ), status
        people: set[int] = set()
        try:
            lines = [self._line(row, people) for row in rows]
            file = self._file(lines)
        except BadFile as error:
            return render_template("downloads/refused.html", error=error), error.status
        if self.record is not None:
            self._note(people, len(lines), purpose.purpose.data, filters)
        return file

    def _line(self, row: S, people: set[int]) -> list[Cell]:
        if self.person is not None:
            people.add(self.person(row))
        return [show(row) for _label, show in self.columns]

    def _file(self, lines: Sequence[Sequence[Cell]]) -> Response:
        kind = request.args["format"]
        encoding = request.args.get("encoding", "").lower()
        table = Table(str(self.title), [str(label) for label, _show in self.columns], lines)
        day = local_date(clock.now())
        name = f"{self.name}-{day:%Y%m%d}.{kind}"
        file = Response(render(Path(name), [table], encoding), mimetype=KINDS[kind])
        if kind == "csv":
            file.mimetype_params["charset"] = CHARSETS.get(encoding, "utf-8")
        file.headers["Content-Disposition"] = f"attachment; filename={name}"
        return file

    def _note(self, people: set[int], rows: int, purpose: str, filters: FilterForm | None) -> None:
        record, actor, now = self.record, current_actor(), clock.now()
        assert record is not None
        detail = {
            "list": self.name,
            "filters": _set_filters(filters) if filters is not None else {},
            "rows": rows,
            "purpose": purpose,
        }
        after_view(lambda unit: record(unit, people, detail, actor=actor, now=now))


def _set_filters(filters: FilterForm) -> dict[str, Any]:
    """The codes that were chosen; of what was typed only that it was, as it may be a name."""
    found: dict[str, Any] = {}
    for field in filters:
        if not isinstance(field, SelectField):
            if field.data:
                found[field.short_name] = True
        elif is_set(field):
            found[field.short_name] = field.data
    return found
