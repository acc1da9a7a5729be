from privacy.models.requests import Request, RequestEvent, VerificationCode

__all__ = ["Request", "RequestEvent", "VerificationCode"]
