"""The checkout: one page, looked at as often as one likes, pressed once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Address, User
from catalog.stock import OutOfStock
from orders import cart, countries, offers, payments, paypal, redeeming, shipping
from orders.cart import Cart, CartLine
from orders.checkout import TotalChanged, Undeliverable, Wish, place_order
from orders.forms import CHANGED, DESPITE, DRAWN, NOT_AGREED, PLACE, CheckoutForm
from orders.models import Order
from orders.offers import Choice
from orders.pages import leads_to_paypal, next_step
from orders.personal_data import HANDLING
from orders.views import left_of, waiting
from orders.vouchers import VoucherRefused

IN_THE_WAY = (TotalChanged, Undeliverable, VoucherRefused, OutOfStock)
TYPED = (*CheckoutForm.Meta.fields, "asked", "gift", "same", "despite")


@never_cache
@leads_to_paypal
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    basket = Cart(request.session)
    if request.method == "POST" and (before := _twice(request)):
        return _once_more(request, before)
    lines = basket.lines()
    if not lines:
        return _without_cart(request)
    if request.method != "POST":
        return _page(request, CheckoutForm(initial=_known(request, basket)), lines)
    looked_again = not _chosen(request, basket, lines)
    if looked_again or "refresh" in request.POST:
        return _page(request, CheckoutForm(initial=_typed(request)), lines)
    form = CheckoutForm(request.POST)
    order = _placed(request, form, lines) if form.is_valid() else None
    return _on_with(request, order) if order else _page(request, form, basket.lines())


def _page(request: HttpRequest, form: CheckoutForm, lines: list[CartLine]) -> HttpResponse:
    basket = Cart(request.session)
    choice = Choice.of(basket)
    if not form.is_bound:
        choice = replace(choice, country=form.initial["delivery_country"])
    offer = offers.of(lines, choice, now=timezone.now())
    context = {
        "form": form,
        "offer": offer,
        "totals": offer.totals,
        "nonce": basket.nonce,
        "asked": " ".join(getattr(form, "asked_about", ())) or form.initial.get("asked", ""),
        "gone": basket.gone(lines),
        "payment_away": not paypal.available(),
        "only_kept": _only_kept(request),
    }
    return render(request, "orders/checkout.html", context)


def _twice(request: HttpRequest) -> Order | None:
    """The order this very form already made: a double click, a second tab, the way back."""
    nonce = request.POST.get("nonce", "")
    return Order.objects.filter(nonce=nonce).first() if re.fullmatch(DRAWN, nonce) else None


def _once_more(request: HttpRequest, before: Order) -> HttpResponse:
    """Ordered already: on to PayPal, unless only the total was asked for."""
    if "refresh" not in request.POST:
        return _on_with(request, before)
    messages.info(request, _("This was ordered already, in another tab. Here it is."))
    return redirect("orders:order", before.token)


def _on_with(request: HttpRequest, order: Order) -> HttpResponse:
    prefetch_related_objects([order], "lines")  # read once, for cart and PayPal
    cart.ordered(request, order)
    return next_step(order, payments.begin(order, now=timezone.now()))


def _without_cart(request: HttpRequest) -> HttpResponse:
    """Nothing to order: it was ordered just now, or the session that knew the cart has ended."""
    if order := waiting(request):
        return redirect("orders:order", order.token)
    if request.method == "POST":
        said = _("Your cart is empty: your visit ended, or it was emptied in another tab.")
        nothing = _("Nothing was ordered, nothing was charged.")
        messages.warning(request, f"{said} {nothing}")
    return redirect("orders:cart")


def _chosen(request: HttpRequest, basket: Cart, lines: list[CartLine]) -> bool:
    """Remember where it goes, how, and with which code; False if a code was typed in vain."""
    country, way = request.POST.get("delivery_country", ""), request.POST.get("way", "")
    if country in shipping.served():
        basket.choose(country=country, way=way[:40].replace("\x00", ""))
    if request.POST.get("refresh") == "drop":
        redeeming.drop(request)
    try:
        if code := request.POST.get("code", "").strip():
            redeeming.redeem(request, lines, code, now=timezone.now())
    except VoucherRefused as refused:
        messages.error(request, str(refused))
        return False
    return True


def _placed(request: HttpRequest, form: CheckoutForm, lines: list[CartLine]) -> Order | None:
    """The order, or the form with what is in the way of it."""
    only_kept = _only_kept(request)
    if only_kept and not form.cleaned_data["despite"]:
        form.add_error("despite", NOT_AGREED)
        return None
    wish = _wish(request, form, str(DESPITE) if only_kept else "")
    if _unavailable(wish, lines):  # the page says so; nothing is placed, the cart stays
        return None
    try:
        return place_order(wish, lines, now=timezone.now())
    except IN_THE_WAY as error:
        if before := _twice(request):  # the other click took the last of it
            return before
        for said in _words(error, lines):
            form.add_error(None, said)
    return None


def _words(error: Exception, lines: list[CartLine]) -> list[str]:
    if isinstance(error, OutOfStock):
        short = [line.variant for line in lines if line.variant.pk in error.available]
        return [left_of(variant, error.available[variant.pk]) for variant in short]
    return [str(CHANGED if isinstance(error, TotalChanged) else error)]


def _wish(request: HttpRequest, form: CheckoutForm, agreed: str) -> Wish:
    user, chosen = request.user, Cart(request.session).chosen()
    return Wish(
        nonce=form.cleaned_data["nonce"],
        seen=form.cleaned_data["seen"],
        way=form.cleaned_data["way"],
        code=chosen.get("code", ""),
        customer=user if isinstance(user, User) else None,
        language=get_language() or "nl",
        fields=form.said,
        gift=form.is_gift,
        agreed=agreed,
    )


def _only_kept(request: HttpRequest) -> bool:
    """Whether who is signed in has the use of his data restricted.

    Of an address that a guest types nothing is said: it may be somebody else's.
    """
    return isinstance(request.user, User) and HANDLING.waits(request.user)


def _unavailable(wish: Wish, lines: list[CartLine]) -> bool:
    """Whether PayPal is away and needed: what costs nothing is ordered without it."""
    if paypal.available():
        return False
    return bool(offers.of(lines, wish.choice, now=timezone.now()).totals.total)


def _known(request: HttpRequest, basket: Cart) -> dict[str, Any]:
    """What the form is filled with at first."""
    known = {"delivery_country": countries.HOME, "billing_country": countries.HOME, "same": True}
    if isinstance(request.user, User) and not _only_kept(request):
        known |= _known_of(request.user)
    chosen = basket.chosen().get("country")
    return known | ({"delivery_country": chosen} if chosen else {})


def _known_of(user: User) -> dict[str, str]:
    """What an account already told us; its address for an invoice too, should one be wanted."""
    known = {"email": user.email, "delivery_name": user.name, "billing_name": user.name}
    address = Address.objects.filter(user=user, country__in=shipping.served()).first()
    if address is None:
        return known
    parts = ("delivery", "billing")
    places = {f"{part}_{name}": getattr(address, name) for part in parts for name in PLACE}
    return known | places | {"phone": address.phone}


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What stands in the form that was sent, not judged yet."""
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in TYPED}
    if typed["delivery_country"] not in countries.CODES:
        typed["delivery_country"] = countries.HOME
    return typed
