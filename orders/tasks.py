from __future__ import annotations

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from orders import sweeping
from orders.models import Refund
from orders.refunds import sending

SWEEPING = "orders.sweeping"
SWEEP_LASTS = 90  # seconds after which a sweep that did not say it is over is taken for dead


@shared_task(name="orders.sweep")
def sweep() -> dict[str, int]:
    """Every few seconds, one at a time: while PayPal is slow, the other jobs go on.

    Safe to repeat, and to run twice at once where the cache is away: what is settled is not due.
    """
    if not cache.add(SWEEPING, True, SWEEP_LASTS):
        return {}
    try:
        return sweeping.sweep(now=timezone.now())
    finally:
        cache.delete(SWEEPING)


@shared_task(name="orders.send_refund")
def send_refund(pk: int) -> None:
    """Tell PayPal of an approved refund. Safe to repeat; the sweep finds what this missed."""
    refund = Refund.objects.select_related("order", "attempt").filter(pk=pk).first()
    if refund:
        sending.send(refund, now=timezone.now())
