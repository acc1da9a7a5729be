"""Codes that take something off the goods: one per order, to the cent, counted once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Variant
from orders import checkout, vouchers
from orders.models import Order, PaymentAttempt, Voucher
from orders.tasks import sweep
from outbox.models import Message
from tests.orders.shop import PayPal, Shopper
from tests.orders.test_unavailable import AWAY, fall_silent

EURO = "€\N{NO-BREAK SPACE}"
Place = Callable[..., Order]

amounts = st.integers(0, 500_00).map(lambda cents: Decimal(cents) / 100)


@pytest.fixture(autouse=True)
def _nobody_guessed_yet() -> None:
    cache.clear()


@pytest.fixture
def tenth(db: None) -> Voucher:
    return Voucher.objects.create(code="TENTH", percent=10)


def off(**values: Any) -> Voucher:
    return Voucher.objects.create(**({"code": "OFF-5", "amount": Decimal(5)} | values))


# what it takes off


@given(st.lists(amounts, min_size=1, max_size=60), st.integers(0, 100))
def test_the_shares_of_the_lines_add_up_and_take_no_line_below_zero(
    lines: list[Decimal], percent: int
) -> None:
    goods = sum(lines, Decimal(0))
    discount = vouchers.discount(Voucher(percent=percent), goods)

    shares = vouchers.spread(discount, lines)

    assert sum(shares) == discount <= goods
    for share, line in zip(shares, lines, strict=True):
        assert Decimal(0) <= share <= line
        assert share == share.quantize(Decimal("0.01"))


@given(st.lists(amounts, min_size=1, max_size=60), amounts)
def test_an_amount_takes_off_no_more_than_there_is(lines: list[Decimal], amount: Decimal) -> None:
    goods = sum(lines, Decimal(0))
    discount = vouchers.discount(Voucher(amount=amount), goods)

    shares = vouchers.spread(discount, lines)

    assert sum(shares) == discount == min(amount, goods)
    assert all(share <= line for share, line in zip(shares, lines, strict=True))


def test_the_largest_line_takes_the_odd_cent() -> None:
    lines = [Decimal("10.00"), Decimal("30.00"), Decimal("20.00")]

    assert vouchers.spread(Decimal("10.00"), lines) == [
        Decimal("1.66"),
        Decimal("5.01"),
        Decimal("3.33"),
    ]


def test_it_takes_nothing_off_delivery(
    shopper: Shopper, paypal: PayPal, heads: Variant, tenth: Voucher
) -> None:
    shopper.puts(heads)
    shopper.redeems("TENTH")

    shopper.orders()

    order = Order.objects.get()
    assert (order.discount, order.shipping) == (Decimal("2.50"), Decimal("3.95"))
    assert order.total == Decimal("26.40")  # 24.95 - 2.50 + 3.95


def test_it_never_makes_delivery_dearer(shopper: Shopper, heads: Variant, tenth: Voucher) -> None:
    shopper.puts(heads, quantity=2)
    Variant.objects.update(price=Decimal("17.50"))

    shopper.redeems("TENTH")

    assert f"{EURO}31.50" in shopper.reads("cart/")  # delivery stays free at 35.00


def test_page_order_mail_and_paypal_show_the_same_cents(
    shopper: Shopper, paypal: PayPal, brush: Variant, heads: Variant, tenth: Voucher
) -> None:
    shopper.puts(brush)
    shopper.puts(heads)
    shopper.redeems("tenth")
    for page in (shopper.reads("cart/"), shopper.reads("checkout/")):
        for shown in ("154.90", "−€\N{NO-BREAK SPACE}15.49", "139.41", "24.20"):
            assert shown in page

    shopper.orders()

    order = Order.objects.get()
    assert (order.voucher, order.discount, order.total) == (
        tenth,
        Decimal("15.49"),
        Decimal("139.41"),
    )
    lines = order.lines.order_by("pk").values_list("unit_price", "discount")
    assert list(lines) == [
        (Decimal("129.95"), Decimal("13.00")),
        (Decimal("24.95"), Decimal("2.49")),
    ]
    mail = Message.objects.get(kind="orders/placed").context
    assert (mail["discount"], mail["total"]) == ("15.49", "139.41")
    [unit] = paypal.orders()[0]["purchase_units"]
    breakdown = {name: part["value"] for name, part in unit["amount"]["breakdown"].items()}
    assert breakdown == {"item_total": "154.90", "shipping": "0.00", "discount": "15.49"}
    assert unit["amount"]["value"] == "139.41"
    assert len(unit["items"]) == 2


# what is refused, in words


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"code": "OTHER"}, "We do not know this code."),
    "withdrawn": ({"active": False}, "We do not know this code."),
    "not yet": ({"valid_from": timedelta(hours=1)}, "This code is not valid yet."),
    "over": ({"valid_until": timedelta(0)}, "This code is not valid any more."),
    "used up": ({"most_uses": 3, "uses": 3}, "This code has been used as often as it may."),
    "too little": (
        {"minimum": Decimal("130.00")},
        f"This code counts from {EURO}130.00 of products",
    ),
}


@pytest.mark.parametrize(("values", "said"), REFUSED.values(), ids=list(REFUSED))
def test_each_refusal_says_why_in_cart_and_checkout_and_takes_nothing_off(
    shopper: Shopper, paypal: PayPal, brush: Variant, values: dict[str, Any], said: str
) -> None:
    now = timezone.now()
    off(**{k: now + v if isinstance(v, timedelta) else v for k, v in values.items()})
    shopper.puts(brush)

    assert said in shopper.redeems("OFF-5")
    page = shopper.sends(shopper.form() | {"code": "OFF-5"}).content.decode()

    assert said in page
    assert 'value="Lindenlaan"' in page
    assert f"{EURO}129.95" in page
    assert "Discount code OFF-5" not in page
    assert not Order.objects.exists()


@pytest.mark.parametrize("code", ["", " ", "\x00", "x" * 5000, "' OR 1=1 --", "%%%%", "é" * 10])
def test_anything_may_be_typed_as_a_code(shopper: Shopper, brush: Variant, code: str) -> None:
    off()
    shopper.puts(brush)

    assert "We do not know this code" in shopper.redeems(code)


@pytest.mark.parametrize("typed", ["OFF-5", "off-5", " off-5 ", "o f f - 5"])
def test_a_code_counts_however_it_is_typed(shopper: Shopper, brush: Variant, typed: str) -> None:
    off()
    shopper.puts(brush)

    assert f"{EURO}124.95" in shopper.redeems(typed)


def test_the_minimum_is_of_goods_exactly(shopper: Shopper, brush: Variant) -> None:
    off(minimum=Decimal("129.95"))
    shopper.puts(brush)

    assert f"{EURO}124.95" in shopper.redeems("OFF-5")


def test_who_guesses_is_stopped_and_the_cart_stays(
    shopper: Shopper, paypal: PayPal, brush: Variant
) -> None:
    cache.clear()
    shopper.puts(brush)
    for number in range(10):
        assert "We do not know this code" in shopper.redeems(f"GUESS-{number}")
    off()

    page = shopper.redeems("OFF-5")

    assert "Too many codes were tried from here." in page
    assert f"{EURO}129.95" in page
    assert shopper.orders().status_code == 302


# one, remembered, removed


def test_it_is_remembered_with_the_cart_and_can_be_taken_off(
    shopper: Shopper, paypal: PayPal, brush: Variant, tenth: Voucher
) -> None:
    shopper.puts(brush)
    shopper.redeems("TENTH")
    assert "Discount code TENTH" in shopper.reads("checkout/")

    shopper.client.post(shopper.url("cart/voucher/"), {"remove": "1"})
    assert "Discount code TENTH" not in shopper.reads("cart/")

    shopper.redeems("TENTH")
    page = shopper.sends(shopper.form() | {"refresh": "drop"}).content.decode()
    assert "Discount code TENTH" not in page
    assert 'value="Lindenlaan"' in page
    assert not Order.objects.exists()


def test_a_second_code_takes_the_place_of_the_first(
    shopper: Shopper, paypal: PayPal, brush: Variant, tenth: Voucher
) -> None:
    off()
    shopper.puts(brush)
    shopper.redeems("TENTH")

    shopper.redeems("OFF-5")
    shopper.orders()

    order = Order.objects.get()
    assert (order.voucher, order.discount) == (Voucher.objects.get(code="OFF-5"), Decimal(5))
    tenth.refresh_from_db()
    assert tenth.uses == 0


def test_a_code_typed_at_the_checkout_is_shown_before_it_is_ordered(
    shopper: Shopper, paypal: PayPal, brush: Variant, tenth: Voucher
) -> None:
    shopper.puts(brush)

    page = shopper.sends(shopper.form() | {"code": "tenth"}).content.decode()
    assert "Look at the new total first" in page
    assert f"{EURO}116.95" in page
    assert not Order.objects.exists()

    shopper.orders()
    assert Order.objects.get().total == Decimal("116.95")


def test_it_does_not_stay_for_the_next_cart(
    shopper: Shopper, paypal: PayPal, brush: Variant, tenth: Voucher
) -> None:
    shopper.puts(brush)
    shopper.redeems("TENTH")
    shopper.orders()

    shopper.puts(brush)

    assert "Discount code TENTH" not in shopper.reads("cart/")


def test_one_that_ends_between_page_and_press_is_explained_and_nothing_is_placed(
    shopper: Shopper, paypal: PayPal, brush: Variant, tenth: Voucher
) -> None:
    shopper.puts(brush)
    shopper.redeems("TENTH")
    form = shopper.form()
    Voucher.objects.update(valid_until=timezone.now())

    page = shopper.sends(form).content.decode()

    assert "Look at the new total first" in page
    assert "This code is not valid any more." in page
    assert f"{EURO}129.95" in page
    assert not Order.objects.exists()


# counted once, given back


@pytest.fixture
def discounted(shopper: Shopper, paypal: PayPal, brush: Variant, tenth: Voucher) -> Order:
    Voucher.objects.update(most_uses=1)
    shopper.puts(brush)
    shopper.redeems("TENTH")
    shopper.orders()
    return Order.objects.get()


def later(**time: float) -> None:
    """What beat does, that much later."""
    with time_machine.travel(timezone.now() + timedelta(**time), tick=False):
        sweep()


def uses() -> int:
    return Voucher.objects.get(code="TENTH").uses


def test_a_use_is_counted_when_the_order_is_placed(discounted: Order) -> None:
    assert uses() == 1


def test_it_is_given_back_once_when_the_buyer_lets_an_unpaid_order_go(
    discounted: Order, shopper: Shopper
) -> None:
    shopper.presses("reopen", discounted)
    shopper.presses("reopen", discounted)

    assert uses() == 0
    checkout.cancel(discounted, now=timezone.now())
    assert uses() == 0
    assert "We do not know" not in shopper.redeems("TENTH")


def test_it_is_given_back_when_an_unpaid_order_expires(discounted: Order) -> None:
    later(hours=4)

    discounted.refresh_from_db()
    assert discounted.state == Order.State.EXPIRED
    assert uses() == 0


@pytest.mark.parametrize("taken_meanwhile", [0, 1])
def test_a_late_payment_takes_it_again_if_it_is_free_and_is_honoured_if_not(
    discounted: Order, paypal: PayPal, shopper: Shopper, taken_meanwhile: int
) -> None:
    paypal.approve(discounted)
    paypal.fails("capture", "pending")
    shopper.returns(discounted)
    discounted.attempts.update(state=PaymentAttempt.State.ABANDONED)
    later(hours=4)
    assert uses() == 0
    Voucher.objects.update(uses=taken_meanwhile)

    discounted.attempts.update(state=PaymentAttempt.State.PENDING_REVIEW)
    paypal.decide(discounted, "COMPLETED")
    later(hours=6)

    discounted.refresh_from_db()
    assert discounted.state == Order.State.CONFIRMED
    assert uses() == 1


def test_a_paid_order_keeps_its_use(discounted: Order, paypal: PayPal, shopper: Shopper) -> None:
    paypal.approve(discounted)
    shopper.returns(discounted)

    discounted.refresh_from_db()
    assert discounted.state == Order.State.CONFIRMED
    assert paypal.money() == [("capture", "116.95")]
    assert uses() == 1


def test_the_last_use_goes_to_one_of_two(discounted: Order, paypal: PayPal, brush: Variant) -> None:
    other = Shopper(Client())
    other.puts(brush)

    page = other.redeems("TENTH")

    assert "used as often as it may" in page


@pytest.mark.django_db(transaction=True)
def test_buyers_at_the_same_moment_share_the_last_use_among_one(
    paypal: PayPal, brush: Variant
) -> None:
    Voucher.objects.create(code="TENTH", percent=10, most_uses=1)
    shoppers = [Shopper(Client()) for _ in range(4)]
    for one in shoppers:
        one.puts(brush)
        one.redeems("TENTH")
    forms = [one.form() for one in shoppers]

    def press(n: int) -> str:
        try:
            return str(shoppers[n].sends(forms[n]).content.decode())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(press, range(4)))

    assert Order.objects.count() == 1
    assert uses() == 1
    refused = [page for page in pages if "This code" in page]
    assert len(refused) == 3
    assert Variant.objects.get().reserved == 1


def test_the_database_itself_holds_the_most_uses(tenth: Voucher) -> None:
    Voucher.objects.update(most_uses=1, uses=1)

    with pytest.raises(IntegrityError):
        Voucher.objects.update(uses=2)


# nothing to pay


def test_an_order_that_costs_nothing_is_confirmed_at_once_without_paypal(
    shopper: Shopper, paypal: PayPal, brush: Variant
) -> None:
    off(code="GIFTED", amount=None, percent=100)
    shopper.puts(brush)
    shopper.redeems("GIFTED")

    answer = shopper.orders()

    order = Order.objects.get()
    assert answer.url == f"/en/orders/{order.token}/"
    assert order.state == Order.State.CONFIRMED
    assert order.total == order.paid == 0
    assert not order.attempts.exists()
    assert paypal.orders() == []
    assert [m.kind for m in Message.objects.all()] == ["orders/confirmed"]
    assert Message.objects.get().context["free"] is True
    brush.refresh_from_db()
    assert (brush.on_hand, brush.reserved) == (4, 0)
    assert order.invoice.total == 0
    assert shopper.sends({"nonce": order.nonce}).url == answer.url
    assert Order.objects.count() == 1


def test_what_costs_nothing_needs_no_paypal_that_answers(
    shopper: Shopper, paypal: PayPal, brush: Variant
) -> None:
    off(code="GIFTED", amount=None, percent=100)
    shopper.puts(brush)
    fall_silent(paypal)
    assert AWAY in shopper.reads("checkout/")

    shopper.redeems("GIFTED")

    assert AWAY not in shopper.reads("checkout/")
    shopper.orders()
    assert Order.objects.get().state == Order.State.CONFIRMED
