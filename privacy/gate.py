"""The gate: what a person decided, and whether a purpose may go on with their data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from privacy import subjects
from privacy.models import ConsentDecision, Disclosure, Request
from privacy.purposes import Purpose, Recipient, TransferRefused
from privacy.subjects import Person, Subject
from privacy.vocabulary import LegalBasis

Action = ConsentDecision.Action
WORDS = (Action.GIVEN, Action.WITHDRAWN, Action.OBJECTED, Action.RESUMED)
STOPS = (Action.WITHDRAWN, Action.OBJECTED, Action.RESTRICTED)


def allows(purpose: Purpose, person: Person) -> bool:
    """See Purpose.allows."""
    subject = subjects.of(person)
    if not all(recipient.safe for recipient in purpose.recipients):
        return False
    if restricted(purpose, subject) or (optional(purpose) and is_leaving(subject)):
        return False
    word = last(subject, purpose.key, WORDS)
    if purpose.basis is LegalBasis.CONSENT:
        return word == Action.GIVEN
    return word not in (Action.OBJECTED, Action.WITHDRAWN)


def restricted(purpose: Purpose, subject: Subject) -> bool:
    """Storage only (Art. 18(2) GDPR); what the law demands of us goes on."""
    return purpose.basis is not LegalBasis.LEGAL_OBLIGATION and any(
        last(subject, key, (Action.RESTRICTED, Action.LIFTED)) == Action.RESTRICTED
        for key in ("", purpose.key)
    )


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
    """See Recipient.received. what: fields, about."""
    if not recipient.safe:
        raise TransferRefused(recipient.name)
    return Disclosure.objects.create(
        **whose(subjects.of(person)),
        recipient=recipient.key,
        purpose=purpose.key,
        disclosed_at=now,
        **what,
    )


def whose(subject: Subject) -> dict[str, Any]:
    return {"user": subject.user, "email": subject.email, "subject_id": subject.subject_id}
