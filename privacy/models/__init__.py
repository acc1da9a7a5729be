from privacy.models.decisions import ConsentDecision, Disclosure, PurgeRun
from privacy.models.events import RequestEvent
from privacy.models.requests import Request, VerificationCode

__all__ = [
    "ConsentDecision",
    "Disclosure",
    "PurgeRun",
    "Request",
    "RequestEvent",
    "VerificationCode",
]
