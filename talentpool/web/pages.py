"""The pages that are the same for everyone, and the functions that all templates may call."""

from __future__ import annotations

from enum import StrEnum

from flask import Blueprint, Flask, current_app, render_template

from ..pay import HALF_DAYS_A_DAY, HOURS_A_HALF_DAY
from ..permissions import Action, can
from ..reference.entries import Vocabulary
from ..standing import STATES, WORDS, Reader
from . import charts, glossary
from .access import public
from .labels import label
from .languages import locale
from .paging import this_page
from .timeline import timeline
from .unit import current_actor, current_catalogue, current_session

blueprint = Blueprint("pages", __name__)
READERS = (Reader.STAFF, Reader.TOWN, Reader.PERSON)  # in the order of the columns


@blueprint.get("/help")
@public
def guide() -> str:
    return render_template("public/guide.html", hours=HOURS_A_HALF_DAY, half_days=HALF_DAYS_A_DAY)


@blueprint.get("/help/words")
@public
def words() -> str:
    """Hard words with their readings, in plain ones."""
    return render_template("public/words.html", words=glossary.WORDS, has_readings=locale() == "ja")


@blueprint.get("/help/states")
@public
def state_words() -> str:
    """What each reader is told of the states of registrations, needs and placements."""
    members, needs, placements = map(_words_of, STATES)
    return render_template(
        "public/state_words.html", members=members, needs=needs, placements=placements
    )


def _words_of(standings: type[StrEnum]) -> list[list[str]]:
    """A row of each standing: what each of READERS is told."""
    told = [WORDS[standings].get(reader, {}) for reader in READERS]
    return [
        [label(words[standing]) if standing in words else "—" for words in told]
        for standing in standings
    ]


@blueprint.get("/privacy")
@public
def privacy() -> str:
    return render_template("public/privacy.html")


@blueprint.get("/consent")
@public
def consent() -> str:
    purposes = current_catalogue().terms(Vocabulary.CONSENT_PURPOSE)
    return render_template("public/consent.html", purposes=purposes)


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("public/accessibility.html")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        charts=charts, draw_months=timeline, may=may, sends_mail=sends_mail, this_page=this_page
    )


def sends_mail() -> bool:
    """Whether a mail server is configured."""
    return bool(getattr(current_app.config.get("TALENTPOOL"), "smtp_url", None))


def may(action: str) -> bool:
    """Whether the reader may do `action` ("round:run") to any object."""
    return can(current_session(), current_actor(), Action(action))
