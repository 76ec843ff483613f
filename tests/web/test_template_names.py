"""Every name that a template calls is there: a macro, a global, or something that a page hands in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import nodes

from talentpool.web.unit import TalentpoolFlask

RENDERING = {"render_template", "_page", "answer"}  # the last of a list
PACKAGE = Path(__file__).parents[2] / "talentpool"


def handed_in() -> Iterator[str]:
    """The names with which any page renders a template."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in RENDERING:
                yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def _name(called: ast.expr) -> str:
    return str(getattr(called, "id", getattr(called, "attr", "")))


def made_in(template: nodes.Template) -> Iterator[str]:
    """The names that a template imports, defines or sets."""
    yield "caller"
    for imported in template.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in imported.names)
    for node in template.find_all((nodes.Import, nodes.Macro, nodes.Name)):
        if isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.Macro) or node.ctx in ("store", "param"):
            yield node.name


def test_no_template_calls_a_name_that_nobody_gives_it(app: TalentpoolFlask) -> None:
    environment = app.jinja_env
    given = {*handed_in(), *environment.globals}
    with app.test_request_context():
        for functions in app.template_context_processors.values():
            for function in functions:
                given |= {*function()}
    faults = []
    for name in environment.list_templates(extensions=["html"]):
        loader = environment.loader
        assert loader is not None
        template = environment.parse(loader.get_source(environment, name)[0])
        calls = template.find_all(nodes.Call)
        called = {call.node.name for call in calls if isinstance(call.node, nodes.Name)}
        unknown = called - {*made_in(template)} - given
        faults += [f"{name}: {one}" for one in sorted(unknown)]
    assert faults == []
