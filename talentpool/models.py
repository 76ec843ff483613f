"""All tables: importing this module fills `Base.metadata`, for migrations and whole-schema checks."""

from .accounts import models as accounts, postal
from .audit import AuditEvent, AuditHead
from .candidates import models as candidates, received
from .candidates.employed import Employment
from .candidates.freshness import AvailabilityCheck
from .candidates.merged import DistinctPair, PersonMerge
from .cases import models as cases
from .checkups import Checkup
from .complaints import models as complaints
from .conflicts import models as conflicts
from .consultations import models as consultations
from .credentials import models as credentials
from .db import Base
from .deadlines import models as deadlines
from .desk import models as desk
from .engagements import models as engagements
from .engagements.feeds import CalendarFeed
from .engagements.month_additions import MonthAddition
from .engagements.outlook import EngagementOutlook
from .engagements.plan_changes import PlanChange
from .funding import models as funding
from .gaps import models as gaps
from .jobs import Job
from .ledger import models as ledger
from .mail import MailOrder
from .mail_choices import MailChoice, QuietHours
from .meetings import models as meetings
from .needs import costing, models as needs
from .notes import models as notes
from .panels import models as panels
from .placements import models as placements, recorded
from .placements.counters import models as counters
from .placements.questions import models as questions
from .placements.statement_printing import StatementPrint
from .preferences import models as preferences
from .programmes import models as programmes
from .reference import models as reference
from .reviews import models as reviews
from .rounds import models as rounds
from .selfchecks import models as selfchecks

__all__ = [
    "AuditEvent",
    "AuditHead",
    "AvailabilityCheck",
    "Base",
    "CalendarFeed",
    "Checkup",
    "DistinctPair",
    "Employment",
    "EngagementOutlook",
    "Job",
    "MailChoice",
    "MailOrder",
    "MonthAddition",
    "PersonMerge",
    "PlanChange",
    "QuietHours",
    "StatementPrint",
    "accounts",
    "candidates",
    "cases",
    "complaints",
    "conflicts",
    "consultations",
    "costing",
    "counters",
    "credentials",
    "deadlines",
    "desk",
    "engagements",
    "funding",
    "gaps",
    "ledger",
    "meetings",
    "needs",
    "notes",
    "panels",
    "placements",
    "postal",
    "preferences",
    "programmes",
    "questions",
    "received",
    "recorded",
    "reference",
    "reviews",
    "rounds",
    "selfchecks",
]
