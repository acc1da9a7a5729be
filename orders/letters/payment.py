"""What the buyer is told while PayPal has not said yes: each once per payment."""

from __future__ import annotations

from orders.letters.post import send
from orders.models import PaymentAttempt


def payment_checking(attempt: PaymentAttempt) -> None:
    """PayPal did not say whether it took the money, also when asked again."""
    _send("checking", attempt)


def payment_pending(attempt: PaymentAttempt) -> None:
    _send("pending", attempt)


def payment_declined(attempt: PaymentAttempt) -> None:
    _send("declined", attempt)


def _send(kind: str, attempt: PaymentAttempt) -> None:
    send(kind, attempt.order, {"total": str(attempt.amount)}, about=f"payment:{attempt.pk}")
