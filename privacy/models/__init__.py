from privacy.models.cases import Correction, Export, LedgerMark, Look, Note
from privacy.models.decisions import ConsentDecision, Disclosure, PurgeRun
from privacy.models.erased import Erased
from privacy.models.events import RequestEvent
from privacy.models.holds import Duty, Hold, Residue
from privacy.models.requests import Request, VerificationCode

__all__ = [
    "ConsentDecision",
    "Correction",
    "Disclosure",
    "Duty",
    "Erased",
    "Export",
    "Hold",
    "LedgerMark",
    "Look",
    "Note",
    "PurgeRun",
    "Request",
    "RequestEvent",
    "Residue",
    "VerificationCode",
]
