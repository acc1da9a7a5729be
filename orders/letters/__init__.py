"""The mails of an order: queued in the transaction that makes them true, in its language.

One module per part; each mail is one function that calls ``post.send``.
"""

from orders.letters.order import order_confirmed, order_placed
from orders.letters.parcels import order_delivered, parcel_shipped, sent_again
from orders.letters.payment import payment_checking, payment_declined, payment_pending
from orders.letters.post import proof_of, prove, send
from orders.letters.refunds import order_cancelled, refunded
from orders.letters.returns import (
    order_link,
    return_announced,
    return_received,
    withdrawal_received,
)

__all__ = [
    "order_cancelled",
    "order_confirmed",
    "order_delivered",
    "order_link",
    "order_placed",
    "parcel_shipped",
    "payment_checking",
    "payment_declined",
    "payment_pending",
    "proof_of",
    "prove",
    "refunded",
    "return_announced",
    "return_received",
    "send",
    "sent_again",
    "withdrawal_received",
]
