from privacy.models.decisions import ConsentDecision, Disclosure, PurgeRun
from privacy.models.requests import Request, RequestEvent, VerificationCode

__all__ = [
    "ConsentDecision",
    "Disclosure",
    "PurgeRun",
    "Request",
    "RequestEvent",
    "VerificationCode",
]
