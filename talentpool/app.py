"""The web application: `create_app(config)` puts the rooms together."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from flask import Flask, g
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from . import clock
from .config import Config
from .db import Database
from .reference.catalogue import Catalogue
from .web import access, failures, filters, headers, navigation, pages
from .web.unit import TalentpoolFlask
from .worker import Engine

FEATURES = ("accounts", "home", "candidates", "needs", "pool", "rounds", "placements")
MOST_UPLOAD = 10 * 1024 * 1024  # bytes
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
        MAX_CONTENT_LENGTH=MOST_UPLOAD,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=2000,
        BABEL_DEFAULT_LOCALE="ja",
        BABEL_DEFAULT_TIMEZONE="Asia/Tokyo",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        TALENTPOOL=config,
    )
    app.database = database or Database(config)
    app.extensions["talentpool_engine"] = Engine(config, app.database)
    if config.proxy_hops:
        hops = config.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    Babel(app)
    navigation.init_app(app)
    _add_features(app)
    access.init_app(app)
    CSRFProtect(app)
    failures.init_app(app)
    filters.init_app(app)
    headers.init_app(app)
    pages.init_app(app)
    app.context_processor(lambda: _page_context(config))
    return app


def _page_context(config: Config) -> dict[str, object]:
    actor = getattr(g, "actor", None)
    code = actor.prefecture_code if actor else None
    return {
        "is_demo": config.is_demo,
        "actor": actor,
        "prefecture_name": Catalogue.shipped().prefecture(code).ja if code else "",
        "nav": navigation.navigation().links(),
        "now": clock.now(),
    }


def _add_features(app: Flask) -> None:
    """Each feature's views.py has a `blueprint`, and `init_app` where it has more to set up."""
    for name in FEATURES:
        views = import_module(f"talentpool.{name}.views")
        app.register_blueprint(views.blueprint)
        if hasattr(views, "init_app"):
            views.init_app(app)
