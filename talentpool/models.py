"""All tables: importing this module fills `Base.metadata`, for migrations and whole-schema checks."""

from .accounts import models as accounts
from .audit import AuditEvent, AuditHead
from .candidates import models as candidates
from .candidates.freshness import AvailabilityCheck
from .checkups import Checkup
from .complaints import models as complaints
from .db import Base
from .desk import models as desk
from .engagements import models as engagements
from .engagements.outlook import EngagementOutlook
from .jobs import Job
from .ledger import models as ledger
from .mail import MailOrder
from .mail_choices import MailChoice, QuietHours
from .needs import models as needs
from .notes import models as notes
from .placements import models as placements
from .reference import models as reference
from .rounds import models as rounds

__all__ = [
    "AuditEvent",
    "AuditHead",
    "AvailabilityCheck",
    "Base",
    "Checkup",
    "EngagementOutlook",
    "Job",
    "MailChoice",
    "MailOrder",
    "QuietHours",
    "accounts",
    "candidates",
    "complaints",
    "desk",
    "engagements",
    "ledger",
    "needs",
    "notes",
    "placements",
    "reference",
    "rounds",
]
