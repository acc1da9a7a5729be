"""How a request comes in: from the account's own page, or from the public form."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from privacy import letters
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.requests import links, timing, wording
from privacy.requests.events import PERSON, record
from privacy.requests.proof import send_code


class Account(Protocol):
    """What a request takes from the account that files it."""

    pk: int
    email: str
    language: str
    subject_id: uuid.UUID


@dataclass(frozen=True)
class Inquiry:
    """What a person without an account typed."""

    kind: Kind
    email: str
    language: str
    key: uuid.UUID  # of the form that was sent
    order_reference: str = ""
    message: str = ""
    country: str = ""  # where the person lives, if he says so


@transaction.atomic
def file_deletion(user: Account, *, now: datetime) -> Request:
    """Have an account deleted when its cooling-off ends; a second call returns the first request.

    The lock on the account makes a double click, or two tabs, wait for one another.
    """
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
    if running := running_deletion(user):
        return running
    token, whose = links.new_token(), {"user_id": user.pk, "subject_id": user.subject_id}
    case = Request.objects.create(
        kind=Kind.ERASURE,
        state=State.COOLING_OFF,
        **whose,
        email=user.email,
        email_proved_at=now,
        language=spoken(user),
        **timing.opening("", now=now),
        cooling_off_until=now + settings.COOLING_OFF,
        link_digest=links.digest(token),
    )
    for action in (Action.RECEIVED, Action.SIGNED_IN):
        record(case, action, by=PERSON, now=now)
    say_scheduled(case, token, until=now + settings.COOLING_OFF)
    return case


def say_scheduled(case: Request, token: str, *, until: datetime) -> None:
    """Mail the link that takes a deletion back, signed in or not."""
    letters.send(
        "privacy/deletion_scheduled",
        to=case.email,
        language=case.language,
        about=f"request:{case.reference}",
        context={
            "reference": case.reference,
            "until": wording.minute(until, case.language),
            "link": links.absolute("privacy:keep", case.language, token),
        },
    )


def spoken(user: Account) -> str:
    """The person's language if we speak it, else the first of ours."""
    ours = [code for code, _name in settings.LANGUAGES]
    return user.language if user.language in ours else ours[0]


def running_deletion(user: Account) -> Request | None:
    """The deletion of his account that a person asked for and that has not ended."""
    return Request.objects.deletions_running().filter(user_id=user.pk).first()


@transaction.atomic
def file_inquiry(inquiry: Inquiry, *, now: datetime) -> Request:
    """Take a request in and send a code to its address.

    Nothing is looked up here, so a known and an unknown address cost the same and answer the same.
    """
    case, new = Request.objects.get_or_create(
        filing_key=inquiry.key,
        defaults={
            "kind": inquiry.kind,
            "state": State.AWAITING_VERIFICATION,
            "email": inquiry.email,
            "order_reference": inquiry.order_reference,
            "message": inquiry.message,
            "language": inquiry.language,
            **timing.opening(inquiry.country, now=now),
        },
    )
    if not new:  # the same form, sent twice
        return case
    record(case, Action.RECEIVED, by=PERSON, now=now)
    send_code(case, now=now)
    return case
