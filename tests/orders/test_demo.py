from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from catalog.models import Variant
from orders import demo
from orders.models import Order
from outbox.models import Message
from privacy.models import Disclosure


def test_the_demo_shopper_has_an_order_of_each_kind_once_and_no_mail(brush: Variant) -> None:
    shopper = User.objects.create_user("sanne@soocas.example")

    for _ in range(2):
        demo.load(shopper, now=timezone.now())

    states = sorted(Order.objects.of(shopper).values_list("state", flat=True))
    assert states == ["confirmed", "confirmed", "expired"]
    brush.refresh_from_db()
    assert (brush.on_hand, brush.reserved) == (3, 0)
    assert not Message.objects.exists()
    told = Disclosure.objects.filter(user=shopper).values_list("recipient", flat=True)
    assert sorted(told) == ["carrier", "paypal", "paypal"]


def test_an_empty_shop_has_no_demo_orders(db: None) -> None:
    demo.load(User.objects.create_user("sanne@soocas.example"), now=timezone.now())

    assert not Order.objects.exists()
