"""How a request comes in: from the account's own page, or from the public form."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from privacy import gate, letters
from privacy.models import Request
from privacy.models.events import Action
from privacy.models.requests import Kind, State
from privacy.requests import links, merging, reviewing, timing, wording
from privacy.requests.decisions import NotPossible, say_received
from privacy.requests.events import PERSON, SYSTEM, Actor, record
from privacy.requests.proof import send_code

OWN_WAY = (Kind.ERASURE, Kind.ACCESS, Kind.PORTABILITY)


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
    others: tuple[str, ...] = ()  # further addresses, each a request with its own proof
    about: str = ""  # the number of the case whose answer is to be reviewed


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
        link_digest=links.digest(token, links.Door.KEEP),
    )
    for action in (Action.RECEIVED, Action.AGAIN):
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


def file_inquiries(inquiry: Inquiry, *, now: datetime) -> list[Request]:
    """One request for each address: what is not proved for itself gives its address nothing."""
    others = [
        replace(inquiry, email=email, key=uuid.uuid5(inquiry.key, email))
        for email in inquiry.others
    ]
    return [file_inquiry(one, now=now) for one in (inquiry, *others)]


@transaction.atomic
def file_inquiry(inquiry: Inquiry, *, now: datetime, by: Actor = PERSON) -> Request:
    """Take a request in and send a code to its address. Staff may write down one that came by post.

    No address is looked up here, so a known and an unknown one cost the same and answer the same.
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
            "appeal_of": reviewing.reviewable(inquiry.about) if inquiry.about else None,
            **timing.opening(inquiry.country, now=now),
        },
    )
    if not new:  # the same form, sent twice
        return case
    record(case, Action.RECEIVED, by=by, now=now)
    send_code(case, now=now)
    return case


@dataclass(frozen=True)
class Wish:
    """What a signed-in person asks for. ``about``: the case whose answer is to be reviewed."""

    kind: Kind
    message: str = ""
    order_reference: str = ""
    country: str = ""
    about: Request | None = None


@transaction.atomic
def file_own(user: Account, wish: Wish, *, now: datetime) -> Request:
    """A request from an account, which is proof enough; asked twice, it is the same request.

    Not for what has its own way: the deletion of an account, and the archives of its data.
    """
    if wish.kind in OWN_WAY or (wish.about and wish.about.user_id != user.pk):
        raise NotPossible
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)
    case = wished(user, wish, now=now)
    if running := merging.earlier(case):
        return running
    case.save()
    for action in (Action.RECEIVED, Action.SIGNED_IN):
        record(case, action, by=PERSON, now=now)
    gate.carry_out(case, SYSTEM, now)
    say_received(case)
    return case


def wished(user: Account, wish: Wish, *, now: datetime) -> Request:
    return Request(
        kind=wish.kind,
        state=State.IN_ASSESSMENT,
        user_id=user.pk,
        subject_id=user.subject_id,
        email=user.email,
        email_proved_at=now,
        language=spoken(user),
        message=wish.message,
        order_reference=wish.order_reference,
        appeal_of=wish.about,
        **timing.opening(wish.country, now=now),
    )
