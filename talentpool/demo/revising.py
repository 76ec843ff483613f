"""A town adds to the text of a need that is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..db import Session
from ..needs.models import Need
from ..needs.writing import content_of
from ..permissions import Actor
from ..placements.revising.service import revise_need
from ..reference.service import load_catalogue

ADDED = "庁内の打合せは月1回で、オンラインでも参加できます。"


def add_words(session: Session, need: Need, town: Actor, now: datetime) -> None:
    content = content_of(need)
    content = replace(content, background=f"{content.background}\n{ADDED}".strip())
    catalogue = load_catalogue(session)
    revise_need(session, need, content, catalogue=catalogue, actor=town, now=now)
