"""Addresses that must not be written to, kept as keyed digests.

A digest outlives the erasure of the address: else an import or an old list would write again.
Only a newly confirmed sign-up lifts it.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from mailings import addresses
from mailings.models import Suppression

NEWSLETTER = "newsletter"


def digest(purpose: str, email: str) -> str:
    said = f"{purpose}:{addresses.key(email)}"
    return hmac.new(settings.SUPPRESSION_PEPPER.encode(), said.encode(), hashlib.sha256).hexdigest()


def suppress(purpose: str, email: str, *, now: datetime) -> None:
    mark = Suppression(purpose=purpose, digest=digest(purpose, email), created_at=now)
    Suppression.objects.bulk_create([mark], ignore_conflicts=True)


def lift(purpose: str, email: str) -> None:
    Suppression.objects.filter(purpose=purpose, digest=digest(purpose, email)).delete()


def suppressed(purpose: str, email: str) -> bool:
    return Suppression.objects.filter(purpose=purpose, digest=digest(purpose, email)).exists()


def forbids(message: Any) -> bool:
    """Asked by the outbox before each attempt."""
    return bool(message.purpose) and suppressed(message.purpose, message.recipient)


def marks_of(subject: Any) -> Q:
    """The marks of a person's addresses, for the export and the receipt."""
    return Q(digest__in=[digest(NEWSLETTER, email) for email in sorted(subject.emails)])
