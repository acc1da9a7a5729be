from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from orders import sweeping


@shared_task(name="orders.sweep")
def sweep() -> dict[str, int]:
    """Every few seconds. Safe to repeat: what is settled is no longer due."""
    return sweeping.sweep(now=timezone.now())
