from __future__ import annotations

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from orders import finding, sweeping
from orders.models import Refund, Withdrawal
from orders.reconciliation import nightly
from orders.refunds import sending
from orders.returns import services as returns
from orders.returns import taking_up

SWEEPING, SWEEP_LASTS = "orders.sweeping", 90  # seconds after which it is taken for dead
RECONCILING, RECONCILE_LASTS = "orders.reconciling", 120


@shared_task(name="orders.sweep")
def sweep() -> dict[str, int]:
    """Every few seconds, one at a time: while PayPal is slow, the other jobs go on.

    Safe to repeat, and to run twice at once where the cache is away: what is settled is not due.
    """
    if not cache.add(SWEEPING, True, SWEEP_LASTS):
        return {}
    try:
        now = timezone.now()
        withdrawn = taking_up.sweep(now=now)  # before what is over is closed
        dropped = returns.call_off_silent(now=now)
        links = finding.sweep(now=now)
        done = {"withdrawn": withdrawn, "dropped": dropped, "links": links}
        return {**sweeping.sweep(now=now), **done}
    finally:
        cache.delete(SWEEPING)


@shared_task(name="orders.reconcile")
def reconcile() -> dict[str, int]:
    """At night, a piece every minute until all is compared. Safe to repeat."""
    if not cache.add(RECONCILING, True, RECONCILE_LASTS):
        return {}
    try:
        run = nightly.work(now=timezone.now())
    finally:
        cache.delete(RECONCILING)
    return {"orders": run.orders, "unanswered": run.unanswered} if run else {}


@shared_task(name="orders.send_refund")
def send_refund(pk: int) -> None:
    """Tell PayPal of an approved refund. Safe to repeat; the sweep finds what this missed."""
    refund = Refund.objects.select_related("order", "attempt").filter(pk=pk).first()
    if refund:
        sending.send(refund, now=timezone.now())


@shared_task(name="orders.take_up_withdrawal", ignore_result=True)
def take_up_withdrawal(pk: int) -> None:
    """Look for the order of a statement of withdrawal; nothing if another worker did."""
    said = Withdrawal.objects.filter(pk=pk, taken_up_at=None).first()
    if said:
        taking_up.take_up(said, now=timezone.now())


@shared_task(name="orders.mail_link", ignore_result=True)
def mail_link(pk: int) -> None:
    """Mail the link that somebody asked for. Safe to repeat; the sweep finds what this missed."""
    finding.mail_link(pk, now=timezone.now())
