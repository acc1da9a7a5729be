"""The gate: what a person decided, and whether a purpose may go on with their data."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db.models import Q

from privacy import handovers, subjects
from privacy.models import ConsentDecision, Disclosure, Request
from privacy.purposes import (
    Capacity,
    HandOverRefused,
    NoContract,
    NotDecided,
    Purpose,
    Recipient,
    TransferRefused,
)
from privacy.subjects import Person, Subject
from privacy.vocabulary import LegalBasis

logger = logging.getLogger(__name__)

Action = ConsentDecision.Action
WORDS = (Action.GIVEN, Action.WITHDRAWN, Action.OBJECTED, Action.RESUMED)
STOPS = (Action.WITHDRAWN, Action.OBJECTED, Action.RESTRICTED)


def allows(purpose: Purpose, person: Person) -> bool:
    """See Purpose.allows."""
    subject = subjects.of(person)
    return not restricted(purpose, subject) and permitted(purpose, subject)


def waits(purpose: Purpose, person: Person) -> bool:
    """See Purpose.waits."""
    subject = subjects.of(person)
    return restricted(purpose, subject) and permitted(purpose, subject)


def permitted(purpose: Purpose, subject: Subject) -> bool:
    """Apart from a restriction, which ends."""
    if any(refused(recipient, subject, purpose) for recipient in purpose.recipients):
        return False
    if optional(purpose) and is_leaving(subject):
        return False
    word = last(subject, purpose.key, WORDS)
    if purpose.basis is LegalBasis.CONSENT:
        return word == Action.GIVEN
    return word not in (Action.OBJECTED, Action.WITHDRAWN)


def refused(
    recipient: Recipient, subject: Subject, purpose: Purpose
) -> type[HandOverRefused] | None:
    """Why nothing may be handed over to this recipient; it is logged, without a personal value."""
    why: type[HandOverRefused] | None = None
    if not recipient.bound:
        why = NoContract
    elif not recipient.safe and not consented(recipient, subject):
        why = TransferRefused
    if why:
        said = {"recipient": recipient.key, "purpose": purpose.key, "reason": why.__name__}
        logger.warning("A hand-over was refused.", extra=said)
    return why


def consented(recipient: Recipient, subject: Subject) -> bool:
    """Explicitly, to this very transfer (Art. 49(1)(a) GDPR)."""
    return last(subject, recipient.consent.key, WORDS) == Action.GIVEN


def restricted(purpose: Purpose, subject: Subject) -> bool:
    """Storage only (Art. 18(2) GDPR); what the law demands of us, and a claim, go on."""
    if purpose.basis is LegalBasis.LEGAL_OBLIGATION or purpose.exemption == "Art. 17(3)(e)":
        return False
    words = {"purpose__in": ("", purpose.key), "action__in": (Action.RESTRICTED, Action.LIFTED)}
    last_words = dict(history(subject).filter(**words).values_list("purpose", "action"))
    return Action.RESTRICTED in last_words.values()


def is_restricted(person: Person, key: str = "") -> bool:
    """Whether use of the person's data is restricted; key: of one purpose alone."""
    said = last(subjects.of(person), key, (Action.RESTRICTED, Action.LIFTED))
    return said == Action.RESTRICTED


def carry_out(case: Request, by: Any, now: datetime) -> bool:
    """See stops.carry_out."""
    from privacy import stops  # which asks the gate

    return stops.carry_out(case, by, now)


def optional(purpose: Purpose) -> bool:
    """What neither a contract nor the law asks of us, and no claim needs."""
    bases = (LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTERESTS)
    return purpose.basis in bases and not purpose.exemption


def is_leaving(subject: Subject) -> bool:
    """Whether the person's account waits to be deleted; taken back, all goes on as before."""
    accounts = {user.pk for email in subject.emails for user in subjects.owners(email)}
    accounts |= {subject.user.pk} if subject.user else set()
    asked = Q(user__in=accounts)
    for email in subject.emails:
        asked |= Q(email__iexact=email)
    return Request.objects.deletions_running().filter(asked).exists()


def last(subject: Subject, key: str, actions: tuple[Action, ...]) -> str:
    """The person's last word of these kinds on a purpose; empty where there is none."""
    said = history(subject).filter(purpose=key, action__in=actions)
    return said.values_list("action", flat=True).last() or ""


def history(person: Person) -> Any:
    """All a person ever decided, oldest first (a QuerySet of ConsentDecision)."""
    return ConsentDecision.objects.filter(subjects.of(person).decisions).order_by(
        "decided_at", "pk"
    )


def decide(
    purpose: Purpose | None, person: Person, action: str, now: datetime, **said: str
) -> ConsentDecision:
    """Write down one decision; None is every purpose. said: wording, notice_version."""
    subject = subjects.of(person)
    decision = ConsentDecision.objects.create(
        **whose(subject),
        purpose=purpose.key if purpose else "",
        action=action,
        decided_at=now,
        **said,
    )
    if purpose and purpose.stop and action in STOPS:
        purpose.stop(subject)
    return decision


def disclose(
    recipient: Recipient, person: Person, purpose: Purpose, what: dict[str, Any], now: datetime
) -> Disclosure:
    """See Recipient.received. what: fields, about; ground, decided_by_id."""
    subject = subjects.of(person)
    if why := refused(recipient, subject, purpose):
        raise why(recipient.name)
    if recipient.capacity is Capacity.AUTHORITY and not (
        str(what.get("ground", "")).strip() and what.get("decided_by_id")
    ):
        raise NotDecided(recipient.name)
    return Disclosure.objects.create(
        **whose(subject),
        **named(subject, now),
        recipient=recipient.key,
        purpose=purpose.key,
        disclosed_at=now,
        **what,
    )


def named(subject: Subject, now: datetime) -> dict[str, Any]:
    """By what somebody is found whose address is not known, or whose nobody proved."""
    if subject.references:
        return {"reference": handovers.plain(min(subject.references))}
    return {"proved_at": now if subject.email in subject.emails else None}


def whose(subject: Subject) -> dict[str, Any]:
    return {"user": subject.user, "email": subject.email, "subject_id": subject.subject_id}
