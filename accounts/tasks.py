from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.models import User

WAITING = timedelta(days=7)


@shared_task(name="accounts.forget_unproved")
def forget_unproved() -> int:
    """Nightly, safe to repeat: sign-ups whose address nobody proved within a week; how many."""
    old = User.objects.unproved().filter(date_joined__lt=timezone.now() - WAITING)
    return sum(user.delete()[1].get(User._meta.label, 0) for user in old)
