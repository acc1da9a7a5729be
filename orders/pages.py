"""The order's own page, by its token, and the ways back from PayPal to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orders import checkout, faces, letters, payments, paypal, sweeping
from orders.cart import Cart, CartFull
from orders.models import LIVE, Order, PaymentAttempt
from orders.personal_data.order import of_account
from orders.returns import listing

View = Callable[..., HttpResponse]
PATIENCE = 10  # times half a second that a returning buyer waits for the webhook's capture


def leads_to_paypal(view: View) -> Callable[..., HttpResponseBase]:
    """A form of this page may end at PayPal: a redirect counts as the form's own address (CSP)."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        widened = csp_update({"form-action": [paypal.page_origin()]})(view)
        return widened(request, *args, **kwargs)

    return wrapped


@never_cache
@leads_to_paypal
@require_safe
def order(request: HttpRequest, token: str) -> HttpResponse:
    found = get_object_or_404(Order, token=token)
    if "proof" in request.GET:
        letters.prove(found, request.GET["proof"], now=timezone.now())
        return redirect("orders:order", token)
    now = timezone.now()
    face = faces.of(found, now=now)
    page = {"order": found, "face": face}
    if face.page == "order":
        page["paid"] = faces.paid(found, now=now)
    return render(request, f"orders/{face.page}.html", page)


@require_POST
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """On to PayPal, where the order still waits for it; else its page says how it stands."""
    found = get_object_or_404(Order, token=token)
    return next_step(found, payments.begin(found, now=timezone.now()))


@require_POST
def reopen(request: HttpRequest, token: str) -> HttpResponse:
    """Put an unpaid order back into the cart, and free its stock; a paid one stays as it is."""
    found, now = get_object_or_404(Order, token=token), timezone.now()
    if found.state == Order.State.PLACED:
        sweeping.give_up(found, now=now)
        checkout.cancel(found, now=now)
        found.refresh_from_db()
    if found.state not in {Order.State.CANCELLED, Order.State.EXPIRED}:
        return redirect("orders:order", token)
    with suppress(CartFull):  # what fits is in it
        Cart(request.session).refill(dict(found.lines.values_list("sku", "quantity")))
    return redirect("orders:cart")


@never_cache
@require_safe
def paypal_return(request: HttpRequest, token: str) -> HttpResponse:
    """Where PayPal sends the buyer back to; opened twice, it does nothing twice."""
    attempt = _named_attempt(request, token)
    if attempt is None or attempt.state not in LIVE:
        return redirect("orders:order", token)
    tries = attempt.captures_tried
    payments.come_back(attempt, now=timezone.now())
    attempt = _settled(attempt)
    if attempt.captures_tried > tries and attempt.approve_url:
        return redirect(attempt.approve_url)  # that way of paying failed: PayPal offers others
    return redirect("orders:order", token)


@never_cache
@require_safe
def paypal_cancel(request: HttpRequest, token: str) -> HttpResponse:
    """The buyer turned back at PayPal. Nothing ends by that: another tab may still be paying."""
    get_object_or_404(Order, token=token)
    return redirect("orders:order", token)


@never_cache
@login_required
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """All that the privacy centre calls the account's, found in the same way."""
    mine = of_account(request.user)
    return render(request, "orders/list.html", {"orders": listing.listed(mine, now=timezone.now())})


def next_step(order: Order, attempt: PaymentAttempt | None) -> HttpResponse:
    """To PayPal if the payment waits there, else to the order's page."""
    if attempt and attempt.state == PaymentAttempt.State.REDIRECTED and attempt.approve_url:
        return redirect(attempt.approve_url)
    return redirect("orders:order", order.token)


def _named_attempt(request: HttpRequest, token: str) -> PaymentAttempt | None:
    """The payment PayPal names in the address, if it is this order's."""
    order = get_object_or_404(Order, token=token)
    named = request.GET.get("token", "")
    if "\x00" in named:
        raise Http404
    return order.attempts.filter(paypal_id=named).first()


def _settled(attempt: PaymentAttempt) -> PaymentAttempt:
    """The payment, once whoever is capturing it is done: the webhook is often a little earlier."""
    for _ in range(PATIENCE):
        attempt.refresh_from_db()
        if attempt.state != PaymentAttempt.State.CAPTURING:
            break
        time.sleep(0.5)
    return attempt
