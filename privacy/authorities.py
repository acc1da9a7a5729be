"""What an authority demands by law: decided by an officer, on record before it is handed over.

The person is told of it in the list of who received what, unless the demand forbids that until a
day (Art. 23 GDPR, such as Art. 126bb Code of Criminal Procedure): until then neither the list nor
an archive nor a letter names it, and none of them says that it is complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from privacy import subjects
from privacy.declarations import registry
from privacy.models import Disclosure, Request
from privacy.purposes import Capacity, Purpose, Recipient
from privacy.requests import unproved
from privacy.requests.events import Actor
from privacy.requests.subject import subject_of
from privacy.requests.undecided import OwnRequest
from privacy.subjects import Subject
from privacy.vocabulary import Category, LegalBasis, Period

Ground = Disclosure.Ground


def authority(key: str, name: str, role: Any) -> Recipient:
    return Recipient(name, "NL", role=role, key=key, capacity=Capacity.AUTHORITY)


AUTHORITIES = (
    authority("police", "Politie en Openbaar Ministerie", _("investigates crimes")),
    authority("tax", "Belastingdienst", _("levies taxes")),
    authority("court", "Rechtspraak", _("decides disputes")),
    authority("supervisor", "Toezichthouder (ACM, AP, NVWA)", _("supervises the shop")),
)
KEYS = tuple(one.key for one in AUTHORITIES)
DEMANDS = Purpose(
    _("Give authorities what the law lets them demand"),
    LegalBasis.LEGAL_OBLIGATION,
    Period(years=2),
    recipients=AUTHORITIES,
    key="authorities",
)
OURS = (Category.RIGHTS, Category.CREDENTIALS, Category.WORK)  # nothing that is given away
GIVEN = tuple(category for category in Category if category not in OURS)


class Unknown(Exception):
    """Nobody of whom the shop holds anything."""


@dataclass(frozen=True)
class Demand:
    """What was demanded, as the officer decided it."""

    nonce: UUID  # of the form: sent twice, it is one hand-over
    authority: str  # the key of one of AUTHORITIES
    named: str  # which office it is
    ground: Ground
    number: str  # under which it was demanded, without names
    categories: Iterable[Category]
    told_from: datetime | None = None  # the law forbids to tell the person before


def person(typed: str) -> Subject:
    """The person behind the number of a request, or an address. Raises Unknown."""
    case = Request.objects.filter(reference=typed.strip().upper()).first()
    if case is not None:
        if not (case.email and case.email_proved_at):
            raise Unknown
        return subject_of(case)
    account = next(iter(subjects.owners(typed.strip())), None)
    subject = subjects.of(account) if account else subjects.of(typed)
    if not account and not is_held(subject):
        raise Unknown
    return subject


def is_held(subject: Subject) -> bool:
    """Whether any row is this person's, or carries the address."""
    if unproved.counts(subject):
        return True
    roles = ((d.model, role) for d in registry.values() for role in d.roles.values())
    return any(model._base_manager.filter(role.reach(subject)).exists() for model, role in roles)


def hand_over(subject: Subject, demand: Demand, *, by: Actor, now: datetime) -> bool:
    """Decide, and put it on record, before anything leaves the house; True for the one that did.

    Nobody decides on what is handed over about himself. Raises OwnRequest.
    """
    if subject.user and subject.user.pk == by.staff_id:
        raise OwnRequest
    recipient = next(one for one in AUTHORITIES if one.key == demand.authority)
    said: dict[str, Any] = {
        "ground": demand.ground,
        "decided_by_id": by.staff_id,
        "about": demand.number,
    }
    said |= {"named": demand.named, "told_from_at": demand.told_from, "nonce": demand.nonce}
    fields = [category.value for category in demand.categories]
    try:
        with transaction.atomic():
            recipient.received(subject, purpose=DEMANDS, fields=fields, now=now, **said)
    except IntegrityError:  # the same form, a moment earlier
        return False
    return True
