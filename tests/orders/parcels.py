"""What staff does with parcels, in a word each, and an order to do it with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog.models import Variant
from orders.models import Order, Shipment
from orders.parcels import services
from tests.orders.shop import PayPal, Shopper

Buy = Callable[..., Order]
ADMIN = "/admin/orders/shipment/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def parcel_of(order: Order) -> Shipment:
    return order.shipments.select_related("order").latest("position")


def parcels_of(order: Order) -> list[tuple[str, dict[str, int]]]:
    """State and pieces by article number of each."""
    return [
        (parcel.state, {part.line.sku: part.quantity for part in parcel.lines.all()})
        for parcel in order.shipments.order_by("position")
    ]


def send(order: Order, *, tracking: str = "", now: datetime | None = None) -> None:
    """Its open parcels leave the house."""
    for parcel in order.shipments.filter(state__in=services.IN_THE_HOUSE):
        assert services.ship(parcel, now=now or timezone.now(), tracking=tracking)


def bring(order: Order, *, now: datetime | None = None) -> None:
    """All that has not left leaves, and arrives at once."""
    send(order, now=now)
    for parcel in order.shipments.filter(state=Shipment.State.SHIPPED):
        assert services.deliver(parcel, now=now or timezone.now())
    order.refresh_from_db()


class Staff:
    """Someone of the shop, in the administration."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def opens(self, parcel: Shipment, deed: str = "change") -> Any:
        return self.client.get(f"{ADMIN}{parcel.pk}/{deed}/")

    def does(self, deed: str, parcel: Shipment, **filled: Any) -> Any:
        return self.client.post(f"{ADMIN}{parcel.pk}/{deed}/", filled)

    def splits(self, parcel: Shipment, **pieces: int) -> Any:
        return self.does("split", parcel, **by_line(parcel, pieces))

    def ships(self, *parcels: Shipment, pasted: str = "", **codes: str) -> Any:
        """``codes``: ``code_<n>`` or ``none_<n>`` of the nth parcel, from 0."""
        fields = {"ids": ",".join(str(p.pk) for p in parcels), "pasted": pasted}
        for name, value in codes.items():
            what, _, n = name.partition("_")
            fields[f"{what}-{parcels[int(n)].pk}"] = value
        return self.client.post(f"{ADMIN}ship/", fields)

    def chooses(self, action: str, *rows: Shipment | Order) -> Any:
        model = rows[0]._meta.model_name
        chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
        return self.client.post(f"/admin/orders/{model}/", chosen)

    def sends_again(self, parcel: Shipment, reason: str, **more: Any) -> Any:
        """The form as the page gives it, with other pieces or another address."""
        page = self.opens(parcel, "redeliver")
        form = page.context["form"]
        filled = {field.html_name: field.value() for field in form}
        filled |= {"reason": reason} | {k: v for k, v in more.items() if k.startswith("delivery")}
        pieces = {k: v for k, v in more.items() if not k.startswith("delivery")}
        return self.does("redeliver", parcel, **filled | by_line(parcel, pieces))


def by_line(parcel: Shipment, pieces: dict[str, int]) -> dict[str, int]:
    """``BRUSH_INK=1`` as the form's field for that line."""
    lines = {part.line.sku.replace("-", "_"): part.line_id for part in parcel.lines.all()}
    return {f"line-{lines[sku]}": n for sku, n in pieces.items()}


def worker(*, may: str = "^(view|change|add)") -> Client:
    group, _ = Group.objects.get_or_create(name="staff")
    allowed = Permission.objects.filter(content_type__app_label="orders", codename__regex=may)
    group.permissions.set(allowed)
    user, _ = User.objects.get_or_create(
        email="staff@example.com", defaults={"is_staff": True, "language": "en"}
    )
    user.groups.add(group)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def staff(db: None) -> Staff:
    return Staff(worker())


@pytest.fixture
def buy(paypal: PayPal, shopper: Shopper, brush: Variant, heads: Variant) -> Buy:
    """A paid order: two brushes and three sets of heads, or what is said."""

    def bought(*, brushes: int = 2, sets: int = 3, **changed: Any) -> Order:
        Variant.objects.filter(pk__in=[brush.pk, heads.pk]).update(on_hand=20)
        for variant, pieces in ((brush, brushes), (heads, sets)):
            if pieces:
                shopper.puts(variant, pieces)
        shopper.orders(**changed)
        order = Order.objects.latest("pk")
        paypal.approve(order)
        shopper.returns(order)
        order.refresh_from_db()
        assert order.state == Order.State.CONFIRMED
        return order

    return bought
