"""When what happened to a made-up order, and how it stands by that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from orders.bulk.plans import Fate, Plan
from orders.models import Order, OrderEvent

PAID, PACKED, SENT = 0.002, 1.0, 1.5  # days after the order was placed
WITHDRAWN, BACK, REFUNDED = 7.5, 10.5, 10.6  # likewise
PAID_BACK = {Fate.CANCELLED, Fate.WITHDRAWN, Fate.GOODWILL}
ARRIVED = {Fate.DELIVERED, Fate.CLOSED, Fate.WITHDRAWN, Fate.GOODWILL}
HOLD = timedelta(hours=3)
EVENTS: dict[str, float] = {  # days after the order was placed
    "order_placed": 0,
    "payment_redirected": 0.0001,
    "payment_approved": PAID,
    "payment_capturing": PAID,
    "payment_captured": PAID,
    "order_confirmed": PAID,
    "shipment_packed": PACKED,
    "shipment_shipped": SENT,
    "shipment_delivered": 2.5,
    "order_delivered": 2.5,
}
LEAST = 2  # events of any order
UNTIL = {  # how many of these happened
    Fate.EXPIRED: LEAST,
    Fate.CANCELLED: 6,
    Fate.OPEN: 6,
    Fate.PACKED: 7,
    Fate.SHIPPED: 8,
}
GIVEN_BACK = {Fate.CANCELLED: 0.31, Fate.WITHDRAWN: REFUNDED, Fate.GOODWILL: 6.0}
GOODWILL = Decimal("5.00")


def end(plan: Plan, total: Decimal) -> dict[str, Any]:
    """State, money and moments of the order itself."""
    if plan.fate == Fate.EXPIRED:
        return {"state": "expired", "closed_at": plan.placed_at + HOLD}
    values: dict[str, Any] = {"state": "confirmed", "confirmed_at": plan.at(PAID)}
    values["paid"] = total - refunded(plan, total)
    if plan.fate in ARRIVED:
        values["delivered_at"] = plan.delivered_at
    closed = _closed_at(plan)
    if closed:
        state = "cancelled" if plan.fate == Fate.CANCELLED else "closed"
        values |= {"state": state, "closed_at": closed, "liable_from_at": closed}
    return values


def refunded(plan: Plan, total: Decimal) -> Decimal:
    """EUR that went back."""
    if plan.fate == Fate.GOODWILL:
        return min(GOODWILL, total)
    return total if plan.fate in PAID_BACK else Decimal("0.00")


def _closed_at(plan: Plan) -> datetime | None:
    if plan.fate == Fate.CANCELLED:
        return plan.at(GIVEN_BACK[plan.fate])
    return plan.withdrawal_ended_at if plan.fate in ARRIVED - {Fate.DELIVERED} else None


def events(plan: Plan, order: Order) -> Iterator[OrderEvent]:
    happened = [(k, plan.at(day)) for k, day in list(EVENTS.items())[: UNTIL.get(plan.fate)]]
    if plan.fate == Fate.EXPIRED:
        over = plan.placed_at + HOLD
        happened += [("payment_abandoned", over), ("order_expired", over)]
    if plan.fate == Fate.CANCELLED:
        happened += [(kind, plan.at(0.3)) for kind in ("order_cancelled", "shipment_cancelled")]
    if plan.fate == Fate.WITHDRAWN:
        happened += [("withdrawal", plan.at(WITHDRAWN)), ("return_received", plan.at(BACK))]
        happened.append(("return_inspected", plan.at(BACK)))
    if plan.fate in PAID_BACK:
        kinds = ("refund_requested", "refund_sending", "refund_completed")
        happened += [(kind, plan.at(GIVEN_BACK[plan.fate])) for kind in kinds]
    if order.state == "closed" and order.closed_at:
        happened.append(("order_closed", order.closed_at))
    return (OrderEvent(order=order, kind=kind, at=at) for kind, at in happened)
