"""A funding measure, as an officer of a prefecture enters it."""

from __future__ import annotations

from typing import Any

from talentpool.db import Session
from talentpool.funding.models import Funding
from talentpool.funding.service import FundingContent, save_funding
from talentpool.permissions import Role
from talentpool.programmes.sourced import Origin
from talentpool.reference.service import load_catalogue
from tests import factories as make


def make_funding(
    session: Session,
    *,
    prefecture_code: str = make.HYOGO,
    origin: Origin | None = None,
    **content: Any,
) -> Funding:
    officer = make.make_user(session, Role.COORDINATOR, prefecture_code=prefecture_code).actor
    given = FundingContent(**{"name": "架空の措置", "origin": origin or Origin(), **content})
    return save_funding(
        session, None, given, catalogue=load_catalogue(session), actor=officer, now=make.NOW
    )
