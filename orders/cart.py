"""The cart: SKU and quantity in the browser's session, nothing about a person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest

from catalog.models import Variant
from orders.models import Order

KEY = "cart"
NONCE = "cart_nonce"
CHOICE = "cart_choice"  # where it goes, how, and a voucher's code
PLACED = "cart_placed"  # token of the order that was placed last
MOST_OF_ONE = 10  # pieces
MOST_LINES = 60


class CartFull(Exception):
    """The cart holds as many different things as it may."""


@dataclass(frozen=True)
class CartLine:
    """Speaks as an OrderLine does; the last two are filled in by what sums it up."""

    variant: Variant
    quantity: int
    discount: Decimal = Decimal("0.00")  # of the whole line
    vat_rate: Decimal = Decimal(0)  # percent

    @property
    def sku(self) -> str:
        return self.variant.sku

    @property
    def title(self) -> str:
        return self.variant.title()

    @property
    def sealed(self) -> bool:
        return self.variant.sealed

    @property
    def unit_price(self) -> Decimal:
        return self.variant.price

    @property
    def gross(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def total(self) -> Decimal:
        return self.gross - self.discount

    @property
    def short(self) -> bool:
        return self.quantity > self.variant.available


class Cart:
    def __init__(self, session: SessionBase) -> None:
        self.session = session
        self.quantities: dict[str, int] = _clean(session.get(KEY))

    @property
    def count(self) -> int:
        return sum(self.quantities.values())

    def lines(self) -> list[CartLine]:
        """What is in it and still for sale, in the order it was put in."""
        sold = Variant.objects.on_sale().with_words().filter(sku__in=self.quantities)
        found = {variant.sku: variant for variant in sold}
        return [CartLine(found[s], n) for s, n in self.quantities.items() if s in found]

    def gone(self, lines: Sequence[CartLine]) -> list[str]:
        """The SKUs that are no longer for sale: in the cart, but not among its lines."""
        return sorted(set(self.quantities) - {line.sku for line in lines})

    def add(self, sku: str, quantity: int) -> None:
        self.put(sku, self.quantities.get(sku, 0) + quantity)

    def put(self, sku: str, quantity: int) -> None:
        """Set a quantity, up to the most we sell of one thing; 0 takes it out. CartFull."""
        if quantity < 1:
            self.quantities.pop(sku, None)
        elif sku not in self.quantities and len(self.quantities) >= MOST_LINES:
            raise CartFull
        else:
            self.quantities[sku] = min(quantity, MOST_OF_ONE)
        self.session[KEY] = self.quantities

    def refill(self, quantities: dict[str, int]) -> None:
        for sku, quantity in quantities.items():
            self.put(sku, quantity)

    def leave(self, ordered: Mapping[str, int]) -> None:
        """Take out what became an order, and its voucher; what was put in since stays."""
        left = {sku: n - ordered.get(sku, 0) for sku, n in self.quantities.items()}
        self.quantities = {sku: n for sku, n in left.items() if n > 0}
        self.session.pop(KEY, None)
        if self.quantities:
            self.session[KEY] = self.quantities
        self.session[CHOICE] = self.chosen() | {"code": ""}
        del self.session[NONCE]

    def chosen(self) -> dict[str, str]:
        """Country, way of delivery and code, as far as the shopper chose them."""
        stored = self.session.get(CHOICE)
        pairs = stored.items() if isinstance(stored, dict) else ()
        return {str(name): said for name, said in pairs if isinstance(said, str)}

    def choose(self, **said: str) -> None:
        """Remember a choice; nothing about a person is among them."""
        self.session[CHOICE] = self.chosen() | said

    @property
    def nonce(self) -> str:
        """The same in every tab until this cart is ordered: it makes two orders one."""
        if NONCE not in self.session:
            self.session[NONCE] = secrets.token_urlsafe(24)
        return str(self.session[NONCE])


def ordered(request: HttpRequest, order: Order) -> None:
    """The order's things leave the cart, in the session as it is stored this moment, at once.

    Another tab may have changed the cart since this request began, and may while PayPal is asked.
    The order's token stays for as long as it may be paid: the way back leads there.
    """
    session = type(request.session)(request.session.session_key)
    cart = Cart(session)
    if session.get(NONCE) == order.nonce:  # not yet, by the other click
        cart.leave({line.sku: line.quantity for line in order.listed()})
        session[PLACED] = order.token
        with suppress(UpdateError):  # signed out this moment
            session.save()
        session.modified = False
    request.session = session


def _clean(stored: object) -> dict[str, int]:
    """What a session of an older release or another hand holds is read with care."""
    if not isinstance(stored, dict):
        return {}
    pairs = ((str(sku)[:40], n) for sku, n in stored.items() if isinstance(n, int))
    return {sku: min(n, MOST_OF_ONE) for sku, n in pairs if n > 0}
