from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from outbox import sending


@shared_task(name="outbox.send", soft_time_limit=60, time_limit=90)
def send(message_id: int) -> None:
    """Safe to repeat: only a waiting message is sent."""
    sending.send(message_id, now=timezone.now())


@shared_task(name="outbox.sweep")
def sweep() -> None:
    """Every few seconds. Frees what a crashed sender left, then hands out whatever is overdue."""
    now = timezone.now()
    sending.recover(now=now)
    for message_id in sending.overdue(now=now):
        send.delay(message_id)
