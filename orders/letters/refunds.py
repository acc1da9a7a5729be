"""What the buyer is told when an order is cancelled, and when money goes back."""

from __future__ import annotations

from orders.letters.post import send
from orders.models import CreditNote, Order, Refund


def order_cancelled(order: Order, refund: Refund | None) -> None:
    send("cancelled", order, {"amount": str(refund.amount) if refund else ""})


def refunded(order: Order, refund: Refund, note: CreditNote | None) -> None:
    """Once per refund. The reason is its code; what it means is the template's to say."""
    lines = refund.lines.select_related("line").order_by("pk")
    context = {
        "amount": str(refund.amount),
        "currency": refund.attempt.currency,
        "reason": refund.reason,
        "lines": [
            {"title": n.line.title, "quantity": n.quantity, "amount": str(n.amount)} for n in lines
        ],
        "credit_note": note.number if note else "",
        "shipping": str(refund.shipping) if refund.shipping else "",
    }
    send("refunded", order, context, about=f"refund:{refund.pk}")
