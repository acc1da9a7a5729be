"""Out of the newsletter: at once, for good, and also for what is already queued."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q

from mailings import addresses, suppression, tokens
from mailings.models import Subscription, UnsubscribeLink
from mailings.personal_data import NEWSLETTER
from outbox import services as outbox

log = logging.getLogger(__name__)

REPEAT_AFTER = timedelta(minutes=15)
ALARM_AFTER = timedelta(hours=24)  # the limit is 48


def subscription_of(token: str) -> Subscription | None:
    """Whose letter carried this link."""
    links = UnsubscribeLink.objects.select_related("subscription")
    link = links.filter(digest=tokens.digest(token)).first()
    return link.subscription if link else None


def unsubscribe(subscription: Subscription, *, now: datetime) -> None:
    """Withdraw the consent to the newsletter; repeating it changes nothing.

    State, suppression and record are one transaction. The purpose calls ``stop`` back.
    """
    with transaction.atomic():
        rows = Subscription.objects.select_for_update().filter(pk=subscription.pk)
        if rows.confirmed().exists():
            NEWSLETTER.withdraw(subscription.email, now=now)


def subscribed(user: Any) -> Subscription | None:
    """The account's running subscription, at whichever of its proved addresses."""
    return Subscription.objects.confirmed().filter(_own(user)).order_by("pk").first()


def leave(user: Any, *, now: datetime) -> None:
    """Withdraw the consent of a signed-in person; nothing to withdraw, nothing done."""
    with transaction.atomic():
        for subscription in Subscription.objects.confirmed().filter(_own(user)):
            NEWSLETTER.withdraw(subscription.email, now=now)


def _own(user: Any) -> Q:
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    mine = Q(user=user)
    for email in proved:
        mine |= Q(email__iexact=addresses.canonical(email))
    return mine


def propagate(pk: int, *, now: datetime) -> None:
    """Withdraw the letters that are queued for someone who left."""
    subscription = Subscription.objects.unpropagated().filter(pk=pk).first()
    if subscription is None:
        return
    purpose = suppression.NEWSLETTER
    outbox.withdraw(purpose=purpose, recipients=[subscription.email], now=now)
    Subscription.objects.unpropagated().filter(pk=pk).update(propagated_at=now)


def propagate_overdue(*, now: datetime) -> None:
    """What the job did not do, for whatever reason, is done here."""
    late = Subscription.objects.unpropagated().filter(ended_at__lte=now - REPEAT_AFTER)
    for subscription in late:
        if subscription.ended_at and subscription.ended_at <= now - ALARM_AFTER:
            log.error("Unsubscribing %s is not finished after a day.", subscription)
        propagate(subscription.pk, now=now)
