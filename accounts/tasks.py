from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from accounts.turns import turn

WAITING = timedelta(days=7)


@shared_task(name="accounts.forget_unproved")
def forget_unproved() -> int:
    """Nightly, safe to repeat: sign-ups whose address nobody proved within a week; how many."""
    old = User.objects.unproved().filter(date_joined__lt=timezone.now() - WAITING)
    return sum(_forget(user) for user in old)


def _forget(user: User) -> int:
    with turn(user.email):  # perhaps it is being proved this very moment
        still = User.objects.unproved().filter(pk=user.pk)
        return still.give_way()
