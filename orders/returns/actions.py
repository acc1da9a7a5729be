"""What can be done about goods of an order that come back, for its page in the admin."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.admin.actions import Action, contributes
from orders.models import Order, Return
from orders.returns import deciding

State = Return.State


@contributes
def actions(order: Order) -> list[Action]:
    returns = sorted(order.returns.all(), key=lambda back: back.position)
    statements = [said for said in order.withdrawals.all() if said.handled_at is None]
    return [
        *(_of_return(back) for back in returns if _words(back)),
        *(
            Action(
                _("Decide on the withdrawal"),
                reverse("admin:orders_withdrawal_change", args=[said.pk]),
            )
            for said in statements
        ),
        _announce(order),
    ]


def _of_return(back: Return) -> Action:
    page = reverse("admin:orders_return_change", args=[back.pk])
    return Action(f"R{back.position}: {_words(back)}", page)


def _words(back: Return) -> str:
    match back.state:
        case State.ANNOUNCED | State.SENT:
            return _("receive the goods")
        case State.RECEIVED:
            return _("inspect the goods")
        case State.INSPECTED if not (deciding.is_paid_back(back) or deciding.is_off(back)):
            return _("pay back or send again")
    return ""


def _announce(order: Order) -> Action:
    """Its page says which pieces are with the buyer; that costs too much to be asked here."""
    gone = any(parcel.shipped_at for parcel in order.shipments.all()) or order.delivered_at
    why_not = "" if gone else _("nothing has left the house")
    page = reverse("admin:orders_return_announce", args=[order.pk])
    return Action(_("Announce a return for the buyer"), page, why_not)
