"""How an order stands, in a few badges: state, payment, parcels, what came after, and its age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from orders.models import Dispute, Order, PaymentAttempt, Refund, Return, Shipment

OK, WARN, DANGER = "badge-ok", "badge-warn", "badge-danger"
LEVELS: dict[type, dict[str, str]] = {
    Order: {"confirmed": OK, "closed": OK},
    PaymentAttempt: {
        "captured": OK,
        "declined": DANGER,
        **dict.fromkeys(("capturing", "pending_review", "unknown"), WARN),
    },
    Refund: {
        **dict.fromkeys(("completed", "external"), OK),
        **dict.fromkeys(Refund.UNDER_WAY, WARN),
        "failed": DANGER,
    },
    Shipment: {
        "delivered": OK,
        "shipped": OK,
        "open": WARN,
        "packed": WARN,
        "returned": DANGER,
        "lost": DANGER,
    },
    Return: {"inspected": OK, **dict.fromkeys(("announced", "sent", "received"), WARN)},
    Dispute: {"open": DANGER, "resolved": OK},
}


def badge(words: str | Promise, level: str = "") -> SafeString:
    return format_html('<span class="badge {}">{}</span>', level, words)


def state(row: Any) -> SafeString:
    """The state of a row on its axis."""
    return badge(row.get_state_display(), LEVELS[type(row)].get(row.state, ""))


def payment(order: Order) -> SafeString:
    """The payment that took the money, else the last one."""
    attempts = sorted(order.attempts.all(), key=lambda a: (a.state == "captured", a.position))
    if attempts:
        return state(attempts[-1])
    return badge(_("nothing to pay")) if order.total == 0 else badge(_("none"))


def parcels(order: Order) -> SafeString:
    return counted(s for s in order.shipments.all() if s.state != "cancelled")


def afterwards(order: Order) -> SafeString:
    """Refunds, returns and disputes: what each is, and where it stands."""
    disputes = [d for attempt in order.attempts.all() for d in attempt.disputes.all()]
    found: list[tuple[str, Iterable[Any]]] = [
        (_("refund"), order.refunds.all()),
        (_("return"), order.returns.all()),
        (_("dispute"), disputes),
    ]
    parts = [(name, counted(rows)) for name, rows in found if rows]
    return format_html_join(" ", "{} {}", parts)


def counted(rows: Iterable[Any]) -> SafeString:
    """A badge for each state there is, with how many where more than one."""
    listed = list(rows)
    first = {row.state: row for row in reversed(listed)}
    counts = Counter(row.state for row in listed)
    badges = [
        badge(
            f"{counts[name]} × {row.get_state_display()}"
            if counts[name] > 1
            else row.get_state_display(),
            LEVELS[type(row)].get(name, ""),
        )
        for name, row in first.items()
    ]
    return format_html_join(" ", "{}", ((one,) for one in badges))


def refunded(order: Order) -> Decimal:
    """EUR that went back to the buyer."""
    euro = {a.pk for a in order.attempts.all() if a.currency == "EUR"}
    back = (r for r in order.refunds.all() if r.state in Refund.RETURNED_STATES)
    return sum((r.amount for r in back if r.attempt_id in euro), Decimal("0.00"))


def captured(order: Order) -> Decimal:
    """EUR that PayPal took for it."""
    euro = (a for a in order.attempts.all() if a.currency == "EUR")
    return sum((a.captured or Decimal(0) for a in euro), Decimal("0.00"))


def euro(amount: Decimal) -> str:
    sign = "−" if amount < 0 else ""
    shown = formats.number_format(abs(amount), 2, force_grouping=True)
    return f"{sign}€\N{NO-BREAK SPACE}{shown}"


def age(moment: datetime, now: datetime) -> SafeString:
    """``3 hours``; the moment itself on pointing at it."""
    exactly = formats.date_format(timezone.localtime(moment), "j F Y, H:i")
    words = timesince(moment, now, depth=1)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exactly, words
    )
