from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from catalog.models import Variant
from orders.models import Order
from outbox.models import Message
from outbox.tasks import send
from tests.orders import parcels
from tests.orders.shop import HERE, PayPal, Shopper

Place = Callable[..., Order]


@pytest.fixture
def paid(place: Place, paypal: PayPal, shopper: Shopper) -> Order:
    order = place()
    paypal.approve(order)
    shopper.returns(order)
    order.refresh_from_db()
    return order


def mail_link() -> str:
    url = str(Message.objects.get(kind="orders/confirmed").context["url"])
    return url[url.index("/", 8) :]


@pytest.mark.parametrize(
    "path",
    [
        "orders/x/",
        "orders/" + "a" * 32 + "/",
        "orders/" + "a" * 4000 + "/",
        "orders/%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00/",
        "orders/../../etc/passwd/",
        "orders/" + "a" * 32 + "/return/",
        "orders/" + "a" * 32 + "/cancelled/",
    ],
)
def test_an_unknown_token_is_not_found(db: None, client: Client, path: str) -> None:
    assert client.get(f"/nl/{path}").status_code == 404


@pytest.mark.parametrize("button", ["pay", "reopen"])
def test_an_unknown_order_cannot_be_acted_on(db: None, client: Client, button: str) -> None:
    assert client.post(f"/nl/orders/{'a' * 32}/{button}/").status_code == 404


def test_the_number_does_not_open_an_order(paid: Order, client: Client) -> None:
    assert client.get(f"/nl/orders/{paid.number}/").status_code == 404


def test_the_page_is_for_the_one_who_has_its_token(paid: Order) -> None:
    answer = Client().get(f"/en/orders/{paid.token}/")

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Lindenlaan 12" in answer.content.decode()


def test_the_page_s_token_does_not_prove_the_address(paid: Order, shopper: Shopper) -> None:
    shopper.sees(paid)
    shopper.returns(paid)

    paid.refresh_from_db()
    assert paid.email_proved_at is None


def test_the_mail_s_link_proves_the_address_and_leaves_the_proof_out_of_the_address_line(
    paid: Order,
) -> None:
    answer = Client().get(mail_link())

    assert answer.headers["Location"] == f"/en/orders/{paid.token}/"
    paid.refresh_from_db()
    assert paid.email_proved_at is not None


@pytest.mark.parametrize("proof", ["", "x", "é", "a" * 5000, "%00"])
def test_a_guessed_proof_proves_nothing(paid: Order, client: Client, proof: str) -> None:
    answer = client.get(f"/en/orders/{paid.token}/?proof={proof}")

    assert answer.status_code == 302
    paid.refresh_from_db()
    assert paid.email_proved_at is None


def test_the_proof_of_one_order_proves_no_other(paid: Order, place: Place, client: Client) -> None:
    other = place()
    proof = mail_link().partition("proof=")[2]

    client.get(f"/en/orders/{other.token}/?proof={proof}")

    other.refresh_from_db()
    assert other.email_proved_at is None


def test_the_confirmation_says_all_and_reports_nothing_back(
    paid: Order, mailoutbox: list[object]
) -> None:
    send(Message.objects.get(kind="orders/confirmed").pk)

    [mail] = mailoutbox
    assert mail.subject == f"Order {paid.number} confirmed"  # type: ignore[attr-defined]
    assert mail.to == ["anna@example.com"]  # type: ignore[attr-defined]
    html = mail.alternatives[0][0]  # type: ignore[attr-defined]
    for body in (mail.body, html):  # type: ignore[attr-defined]
        for said in ("Thing BRUSH-INK", "129.95", "22.55", "Lindenlaan 12", "/invoice.pdf"):
            assert said in body
        assert "proof=" in body
    assert "<img" not in html


