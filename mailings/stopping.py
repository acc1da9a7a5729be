"""What a consent to the newsletter and its end mean. The purpose calls it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from mailings import addresses, suppression
from mailings.models import Subscription


def stop(subject: Any) -> None:
    """The newsletter ends for a person, whichever way it was said: link, account, objection."""
    from mailings import tasks  # which ends here again

    now = timezone.now()
    with transaction.atomic():
        for email in subject.emails:
            suppression.suppress(suppression.NEWSLETTER, email, now=now)
        rows = Subscription.objects.confirmed().filter(_whose(subject))
        for subscription in rows.select_for_update().order_by("pk"):
            suppression.suppress(suppression.NEWSLETTER, subscription.email, now=now)
            subscription.state, subscription.ended_at = Subscription.State.ENDED, now
            subscription.propagated_at = None
            subscription.save(update_fields=["state", "ended_at", "propagated_at"])
            send = partial(tasks.propagate_unsubscribe.delay, subscription.pk)
            transaction.on_commit(send, robust=True)


def give(user: Any, now: datetime) -> None:
    """A signed-in person says yes: at once where his address is proved, else by a mail to it."""
    from mailings import signing_up  # which ends here again

    language = translation.get_language() or "nl"
    if signing_up.verified(user):
        signing_up.join(user, language=language, now=now)
    else:
        signing_up.ask(user.email, language=language, now=now)


def leave(subject: Any, now: datetime) -> None:
    """Who is erased as a reader has left: the mark stays, or an old list would write again."""
    rows = Subscription.objects.confirmed().filter(_whose(subject))
    if subject.before:  # done once more after a restore: a newer consent stands
        rows = rows.filter(confirmed_at__lte=subject.before)
    for email in rows.order_by("pk").values_list("email", flat=True):
        suppression.suppress(suppression.NEWSLETTER, email, now=now)


def _whose(subject: Any) -> Q:
    mine = Q(user=subject.user) if subject.user else Q(pk__in=())
    for email in subject.emails:
        mine |= Q(email__iexact=addresses.canonical(email))
    return mine
