"""What must hold of cases, for `talentpool check`."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ..db import Session
from ..reviews.models import Report
from .models import Case


def violations(session: Session) -> Iterator[str]:
    """A case of a report is of its town; every report to which both sides agree has one."""
    foreign = sa.select(Case.id).join(Report, Report.id == Case.report_id)
    foreign = foreign.where(Report.municipality_code != Case.municipality_code)
    for ident in session.scalars(foreign.order_by(Case.id)):
        yield f"case {ident}: not of the town of its report"
    agreed = sa.select(Report.id).where(
        Report.person_agreed_at.is_not(None), Report.town_agreed_at.is_not(None),
        ~sa.exists().where(Case.report_id == Report.id),
    )  # fmt: skip
    for ident in session.scalars(agreed.order_by(Report.id)):
        yield f"report {ident}: both sides agree, and there is no case"
