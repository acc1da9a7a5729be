"""What the order's page in the admin offers of its papers."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.admin.actions import Action, contributes
from orders.models import Order


@contributes
def actions(order: Order) -> list[Action]:
    invoice = getattr(order, "invoice", None)
    if invoice is None:
        return [Action(_("Invoice (PDF)"), "", _("it is issued once the order is paid"))]
    url = reverse("admin:orders_invoice_pdf", args=[invoice.pk])
    return [Action(_("Invoice (PDF)"), url, permission="orders.view_invoice")]
