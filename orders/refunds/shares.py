"""What a part of an order is worth when it is paid back, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _

from orders.models import Order, OrderLine
from orders.money import euros
from orders.refunds import limits
from orders.refunds.limits import NOTHING

CENT = Decimal("0.01")


class NotRefundable(Exception):
    """This cannot be paid back; its text says why, in the active language."""


@dataclass(frozen=True)
class Piece:
    """Pieces of one line, and what they are paid back with. EUR."""

    line: OrderLine
    quantity: int
    amount: Decimal


@dataclass(frozen=True)
class Share:
    """What is paid back; what is neither goods nor delivery was freely chosen."""

    amount: Decimal
    shipping: Decimal = NOTHING
    pieces: tuple[Piece, ...] = field(default=())

    def cut_to(self, amount: Decimal) -> Share:
        """The same for less money: delivery gives way first, then the last lines."""
        over = max(NOTHING, self.amount - amount)
        shipping = max(NOTHING, self.shipping - over)
        over -= self.shipping - shipping
        pieces: list[Piece] = []
        for piece in reversed(self.pieces):
            less = min(over, piece.amount)
            pieces.insert(0, replace(piece, amount=piece.amount - less))
            over -= less
        return Share(amount, shipping, tuple(pieces))


def of_parts(order: Order, lines: Mapping[int, int], shipping: bool | Decimal) -> Share:
    """What these pieces and this delivery cost the buyer. Raises NotRefundable."""
    pieces = _pieces(order, lines)
    delivery = _delivery(order, shipping)
    goods = sum((piece.amount for piece in pieces), NOTHING)
    return Share(goods + delivery, delivery, pieces)


def of_rest(order: Order, left: Decimal) -> Share:
    """Everything not paid back yet: exactly what is left, whatever it was spent on."""
    gone = limits.lines_gone(order)
    rest = {n.pk: n.quantity - gone.get(n.pk, (0, NOTHING))[0] for n in order.lines.all()}
    return of_parts(order, {pk: n for pk, n in rest.items() if n > 0}, True).cut_to(left)


def worth(line: OrderLine, quantity: int, gone: tuple[int, Decimal] = (0, NOTHING)) -> Decimal:
    """Of so many further pieces, after the discount; the last piece has the cents left over."""
    pieces, money = gone
    each = (line.total / line.quantity).quantize(CENT, ROUND_DOWN)
    if pieces + quantity < line.quantity:
        return each * quantity
    return min(line.total - each * pieces, line.total - money)


def checked(amount: Decimal, *, most: Decimal) -> Decimal:
    """A freely chosen amount in euro. Raises NotRefundable."""
    if not amount.is_finite() or amount <= 0:
        raise NotRefundable(_("Say an amount of more than nothing."))
    if amount > most:
        raise NotRefundable(_("At most %(most)s can be paid back.") % {"most": euros(most)})
    if amount != amount.quantize(CENT):
        raise NotRefundable(_("Say the amount in euro and cents."))
    return amount.quantize(CENT)


def _pieces(order: Order, lines: Mapping[int, int]) -> tuple[Piece, ...]:
    known = {line.pk: line for line in order.lines.order_by("pk")}
    gone = limits.lines_gone(order) if lines else {}
    if lines.keys() - known.keys():
        raise NotRefundable(_("This is not a line of the order."))
    return tuple(
        _piece(line, lines[pk], gone.get(pk, (0, NOTHING)))
        for pk, line in known.items()
        if pk in lines
    )


def _piece(line: OrderLine, quantity: int, gone: tuple[int, Decimal]) -> Piece:
    most = line.quantity - gone[0]
    if not 1 <= quantity <= most:
        raise NotRefundable(
            _("Of %(title)s at most %(most)s can be paid back.")
            % {"title": line.title, "most": most}
        )
    return Piece(line, quantity, max(NOTHING, worth(line, quantity, gone)))


def _delivery(order: Order, shipping: bool | Decimal) -> Decimal:
    if shipping is False:
        return NOTHING
    most = limits.shipping_left(order)
    return most if shipping is True else min(most, shipping)
