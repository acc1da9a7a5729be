"""A voucher's code as shoppers type it: tried, remembered with the cart, taken off again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from orders import vouchers
from orders.cart import Cart, CartLine
from orders.vouchers import VoucherRefused


def redeem(request: HttpRequest, lines: Sequence[CartLine], code: str, *, now: datetime) -> None:
    """Remember a code if it counts for these lines. VoucherRefused says why not.

    Tries are counted, right and wrong ones: who guesses is stopped long before he finds one.
    """
    if not ratelimit.consume(request, action="voucher"):
        raise VoucherRefused(_("Too many codes were tried from here. Wait a few minutes."))
    goods = sum((line.gross for line in lines), Decimal(0))
    Cart(request.session).choose(code=vouchers.find(code, goods, now=now).code)


def drop(request: HttpRequest) -> None:
    Cart(request.session).choose(code="")
