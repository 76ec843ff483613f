"""The web application: `create_app(config)` assembles the features."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from flask import Flask, g
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from . import clock
from .config import Config
from .db import Database
from .reference.catalogue import Catalogue
from .web import (
    access,
    addresses,
    again,
    bodies,
    failures,
    filters,
    headers,
    kept,
    labels,
    languages,
    navigation,
    once,
    pages,
    refusals,
    styleguide,
)
from .web.hosts import KnownHosts
from .web.unit import TalentpoolFlask
from .worker import Engine

FEATURES = (
    "accounts",
    "home",
    "candidates",
    "credentials",
    "rota",
    "selfchecks",
    "needs",
    "consultations",
    "pool",
    "rounds",
    "gaps",
    "engagements",
    "programmes",
    "funding",
    "meetings",
    "reviews",
    "cases",
    "placements",
    "deadlines",
    "travel",
    "panels",
    "preferences",
    "notes",
    "desk",
    "complaints",
    "conflicts",
    "corrections",
    "merging",
    "registers",
)
HERE = Path(__file__).parent


def templates_folder() -> Path:
    """Inside the package when installed, beside it in a checkout."""
    inside = HERE / "templates"
    return inside if inside.is_dir() else HERE.parent / "templates"


def create_app(config: Config, database: Database | None = None) -> TalentpoolFlask:
    app = TalentpoolFlask(
        "talentpool", template_folder=str(templates_folder()), static_folder=str(HERE / "static")
    )
    app.config.update(
        SECRET_KEY=config.secret_key,
        BABEL_DEFAULT_LOCALE="ja",
        BABEL_DEFAULT_TIMEZONE="Asia/Tokyo",
        WTF_CSRF_TIME_LIMIT=None,  # tokens live as long as the session
        TALENTPOOL=config,
    )
    app.database = database or Database(config)
    app.extensions["talentpool_engine"] = Engine(config, app.database)
    app.wsgi_app = KnownHosts(app.wsgi_app, config)  # type: ignore[method-assign]
    if config.proxy_hops:
        hops = config.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    languages.init_app(app)
    addresses.init_app(app)
    navigation.init_app(app)
    _add_features(app)
    bodies.init_app(app)
    access.init_app(app)
    again.init_app(app)
    CSRFProtect(app)
    failures.init_app(app)
    filters.init_app(app)
    headers.init_app(app)
    kept.init_app(app)
    labels.init_app(app)
    once.init_app(app)
    pages.init_app(app)
    refusals.init_app(app)
    if config.environment != "production":
        styleguide.init_app(app)
    app.context_processor(lambda: _page_context(config))
    return app


def _page_context(config: Config) -> dict[str, object]:
    actor = getattr(g, "actor", None)
    code = actor.prefecture_code if actor else None
    return {
        "is_demo": config.is_demo,
        "lang": languages.locale(),
        "languages": languages.links(*again.here()),
        "actor": actor,
        "prefecture_name": labels.label(Catalogue.shipped().prefecture(code)) if code else "",
        "nav": navigation.navigation().links(),
        "now": clock.now(),
    }


def _add_features(app: Flask) -> None:
    """Register the `blueprint` of each feature's views, and call their `init_app` if they have one."""
    for name in FEATURES:
        views = import_module(f"talentpool.{name}.views")
        app.register_blueprint(views.blueprint)
        if hasattr(views, "init_app"):
            views.init_app(app)
