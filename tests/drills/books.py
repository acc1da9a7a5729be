"""The shop's side of a drill, in a process with the running shop's settings.

``python -m tests.drills.books stock N``: put N of each of a few articles on the shelf; prints them.
``… sweep MINUTES``: sweep until nothing is due at that time from now; prints what was done.
``… approve``: staff asks once more for refunds that failed, and agrees to those that wait for it.
``… reconcile``: compare with PayPal as every night.
``… show``: what the shop believes of the drill's orders, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import django

ARTICLES = 7  # the last of which is scarce
ROUNDS = 60


def stock(amount: int) -> list[dict[str, Any]]:
    from catalog.models import Variant

    keys = list(Variant.objects.on_sale().order_by("pk").values_list("pk", flat=True)[:ARTICLES])
    Variant.objects.filter(pk__in=keys).update(on_hand=amount)
    Variant.objects.filter(pk=keys[-1]).update(on_hand=max(3, amount // 40))
    return shelf(keys)


def shelf(keys: list[int] | None = None) -> list[dict[str, Any]]:
    from catalog.models import Variant

    found = Variant.objects.filter(pk__in=keys) if keys else Variant.objects.all()
    return [dict(row) for row in found.order_by("pk").values("sku", "on_hand", "reserved")]


def sweep(minutes: int) -> dict[str, int]:
    """As beat would have done until then."""
    from django.utils import timezone

    from orders import sweeping
    from outbox import sending

    now, done = timezone.now() + timedelta(minutes=minutes), {"rounds": 0}
    sending.recover(now=now)
    for _ in range(ROUNDS):
        found = sweeping.sweep(now=now)
        done["rounds"] += 1
        for name, count in found.items():
            done[name] = done.get(name, 0) + count
        if not any(found.values()):
            break
    for done["mails"], key in enumerate(sending.overdue(now=now), 1):
        sending.send(key, now=now)
    return done


def approve() -> dict[str, int]:
    from django.utils import timezone

    from accounts.models import User
    from orders.models import Refund
    from orders.refunds import services

    one, other = User.objects.filter(is_staff=True).order_by("pk")[:2]
    now, done = timezone.now(), Counter[str]()
    for over in Refund.objects.filter(state__in=["failed", "refused"]):
        with suppress(services.NotRefundable):  # meanwhile it went back in another way
            services.again(over, by=one, now=now)
            done["again"] += 1
    for waiting in Refund.objects.filter(state="requested", approved_at=None):
        try:
            done["approved"] += services.approve(waiting, by=other, now=now)
        except services.NotApprovable:  # a part of it went back meanwhile: the rest is asked anew
            done["refused"] += services.refuse(waiting, by=other, now=now)
    return done


def reconcile() -> dict[str, int]:
    from django.utils import timezone

    from orders.models import Reconciliation
    from orders.reconciliation import nightly

    for _ in range(ROUNDS):
        if nightly.work(now=timezone.now()) is None:
            break
    run = Reconciliation.objects.latest("started_at")
    return {"orders": run.orders, "unanswered": run.unanswered, "differences": run.differences}


def show() -> dict[str, Any]:
    from orders.models import Order
    from outbox.models import Message

    orders = Order.objects.filter(email__startswith="drill-").order_by("pk")
    rows = orders.prefetch_related("lines", "attempts__disputes", "refunds", "events")
    mails = Message.objects.order_by("pk")
    return {
        "orders": [one(order) for order in rows],
        "mails": list(mails.values("kind", "about", "state", "message_id", "attempts")),
        "shelf": shelf(),
    }


def one(order: Any) -> dict[str, Any]:
    return {
        "key": order.pk,
        "number": order.number,
        "email": order.email,
        "custom_id": order.custom_id,
        "state": order.state,
        "total": str(order.total),
        "paid": str(order.paid),
        "lines": {line.sku: line.quantity for line in order.lines.all()},
        "attempts": [
            {"key": a.pk, "state": a.state, "captured": str(a.captured or "0"), "why": a.problem}
            for a in order.attempts.all()
        ],
        "refunds": [
            {
                "key": r.pk,
                "state": r.state,
                "amount": str(r.amount),
                "reason": r.reason,
                "why": r.problem,
            }
            for r in order.refunds.all()
        ],
        "disputes": {
            d.paypal_id: d.outcome for a in order.attempts.all() for d in a.disputes.all()
        },
        "open_differences": [d.kind for d in order.differences.filter(resolved_at=None)],
        "events": [event.kind for event in order.events.all()],
    }


def main(words: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "soocas.settings")
    django.setup()
    commands = {
        "stock": lambda: stock(int(words[1])),
        "sweep": lambda: sweep(int(words[1])),
        "approve": approve,
        "reconcile": reconcile,
        "show": show,
    }
    print(json.dumps(commands[words[0]]()))


if __name__ == "__main__":
    main(sys.argv[1:])
