"""What staff finds an order by: what a buyer, a parcel or PayPal says of it.

By a name only if it is the whole name, as on a parcel that came back without a number: nobody
leafs through people.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from orders.models import (
    CreditNote,
    Dispute,
    Invoice,
    Order,
    OrderLine,
    PaymentAttempt,
    Refund,
    Return,
    Shipment,
)

MOST = 100  # characters
SHORTEST = 3  # of the beginning of an address, a number or a SKU


def matching(orders: QuerySet[Order], words: str) -> QuerySet[Order]:
    said = words.replace("\x00", "").strip()[:MOST]
    if not said:
        return orders
    own = Q(number__iexact=said) | Q(gift_code__iexact=said) | Q(email__iexact=said)
    own |= Q(delivery_name__iexact=said) | Q(billing_name__iexact=said)
    if len(said) >= SHORTEST:
        own |= Q(number__istartswith=said) | Q(email__istartswith=said)
    return orders.filter(own | _by_rows(said))


def _by_rows(said: str) -> Q:
    """Through what belongs to the order: each a subquery of its own, so that none multiplies."""
    at_paypal = Q(paypal_id__iexact=said)
    lines = Q(sku__istartswith=said) if len(said) >= SHORTEST else Q(sku__iexact=said)
    rows = (
        OrderLine.objects.filter(lines).values("order"),
        PaymentAttempt.objects.filter(at_paypal | Q(capture_id__iexact=said)).values("order"),
        Refund.objects.filter(at_paypal).values("order"),
        Dispute.objects.filter(at_paypal).values("attempt__order"),
        Invoice.objects.filter(number__iexact=said).values("order"),
        CreditNote.objects.filter(number__iexact=said).values("invoice__order"),
        Shipment.objects.filter(tracking__iexact=said).values("order"),
        Return.objects.filter(tracking__iexact=said).values("order"),
    )
    found = Q()
    for subquery in rows:
        found |= Q(pk__in=subquery)
    return found
