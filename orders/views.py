"""The cart and the checkout."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from catalog.models import Variant
from catalog.stock import OutOfStock
from cookies.origin import same_origin
from orders import countries, offers, payments, paypal, shipping
from orders.cart import MOST_OF_ONE, Cart, CartFull, CartLine
from orders.checkout import TotalChanged, Wish, place_order
from orders.forms import CHANGED, CheckoutForm, known_of
from orders.models import Order
from orders.offers import Choice
from orders.pages import leads_to_paypal, next_step


@never_cache
@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    basket = Cart(request.session)
    lines = basket.lines()
    if not lines and not basket.gone():
        return render(request, "orders/cart_empty.html")
    sums = offers.of(lines, Choice.of(basket), now=timezone.now()).totals
    choices = range(1, MOST_OF_ONE + 1)
    return render(
        request, "orders/cart.html", {"totals": sums, "gone": basket.gone(), "choices": choices}
    )


@same_origin
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    sku, quantity = request.POST.get("sku", ""), _quantity(request)
    variant = _for_sale(sku)
    if variant is None:
        messages.error(request, _("We do not sell this article, or not any more."))
    elif quantity is None or quantity < 1:
        messages.error(request, _("Choose how many you want, from 1 to %(most)s.") % _most())
    else:
        _put(request, variant, Cart(request.session).quantities.get(sku, 0) + quantity)
    return redirect("orders:cart")


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    sku, quantity = request.POST.get("sku", ""), _quantity(request)
    variant = _for_sale(sku)
    if "remove" in request.POST or variant is None:
        Cart(request.session).put(sku, 0)
    elif quantity is None or quantity < 0:
        messages.error(request, _("Choose how many you want, from 1 to %(most)s.") % _most())
    else:
        _put(request, variant, quantity)
    return redirect("orders:cart")


@require_POST
def destination(request: HttpRequest) -> HttpResponse:
    """Where the cart is to go and how, before anybody types an address."""
    country, way = request.POST.get("country", ""), request.POST.get("way", "")
    if country in shipping.served():
        Cart(request.session).choose(country=country, way=way[:40].replace("\x00", ""))
    else:
        messages.error(request, offers.why_not(country))
    return redirect("orders:cart")


@never_cache
@leads_to_paypal
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    basket = Cart(request.session)
    form = CheckoutForm(request.POST or None, initial=_known(request, basket))
    if request.method == "POST":
        placed = _twice(form) or (_placed(request, form, basket) if form.is_valid() else None)
        if placed:
            basket.clear()
            payments.begin(placed, now=timezone.now())
            return next_step(placed)
    lines = basket.lines()
    if not lines:
        return redirect("orders:cart")
    return _checkout_page(request, form, lines)


def _checkout_page(request: HttpRequest, form: CheckoutForm, lines: list[CartLine]) -> HttpResponse:
    basket = Cart(request.session)
    if form.is_bound:
        country, way = form.data.get("delivery_country", ""), form.data.get("way", "")
        basket.choose(country=country[:2], way=way[:40])
    offer = offers.of(lines, Choice.of(basket), now=timezone.now())
    context = {
        "form": form,
        "offer": offer,
        "totals": offer.totals,
        "nonce": Cart(request.session).nonce,
        "same": "same" in form.data if form.is_bound else True,
        "payment_away": not paypal.available(),
    }
    return render(request, "orders/checkout.html", context)


def _twice(form: CheckoutForm) -> Order | None:
    """The order this very form already made: a double click, or a second tab."""
    nonce = form.data.get("nonce", "").replace("\x00", "")
    return Order.objects.filter(nonce=nonce).first() if nonce else None


def _placed(request: HttpRequest, form: CheckoutForm, basket: Cart) -> Order | None:
    if not paypal.available():  # the page says so; nothing is placed, the cart stays
        return None
    user = request.user
    wish = Wish(
        nonce=form.cleaned_data["nonce"],
        seen=form.cleaned_data["seen"],
        way=form.cleaned_data["way"],
        code=basket.chosen().get("code", ""),
        customer=user if isinstance(user, User) else None,
        language=get_language() or "nl",
        fields=form.said,
    )
    try:
        return place_order(wish, basket.lines(), now=timezone.now())
    except TotalChanged:
        form.add_error(None, CHANGED)
    except OutOfStock as error:
        for line in basket.lines():
            if line.variant.pk in error.available:
                form.add_error(None, _left(line.variant, error.available[line.variant.pk]))
    return None


def _put(request: HttpRequest, variant: Variant, wanted: int) -> None:
    """As many as there are and as we sell of one thing; the shopper is told if that is fewer."""
    allowed = min(wanted, MOST_OF_ONE, variant.available)
    if variant.available < min(wanted, MOST_OF_ONE):
        messages.error(request, _left(variant, variant.available))
    elif allowed < wanted:
        messages.error(request, _("We sell at most %(most)s of one article.") % _most())
    try:
        Cart(request.session).put(variant.sku, allowed)
    except CartFull:
        messages.error(request, _("Your cart is full. Order these things first."))


def _left(variant: Variant, available: int) -> str:
    if available < 1:
        return _("%(title)s is sold out.") % {"title": variant.title()}
    return ngettext(
        "Only %(count)s of %(title)s is left.", "Only %(count)s of %(title)s are left.", available
    ) % {"count": available, "title": variant.title()}


def _most() -> dict[str, Any]:
    return {"most": MOST_OF_ONE}


def _for_sale(sku: str) -> Variant | None:
    clean = sku.replace("\x00", "")[:40]
    return Variant.objects.on_sale().with_words().filter(sku=clean).first()


def _quantity(request: HttpRequest) -> int | None:
    said = request.POST.get("quantity", "1").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else None


def _known(request: HttpRequest, basket: Cart) -> dict[str, Any]:
    known = {"delivery_country": countries.HOME, "billing_country": countries.HOME, "same": True}
    if isinstance(request.user, User):
        known |= known_of(request.user)
    return known | ({"delivery_country": c} if (c := basket.chosen().get("country")) else {})
