"""A buyer asks to be forgotten: whatever still names him stands on the receipt, cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.utils import timezone, translation

from orders.models import Order
from orders.tasks import sweep
from outbox.models import Message
from privacy.declarations import registry
from privacy.models import Request
from privacy.tasks import run_due_requests, tell_recipients
from tests.orders.parcels import bring
from tests.orders.shop import FORM, PayPal, Shopper
from tests.privacy.conftest import Inbox, code_in, inbox, officer
from tests.privacy.test_canaries import cells

__all__ = ["inbox"]

Place = Callable[..., Order]
NAMES_HIM = (
    FORM["email"],
    FORM["delivery_name"],
    FORM["phone"],
    FORM["phone"].replace(" ", ""),
    FORM["delivery_street"],
)


@pytest.fixture
def bought(place: Place, paypal: PayPal, shopper: Shopper, inbox: Inbox) -> Order:
    """Paid, the mail opened, so that its address is proved."""
    order = place()
    paypal.approve(order)
    shopper.returns(order)
    url = str(Message.objects.get(kind="orders/confirmed").context["url"])
    Client().get(url[url.index("/", 8) :])
    inbox()
    order.refresh_from_db()
    assert order.email_proved_at
    return order


def close(order: Order) -> None:
    bring(order)
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=False):
        sweep()
    order.refresh_from_db()
    assert order.state == Order.State.CLOSED


def ask_to_be_forgotten(inbox: Inbox) -> dict[str, Any]:
    """By the public form, proved and approved; what the receipt says, which has been sent."""
    person = Client()
    typed = {"kind": "erasure", "email": FORM["email"]}
    page = str(person.post("/en/privacy/request/", typed)["Location"])
    person.post(page, {"code": code_in(inbox()[-1])})
    case = Request.objects.latest("pk")
    inbox()  # what still waits to be sent would stay until it is
    officer().post(f"/admin/privacy/request/{case.pk}/decide/", {"decision": "approve"})
    run_due_requests()
    receipt: dict[str, Any] = Message.objects.get(kind="privacy/receipt").context
    assert inbox()[-1].to == [FORM["email"]]
    for _ in range(2):  # now that it was sent, and those were told who had received data
        tell_recipients()
        inbox()
        run_due_requests()
    return receipt


def still_there() -> set[tuple[str, str]]:
    """Table and column of every cell that names him."""
    wanted = [text.lower() for text in NAMES_HIM]
    return {
        (table, column)
        for table, column, value in cells()
        if any(text in value.lower() for text in wanted)
    }


def listed(receipt: dict[str, Any]) -> set[tuple[str, str]]:
    """Table and column of every cell that the receipt says must stay, each with a ground."""
    found = set()
    for row in receipt["stays"]:
        assert all(term["until"] and term["grounds"] for term in row["terms"])
        declaration, said = registry[apps.get_model(row["model"])], row["fields"].split(", ")
        with translation.override("en"):
            for field in (f for group in declaration.personal for f in group.fields):
                if declaration.name_of(field) in said:
                    found.add((declaration.model._meta.db_table, field))
    return found


def test_half_a_year_after_the_order_only_the_invoice_names_him(
    bought: Order, inbox: Inbox
) -> None:
    close(bought)
    assert ("orders_order", "email") in still_there()

    with time_machine.travel(timezone.now() + timedelta(days=20 + 181), tick=False):
        receipt = ask_to_be_forgotten(inbox)

    assert still_there() == {("orders_invoice", "name"), ("orders_invoice", "street")}
    assert still_there() <= listed(receipt)


def test_while_the_order_runs_only_cells_that_the_receipt_lists_name_him(
    bought: Order, inbox: Inbox
) -> None:
    receipt = ask_to_be_forgotten(inbox)

    assert ("orders_order", "delivery_street") in still_there()
    assert still_there() <= listed(receipt)
