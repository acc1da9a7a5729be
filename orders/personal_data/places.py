"""What is known of an order outside the tables, and the jobs on orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orders import limits
from orders.models import Order, Refund, Withdrawal
from orders.personal_data.handovers import at_paypal
from orders.personal_data.purposes import HANDLING, PAYMENT, PAYPAL
from privacy.declarations import Category, declare_elsewhere, declare_job

THEIRS = _("It gives people their money back, or their answer: a claim of theirs (Art. 18(2)).")

declare_elsewhere(
    _("Counts of searches for an order"),
    [Category.ONLINE],
    [HANDLING],
    find=lambda subject: ({"counter": key} for key in limits.counters(subject.emails)),
    erase=lambda subject: limits.forget(subject.emails),
    note=_("kept in the cache; they go by themselves within an hour"),
)
declare_elsewhere(
    _("PayPal"),
    [Category.PAYMENTS],
    [PAYMENT],
    find=at_paypal,
    holder=PAYPAL,
    note=_("PayPal answers for what it keeps itself; we tell it of your request, it decides"),
)
declare_job("orders.sweep", why=THEIRS)
declare_job("orders.reconcile", why=_("It compares amounts and numbers with PayPal's; no person."))
declare_job("orders.send_refund", rows=Refund, why=THEIRS)
declare_job("orders.take_up_withdrawal", rows=Withdrawal, why=THEIRS)
declare_job("orders.mail_link", HANDLING, rows=Order)
