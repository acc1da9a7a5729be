from __future__ import annotations

from django.urls import include, path, register_converter

from orders import pages, till, views, webhook
from orders.paper import views as papers
from orders.refunds import buyer


class TokenConverter:
    regex = "[A-Za-z0-9_-]{20,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class PaperConverter(TokenConverter):
    """A credit note's number."""

    regex = "C[0-9]{4}-[0-9]{6,9}"


register_converter(TokenConverter, "order_token")
register_converter(PaperConverter, "credit_note")

app_name = "orders"
urlpatterns = [
    path("cart/", views.cart, name="cart"),
    path("cart/add/", views.add, name="add"),
    path("cart/change/", views.change, name="change"),
    path("cart/destination/", views.destination, name="destination"),
    path("cart/voucher/", views.voucher, name="voucher"),
    path("checkout/", till.checkout, name="checkout"),
    path("account/orders/", pages.order_list, name="list"),
    path("", include("orders.returns.urls")),
    path("orders/<order_token:token>/", pages.order, name="order"),
    path("orders/<order_token:token>/pay/", pages.pay, name="pay"),
    path("orders/<order_token:token>/cancel/", buyer.cancel, name="cancel"),
    path("orders/<order_token:token>/reopen/", pages.reopen, name="reopen"),
    path("orders/<order_token:token>/return/", pages.paypal_return, name="paypal-return"),
    path("orders/<order_token:token>/cancelled/", pages.paypal_cancel, name="paypal-cancel"),
    path("orders/<order_token:token>/invoice.pdf", papers.invoice, name="invoice"),
    path(
        "orders/<order_token:token>/credit-notes/<credit_note:number>.pdf",
        papers.credit_note,
        name="credit-note",
    ),
]

machine = [path("paypal/webhook", webhook.receive, name="paypal-webhook")]
