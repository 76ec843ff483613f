"""Rules of every template: words wrapped for translation, nothing inline, no unused imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import Environment, FileSystemLoader, nodes

from talentpool.errors import BadCell, BadFile
from talentpool.permissions import Role
from talentpool.web import again, failures, filters, labels, once, pages, refusals, styleguide

TEMPLATES = Path(__file__).parents[1] / "templates"
FILES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff01-\uff60]")
LONE_PERCENT = re.compile(r"(?<!%)(?:%%)*%(?!%|\(\w+\)[sd])")
TRANSLATORS = {"_", "gettext", "ngettext", "pgettext", "npgettext"}


def parse(name: str) -> nodes.Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
    )
    return environment.parse((TEMPLATES / name).read_text(encoding="utf-8"), name, name)


def untranslated(node: nodes.Node, *, is_wrapped: bool = False) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        is_wrapped = is_wrapped or node.node.name in TRANSLATORS
    text = node.data if isinstance(node, nodes.TemplateData) else getattr(node, "value", None)
    if isinstance(text, str) and not is_wrapped and JAPANESE.search(text):
        yield node.lineno, text.strip()[:40]
    for child in node.iter_child_nodes():
        yield from untranslated(child, is_wrapped=is_wrapped)


def imported_names(template: nodes.Template) -> set[str]:
    found: set[str] = set()
    for imported in template.find_all(nodes.FromImport):
        found |= {name if isinstance(name, str) else name[1] for name in imported.names}
    return found | {imported.target for imported in template.find_all(nodes.Import)}


@pytest.mark.parametrize("name", FILES)
def test_every_japanese_text_is_wrapped_for_translation(name: str) -> None:
    assert list(untranslated(parse(name))) == []


@pytest.mark.parametrize("name", FILES)
def test_a_percent_sign_in_a_text_is_doubled_unless_it_names_a_value(name: str) -> None:
    calls = [
        call
        for call in parse(name).find_all(nodes.Call)
        if getattr(call.node, "name", "") in TRANSLATORS
    ]
    texts = [const.value for call in calls for const in call.find_all(nodes.Const)]
    assert [text for text in texts if isinstance(text, str) and LONE_PERCENT.search(text)] == []


@pytest.mark.parametrize("name", FILES)
def test_no_imported_macro_is_unused(name: str) -> None:
    template = parse(name)
    used = {node.name for node in template.find_all(nodes.Name)}
    assert imported_names(template) - used == set()


def test_only_the_frame_says_that_somebody_else_was_first() -> None:
    """A page that says it too says it twice."""
    calls = {name for name in FILES if "changed_meanwhile(overtaken)" in _source(name)}
    assert calls == {"layout.html"}
    named = {name for name in FILES if "changed_meanwhile" in _source(name)}
    assert named == {"layout.html", "_parts/page.html"}


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_inline_that_the_content_policy_forbids(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r"""(src|href)=["'](https?:)?//""", source)


def test_only_the_plumbing_hands_functions_to_templates() -> None:
    package = TEMPLATES.parent / "talentpool"
    found = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        if "jinja_env" in path.read_text(encoding="utf-8")
    }
    assert found == {"web"}


def create_gallery() -> Flask:
    """An application with only the templates; the pages of features are tested in the real one."""
    app = Flask(
        "talentpool.web",
        root_path=str(TEMPLATES.parent / "talentpool"),
        template_folder=str(TEMPLATES),
    )
    app.config.update(SECRET_KEY="gallery", BABEL_DEFAULT_LOCALE="ja")
    Babel(app)
    CSRFProtect(app)
    again.init_app(app)
    filters.init_app(app)
    labels.init_app(app)
    once.init_app(app)
    pages.init_app(app)
    refusals.init_app(app)
    styleguide.init_app(app)
    for name in (
        "accounts.sign_in",
        "accounts.list_notices",
        "accounts.sign_out",
        "accounts.sign_up",
        "accounts.show_own",
        "home.show_rules",
        "candidates.show_blank_form",
    ):
        app.add_url_rule(f"/{name}", name, str, methods=["GET", "POST"])
    app.context_processor(surroundings)
    return app


def surroundings() -> dict[str, object]:
    person = SimpleNamespace(
        is_authenticated=True, display_name="県 担当", actor=SimpleNamespace(role=Role.COORDINATOR)
    )
    nav = [
        ("ホーム", "#", False, 0, "home"),
        ("募集", "#", True, 3, "list"),
        ("マッチング", "#", False, 0, "swap"),
    ]
    return {
        "current_user": person,
        "nav": nav,
        "is_demo": True,
        "prefecture_name": "兵庫県",
        "lang": "ja",
    }


@pytest.fixture
def gallery() -> str:
    app = create_gallery()
    with app.test_client() as client:
        return client.get("/styleguide").get_data(as_text=True)


def test_every_control_of_the_gallery_has_a_label(gallery: str) -> None:
    controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", gallery)
    shown = [control for control in controls if 'type="hidden"' not in control]
    labelled = set(re.findall(r'<label for="([^"]+)"', gallery))
    assert shown
    assert [
        control for control in shown if re.search(r'\sid="([^"]+)"', control)[1] not in labelled
    ] == []


def test_ids_of_the_gallery_are_unique_and_every_reference_resolves(
    gallery: str,
) -> None:
    ids = re.findall(r'\sid="([^"]+)"', gallery)
    assert len(ids) == len(set(ids))
    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', gallery)).split()
    targets = re.findall(r'href="#([^"]+)"', gallery)
    assert set(described) | set(targets) <= set(ids)


def test_a_refused_form_says_so_at_the_field_and_in_the_summary(gallery: str) -> None:
    assert '<a href="#name">氏名：氏名を入力してください。</a>' in gallery
    assert (
        '<a href="#born-year">生年月日の年：年は1920から2010までで入力してください。</a>' in gallery
    )
    assert 'aria-describedby="name-hint name-error"' in gallery
    assert "エラー 10件：" in gallery.split("</title>", maxsplit=1)[0]


@pytest.mark.parametrize("status", sorted(failures.PAGES))
def test_every_refusal_has_a_page_with_its_message_and_a_link_onward(
    status: int,
) -> None:
    with create_gallery().test_request_context("/"):
        page = render_template(
            f"errors/{status}.html", message="<受け付けられません。>", ident="7f3a22"
        )
    assert "&lt;受け付けられません。&gt;" in page
    assert re.search(r"<h1>\S+</h1>", page)
    assert 'href="/"' in page
    assert ("7f3a22" in page) == (status == 500)


def test_a_refused_file_names_every_bad_cell() -> None:
    problem = BadFile(
        "取り込めません。",
        [
            BadCell("登録者", 3, "氏名", "空です。"),
            BadCell("技能", None, None, "ありません。"),
        ],
    )
    with create_gallery().test_request_context("/"):
        page = render_template("errors/422.html", message=problem.message, problem=problem)
    assert re.findall(r'<th scope="row">(.*?)</th>', page) == ["登録者", "技能"]
    assert "空です。" in page


@pytest.mark.parametrize("path", ["/help", "/privacy", "/accessibility"])
def test_public_pages_open(path: str) -> None:
    with create_gallery().test_client() as client:
        assert client.get(path).status_code == 200
