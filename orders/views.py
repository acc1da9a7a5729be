"""The cart."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Variant
from cookies.origin import same_origin
from orders import countries, offers, redeeming, shipping
from orders.cart import MOST_OF_ONE, PLACED, Cart, CartFull
from orders.models import Order
from orders.offers import Choice
from orders.vouchers import VoucherRefused


@never_cache
@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    if "added" in request.GET:
        return _cookie_kept(request)
    basket = Cart(request.session)
    lines = basket.lines()
    gone = basket.gone(lines)
    if not lines and not gone:
        return _empty(request, basket)
    offer = offers.of(lines, Choice.of(basket), now=timezone.now())
    context = {
        "offer": offer,
        "totals": offer.totals,
        "gone": gone,
        "choices": range(1, MOST_OF_ONE + 1),
        "served": _served(),
    }
    return render(request, "orders/cart.html", context)


def _empty(request: HttpRequest, basket: Cart) -> HttpResponse:
    context = {"waiting": waiting(request), "served": _served(), "choice": Choice.of(basket)}
    return render(request, "orders/cart_empty.html", context)


def _served() -> list[tuple[str, str]]:
    return [(code, countries.title(code)) for code in shipping.served()]


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
    known = settings.SESSION_COOKIE_NAME in request.COOKIES
    return redirect("orders:cart") if known else redirect(f"{reverse('orders:cart')}?added=1")


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


@require_POST
def voucher(request: HttpRequest) -> HttpResponse:
    """Take a voucher's code, or off again."""
    if "remove" in request.POST:
        redeeming.drop(request)
        return redirect("orders:cart")
    lines = Cart(request.session).lines()
    try:
        redeeming.redeem(request, lines, request.POST.get("code", ""), now=timezone.now())
    except VoucherRefused as refused:
        messages.error(request, str(refused))
    return redirect("orders:cart")


def waiting(request: HttpRequest) -> Order | None:
    """The order that this browser placed last, if it still waits for its payment."""
    token = request.session.get(PLACED, "")
    return Order.objects.filter(token=token, state=Order.State.PLACED).first() if token else None


def _cookie_kept(request: HttpRequest) -> HttpResponse:
    """Whether the browser brought back the cookie that remembers the cart; asked once, no loop."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return redirect("orders:cart")
    return render(request, "orders/cookie_needed.html")


def _put(request: HttpRequest, variant: Variant, wanted: int) -> None:
    """As many as there are and as we sell of one thing; the shopper is told if that is fewer."""
    allowed = min(wanted, MOST_OF_ONE, variant.available)
    if variant.available < min(wanted, MOST_OF_ONE):
        messages.error(request, left_of(variant, variant.available))
    elif allowed < wanted:
        messages.error(request, _("We sell at most %(most)s of one article.") % _most())
    try:
        Cart(request.session).put(variant.sku, allowed)
    except CartFull:
        messages.error(request, _("Your cart is full. Order these things first."))


def left_of(variant: Variant, available: int) -> str:
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
