"""The mails of an order: queued in the transaction that makes them true, in its language.

One module per part; each mail is one function that calls ``post.send``.
"""

from orders.letters.order import order_confirmed
from orders.letters.payment import payment_checking, payment_declined, payment_pending
from orders.letters.post import proof_of, prove, send

__all__ = [
    "order_confirmed",
    "payment_checking",
    "payment_declined",
    "payment_pending",
    "proof_of",
    "prove",
    "send",
]
