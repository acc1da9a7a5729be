from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from mailings import issues, leaving, signing_up


@shared_task(name="mailings.send_batch")
def send_batch(issue_id: int) -> None:
    """Safe to repeat: each person has one letter of an issue."""
    issues.send_batch(issue_id, now=timezone.now())


@shared_task(
    name="mailings.propagate_unsubscribe",
    autoretry_for=(Exception,),
    retry_backoff=True,
    max_retries=5,
)
def propagate_unsubscribe(subscription_id: int) -> None:
    """Safe to repeat: what is withdrawn stays so."""
    leaving.propagate(subscription_id, now=timezone.now())


@shared_task(name="mailings.sweep")
def sweep() -> None:
    """Every minute, and after each sign-up: whatever is due, by its row."""
    now = timezone.now()
    signing_up.expire(now=now)
    signing_up.invite(now=now)
    leaving.propagate_overdue(now=now)
    for issue_id in issues.unfinished():
        send_batch.delay(issue_id)
