from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _

from ...candidates.models import Membership
from ...consultations.models import Consultation
from ...needs.models import Need
from ...placements.models import Placement
from ...web.labels import in_town, town
from ..models import Owned

blueprint = Blueprint("desk", __name__)


def title_of(thing: Owned) -> str:
    """Without a name: a person stands there by number."""
    if isinstance(thing, Membership):
        return thing.candidate.code
    if isinstance(thing, Need):
        return in_town(thing)
    if isinstance(thing, Placement):
        code = thing.candidate.code
        return str(_("%(need)s ／ %(person)s", need=in_town(thing.need), person=code))
    if isinstance(thing, Consultation):
        words = {"town": town(thing.municipality_code), "code": thing.code}
        return str(_("%(town)sの相談 %(code)s", **words))
    return str(_("第%(n)s回 %(title)s", n=thing.number, title=thing.title))


def url_of(thing: Owned) -> str:
    if isinstance(thing, Membership):
        return url_for("candidates.show_candidate", ident=thing.candidate_id)
    if isinstance(thing, Need):
        return url_for("needs.show_need", need_id=thing.id)
    if isinstance(thing, Placement):
        return url_for("placements.show_placement", placement_id=thing.id)
    if isinstance(thing, Consultation):
        return url_for("consultations.show_consultation", ident=thing.id)
    return url_for("rounds.show_round", round_id=thing.id)
