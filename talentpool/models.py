"""All tables: importing this module fills `Base.metadata`, for migrations and whole-schema checks."""

from .accounts import models as accounts
from .audit import AuditEvent, AuditHead
from .candidates import models as candidates
from .checkups import Checkup
from .db import Base
from .deadlines import models as deadlines
from .desk import models as desk
from .engagements import models as engagements
from .jobs import Job
from .ledger import models as ledger
from .mail import MailOrder
from .mail_choices import MailChoice, QuietHours
from .needs import models as needs
from .notes import models as notes
from .placements import models as placements
from .placements.counters import models as counters
from .reference import models as reference
from .rounds import models as rounds

__all__ = [
    "AuditEvent",
    "AuditHead",
    "Base",
    "Checkup",
    "Job",
    "MailChoice",
    "MailOrder",
    "QuietHours",
    "accounts",
    "candidates",
    "counters",
    "deadlines",
    "desk",
    "engagements",
    "ledger",
    "needs",
    "notes",
    "placements",
    "reference",
    "rounds",
]
