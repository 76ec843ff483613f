"""What must hold of consultations, for `talentpool check`."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..db import Session
from ..needs.models import Need, NeedDraft
from ..programmes.models import Referral
from ..reference.models import Municipality
from .models import Consultation

_C = Consultation


def violations(session: Session) -> Iterator[str]:
    """Of one town with its draft, need and programmes; found by nobody unless its town allows it."""
    elsewhere = (
        ("town", sa.select(_C.id).join(Municipality, Municipality.code == _C.municipality_code)
         .where(Municipality.prefecture_code != _C.prefecture_code)),
        ("draft", sa.select(_C.id).join(NeedDraft, NeedDraft.id == _C.draft_id)
         .where(NeedDraft.municipality_code != _C.municipality_code)),
        ("need", sa.select(_C.id).join(Need, Need.id == _C.need_id)
         .where(Need.municipality_code != _C.municipality_code)),
        ("programme", sa.select(_C.id).join(_C.referrals)
         .where(Referral.municipality_code != _C.municipality_code)),
    )  # fmt: skip
    for what, query in elsewhere:
        for ident in session.scalars(query.distinct().order_by(_C.id)):
            yield f"consultation {ident}: its {what} is of another place"
    found = sa.select(_C.id).where(_C.shared_key != "", ~_C.is_shared)
    for ident in session.scalars(found.order_by(_C.id)):
        yield f"consultation {ident}: can be found, and its town does not allow it"