def test_the_confirmation_speaks_the_language_of_the_order(
    paypal: PayPal, client: Client, brush: Variant, mailoutbox: list[object]
) -> None:
    shopper = Shopper(client, "nl")
    shopper.puts(brush)
    shopper.orders()
    order = Order.objects.get()
    paypal.approve(order)
    with translation.override("en"):
        shopper.returns(order)

    send(Message.objects.exclude(kind="orders/placed").get().pk)

    assert mailoutbox[0].subject == f"Bestelling {order.number} bevestigd"  # type: ignore[attr-defined]
    assert "/nl/orders/" in mailoutbox[0].body  # type: ignore[attr-defined]
    assert "129,95" in mailoutbox[0].body  # type: ignore[attr-defined]


def test_an_unpaid_order_goes_back_into_the_cart_and_frees_its_stock(
    place: Place, shopper: Shopper, brush: Variant
) -> None:
    order = place()

    answer = shopper.presses("reopen", order)

    assert answer.url == "/en/cart/"
    assert shopper.client.session["cart"] == {"BRUSH-INK": 1}
    order.refresh_from_db()
    brush.refresh_from_db()
    assert order.state == Order.State.CANCELLED
    assert order.closed_at is not None
    assert brush.reserved == 0
    assert "This order was cancelled" in shopper.sees(order)


def test_an_order_approved_in_another_tab_is_paid_instead_of_reopened(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    paypal.approve(order)

    answer = shopper.presses("reopen", order)

    assert answer.url == f"/en/orders/{order.token}/"
    order.refresh_from_db()
    assert order.state == Order.State.CONFIRMED
    assert "cart" not in shopper.client.session


def test_a_cancelled_order_takes_no_late_payment(
    place: Place, paypal: PayPal, shopper: Shopper
) -> None:
    order = place()
    shopper.presses("reopen", order)
    paypal.approve(order)

    shopper.returns(order)
    shopper.presses("pay", order)

    order.refresh_from_db()
    assert order.state == Order.State.CANCELLED
    assert paypal.money() == []
    assert order.attempts.count() == 1


def test_a_paid_order_cannot_be_reopened_or_paid_again(
    paid: Order, paypal: PayPal, shopper: Shopper
) -> None:
    for button in ("reopen", "pay"):
        assert shopper.presses(button, paid).url == f"/en/orders/{paid.token}/"

    paid.refresh_from_db()
    assert paid.state == Order.State.CONFIRMED
    assert paypal.money() == [("capture", "129.95")]


def test_only_the_pages_that_lead_there_let_a_form_end_at_paypal(
    place: Place, paypal: PayPal, shopper: Shopper, brush: Variant
) -> None:
    order = place()
    shopper.puts(brush)

    def form_action(path: str) -> str:
        policy = shopper.client.get(shopper.url(path)).headers["Content-Security-Policy"]
        return re.search(r"form-action ([^;]*)", policy)[1]  # type: ignore[index]

    assert paypal.url in form_action("checkout/")
    assert paypal.url in form_action(f"orders/{order.token}/")
    assert paypal.url not in form_action("cart/")


def test_the_list_needs_an_account(db: None, client: Client) -> None:
    assert client.get("/en/account/orders/").status_code == 302


@pytest.fixture
def staff(client: Client) -> Client:
    from django.contrib.auth.models import Group, Permission

    group, _ = Group.objects.get_or_create(name="staff")
    group.permissions.set(
        Permission.objects.filter(
            content_type__app_label="orders", codename__regex="^(view|change|add)"
        )
    )
    user = User.objects.create_user("staff@example.com", is_staff=True)
    user.groups.add(group)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_staff_say_that_an_order_arrived(paid: Order, staff: Client) -> None:
    parcels.send(paid)
    chosen = {"action": "mark_delivered", "_selected_action": [paid.pk]}

    staff.post("/admin/orders/order/", chosen)
    staff.post("/admin/orders/order/", chosen)

    paid.refresh_from_db()
    assert paid.delivered_at is not None
    assert paid.events.filter(kind="order_delivered").count() == 1


def test_the_count_in_the_head_follows_the_cart(client: Client, brush: Variant) -> None:
    client.post("/en/cart/add/", {"sku": brush.sku, "quantity": 2}, headers=HERE)

    assert "Cart, 2 items" in client.get("/en/cart/").content.decode()
