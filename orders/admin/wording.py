"""Events and mails of an order in the words of who works here."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from orders.axes import AXES
from orders.mails import NAMES

EVENTS: dict[str, str | Promise] = {
    "order_placed": _("Ordered; stock reserved"),
    "order_confirmed": _("Paid: confirmed, stock sold, invoice numbered"),
    "order_closed": _("Closed: the withdrawal period is over"),
    "order_cancelled": _("Cancelled"),
    "order_expired": _("Expired: nobody paid in time, stock free again"),
    "payment_redirected": _("Buyer sent to PayPal"),
    "payment_approved": _("Buyer approved the payment at PayPal"),
    "payment_capturing": _("Payment being taken"),
    "payment_captured": _("PayPal took the money"),
    "payment_pending_review": _("PayPal reviews the payment"),
    "payment_declined": _("PayPal declined the payment"),
    "payment_unknown": _("PayPal did not say how the payment ended; we ask on"),
    "payment_abandoned": _("Payment given up: the buyer never approved it"),
    "refund_requested": _("Refund asked for"),
    "refund_approved": _("Refund approved"),
    "refund_not_made": _("PayPal did not make the refund"),
    "refund_made_at_paypal": _("Money went back by PayPal's own hand, or somebody's there"),
    "refund_of_other_amount": _("PayPal gave back another amount than we asked for"),
    "refund_unknown_long": _("Still no word from PayPal about a refund, after many questions"),
    "refunded_too_much": _("More went back than was paid"),
    "refund_sending": _("Refund on its way to PayPal"),
    "refund_completed": _("Refunded by PayPal"),
    "refund_pending": _("Refund pending at PayPal"),
    "refund_failed": _("Refund failed"),
    "refund_unknown": _("PayPal did not say how the refund ended; we ask on"),
    "refund_external": _("Refund made at PayPal, by hand"),
    "refund_refused": _("Refund refused by a colleague"),
    "shipment_packed": _("Parcel packed"),
    "shipment_open": _("Parcel unpacked again"),
    "shipment_shipped": _("Parcel given to the carrier"),
    "shipment_delivered": _("Parcel delivered"),
    "shipment_returned": _("Parcel came back to us"),
    "shipment_lost": _("Parcel lost on the way"),
    "shipment_cancelled": _("Parcel cancelled before it left"),
    "return_sent": _("Buyer sent the goods back"),
    "return_received": _("Goods came back to us"),
    "return_inspected": _("Goods that came back were inspected"),
    "return_cancelled": _("Return called off"),
    "order_delivered": _("All of it delivered: the withdrawal period begins"),
    "parcel_split": _("Parcel split"),
    "carrier_told": _("Address given to the carrier"),
    "redelivered": _("Sent again, free of charge"),
    "refund_due": _("Paid, but cannot be served: the money goes back"),
    "return_announced": _("Return announced"),
    "return_without_refund": _("Decided: nothing is due for what came back"),
    "return_not_refundable": _("What came back could not be paid back by itself"),
    "withdrawal": _("Buyer withdrew from the contract"),
    "withdrawal_late": _("Withdrawal after the period: decide on it"),
    "withdrawal_in_words": _("Withdrawal in the buyer's words: choose what it means"),
    "withdrawal_of_redelivery": _("Withdrawal of what is about to be sent again: decide on it"),
    "withdrawal_not_refundable": _("What was withdrawn from could not be paid back by itself"),
    "withdrawal_accepted": _("Withdrawal accepted by a colleague"),
    "withdrawal_dismissed": _("Withdrawal answered by mail, without effect"),
    "packed_parcel_changed": _("Open this packed parcel again: some of it was withdrawn from"),
    "not_arrived": _("Buyer says that something did not arrive"),
    "unknown_refusal": _("PayPal refused in words we do not know"),
    "no_answer": _("PayPal gave no answer"),
    "paypal_refuses_us": _("PayPal does not accept our credentials"),
    "puzzling_answer": _("PayPal says something that proves no payment"),
    "wrong_amount": _("PayPal took another amount than the order's"),
    "wrong_order": _("PayPal took money for another order"),
    "refunded": _("Refunded at PayPal before we saw it paid"),
    "partially_refunded": _("Partly refunded at PayPal before we saw it paid"),
    "difference_found": _("Our books and PayPal's disagree"),
    "difference_gone": _("Our books and PayPal's agree again"),
    "difference_resolved": _("A difference to PayPal's books was resolved by a colleague"),
    "dispute_opened": _("The buyer disputes the payment at PayPal"),
    "dispute_reopened": _("A dispute at PayPal goes on"),
    "dispute_resolved": _("PayPal decided a dispute"),
    "credit_note_short": _("More went back than the invoice has left to credit"),
    "long_unknown": _("Still no word from PayPal after many questions"),
}


def of_event(kind: str) -> str:
    """Our words for it; else the axis and the state by their names; never a raw code."""
    if kind in EVENTS:
        return str(EVENTS[kind])
    for model, (axis, _ways) in AXES.items():
        state = kind.removeprefix(f"{axis}_")
        column: Any = model._meta.get_field("state")
        labels = dict(column.flatchoices)
        if state != kind and state in labels:
            return capfirst(f"{model._meta.verbose_name}: {labels[state]}")
    return capfirst(kind.replace("_", " "))


def of_mail(kind: str) -> str:
    name = kind.rpartition("/")[2].replace("_", " ")
    return str(NAMES.get(kind, capfirst(name)))
