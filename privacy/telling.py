"""Telling recipients: by a letter to their privacy desk or a call, again until it got there.

A job that works from rows: whatever is due is a Duty with a next try. A recipient that is down
costs tries and, after some of them, the officer's attention; it never ends a duty.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from privacy import letters, officers
from privacy.duties import end, meant
from privacy.models import Correction, Duty, Request
from privacy.models.events import Action
from privacy.purposes import Capacity, Notice, Recipient, recipients
from privacy.requests.events import SYSTEM, record

State = Duty.State
LETTER = "privacy/duty"
WAITS = [timedelta(minutes=m) for m in (1, 5, 30, 120, 720)]  # then once a day
DAILY = timedelta(days=1)
SILENCE = timedelta(days=14)  # then the officer asks for himself
TRIES = len(WAITS)
DUTCH = ("NL", "BE")

logger = logging.getLogger(__name__)


class Unreachable(Exception):
    """The recipient could not be told now."""


def tell_due(*, now: datetime) -> int:
    """Go on with every duty that is due; one that fails never stops the others."""
    open_ones = Duty.objects.exclude(state__in=Duty.ENDED).filter(next_try_at__lte=now)
    return sum(advance(pk, now=now) for pk in list(open_ones.values_list("pk", flat=True)))


def advance(pk: int, *, now: datetime) -> bool:
    """One step of one duty, by one worker: the claim commits before anything leaves the house."""
    duty = claim(pk, now=now)
    if duty is None:
        return False
    try:
        tell(duty, now=now)
    except Exception as error:  # noqa: BLE001  (whatever a recipient's interface raises)
        logger.error("Recipient %s: %s.", duty.recipient, type(error).__name__)  # noqa: TRY400
        Duty.objects.exclude(state__in=Duty.ENDED).filter(pk=pk).update(state=State.FAILED)
    escalate(duty, now=now)
    return True


def claim(pk: int, *, now: datetime) -> Duty | None:
    due = Duty.objects.exclude(state__in=Duty.ENDED).filter(pk=pk, next_try_at__lte=now)
    tries = due.values_list("tries", flat=True).first()
    if tries is None:
        return None
    wait = WAITS[tries] if tries < TRIES else DAILY
    won = due.filter(tries=tries).update(tries=F("tries") + 1, next_try_at=now + wait)
    return Duty.objects.select_related("request").get(pk=pk) if won else None


def tell(duty: Duty, *, now: datetime) -> None:
    """Raises whatever keeps the recipient from being told."""
    recipient = recipients.get(duty.recipient)
    if recipient is None or not (recipient.tell or recipient.desk):
        raise Unreachable(duty.recipient)
    if duty.state == State.TOLD:
        return
    if recipient.tell is None:
        write(duty, recipient, now=now)
    elif recipient.tell(notice(duty)):
        end(duty, State.CONFIRMED, "", by=SYSTEM, now=now)
    else:
        mark_told(duty, recipient, now=now)


def write(duty: Duty, recipient: Recipient, *, now: datetime) -> None:
    """Queue the letter, or see what became of it: told is only what the mail server took."""
    fate = letters.fate(LETTER, about(duty))
    if fate == "sent":
        mark_told(duty, recipient, now=now)
    elif fate == "lost":
        sealed = {**duty.sealed, "lost": duty.sealed.get("lost", 0) + 1}
        Duty.objects.filter(pk=duty.pk).update(sealed=sealed)  # another letter, next time
        raise Unreachable(duty.recipient)
    else:
        if not fate:
            post(duty, recipient)
        Duty.objects.filter(pk=duty.pk).update(next_try_at=now, tries=F("tries") - 1)


def about(duty: Duty) -> str:
    return f"duty:{duty.pk}:{duty.sealed.get('lost', 0)}"


def post(duty: Duty, recipient: Recipient) -> None:
    told = notice(duty)
    letters.send(
        LETTER,
        to=recipient.desk,
        language="nl" if recipient.country in DUTCH else "en",
        about=about(duty),
        context={
            "kind": told.kind,
            "reference": told.reference,
            "whom": list(told.whom),
            "changes": [list(change) for change in told.changes],
            "own_controller": decides(recipient),
        },
    )


def notice(duty: Duty) -> Notice:
    """No more than the recipient was given: of a correction, the fields that he has."""
    applied = duty.request.corrections.filter(
        state=Correction.State.APPLIED, field__in=meant(duty.sealed.get("fields", ()))
    )
    changes = applied.values_list("field", "after") if duty.kind == Duty.Kind.RECTIFICATION else ()
    whom = tuple(duty.sealed.get("whom", ()))
    return Notice(duty.kind, duty.request.reference, whom, tuple(changes))


def decides(recipient: Recipient) -> bool:
    """Whether it decides itself what it keeps: it is told, and no more can be asked of it."""
    return recipient.capacity in (Capacity.CONTROLLER, Capacity.AUTHORITY)


def mark_told(duty: Duty, recipient: Recipient, *, now: datetime) -> None:
    """Who decides himself what he keeps, and who forgets by contract, owes us no answer."""
    live = Duty.objects.exclude(state__in=Duty.ENDED).filter(pk=duty.pk)
    live.update(state=State.TOLD, told_at=now, next_try_at=now + DAILY)
    duty.refresh_from_db()
    if decides(recipient) or recipient.forgets:
        end(duty, State.CONFIRMED, "", by=SYSTEM, now=now)


@transaction.atomic
def escalate(duty: Duty, *, now: datetime) -> None:
    """Show the officer, once, who cannot be told or does not answer."""
    silent = {"told_at__lte": now - SILENCE}
    live = Duty.objects.exclude(state__in=Duty.ENDED).filter(pk=duty.pk, escalated_at=None)
    stuck = live.filter(state=State.FAILED, tries__gte=TRIES) | live.filter(**silent)
    if not Duty.objects.filter(pk__in=stuck.values("pk")).update(escalated_at=now):
        return
    case = Request.objects.select_for_update().get(pk=duty.request_id)
    record(case, Action.ESCALATED, by=SYSTEM, now=now, reason=duty.recipient[:60])
    words: dict[str, Any] = {"reference": case.reference, "recipient": duty.recipient}
    for number, (address, language) in enumerate(officers.addresses()):
        letters.send(
            "privacy/duty_escalated",
            to=address,
            language=language,
            about=f"duty:{duty.pk}:{number}",
            context=words,
        )
