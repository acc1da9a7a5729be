"""Codes that take something off the goods: found, used up, given back."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.db.models import F, Q
from django.utils.translation import gettext as _

from orders.models import Order, Voucher
from orders.money import euros

CENT = Decimal("0.01")


class VoucherRefused(Exception):
    """Says why, in the shopper's language."""


def clean(code: str) -> str:
    """As codes are stored; what cannot be one is empty."""
    typed = "".join(code.replace("\x00", "").upper().split())
    return typed if 4 <= len(typed) <= 24 else ""


def find(code: str, goods: Decimal, *, now: datetime) -> Voucher:
    """The voucher of that code, if it counts now for goods of that price. VoucherRefused."""
    voucher = Voucher.objects.filter(code=clean(code), active=True).first()
    if voucher is None:
        raise VoucherRefused(_("We do not know this code. Is it typed as it is written?"))
    if reason := _refusal(voucher, goods, now):
        raise VoucherRefused(reason)
    return voucher


def _refusal(voucher: Voucher, goods: Decimal, now: datetime) -> str:
    if voucher.valid_from and now < voucher.valid_from:
        return _("This code is not valid yet.")
    if voucher.valid_until and now >= voucher.valid_until:
        return _("This code is not valid any more.")
    if voucher.most_uses is not None and voucher.uses >= voucher.most_uses:
        return _("This code has been used as often as it may.")
    if goods < voucher.minimum:
        said = _("This code counts from %(minimum)s of products; delivery is not among them.")
        return said % {"minimum": euros(voucher.minimum)}
    return ""


def discount(voucher: Voucher, goods: Decimal) -> Decimal:
    """What it takes off goods of that price, never more than they cost."""
    if voucher.amount is not None:
        return min(voucher.amount, goods)
    part = goods * Decimal(voucher.percent or 0) / 100
    return part.quantize(CENT, ROUND_HALF_UP)


def spread(discount: Decimal, lines: list[Decimal]) -> list[Decimal]:
    """A discount over lines of those prices, in proportion; the largest take the odd cents.

    Adds up to ``discount``, and takes from no line more than it costs.
    """
    goods = sum(lines, Decimal(0))
    if not goods:
        return [Decimal("0.00") for _line in lines]
    shares = [(discount * line / goods).quantize(CENT, ROUND_DOWN) for line in lines]
    rest = discount - sum(shares)
    for n in sorted(range(len(lines)), key=lambda n: -lines[n]):
        more = min(rest, lines[n] - shares[n])
        shares[n] += more
        rest -= more
    return shares


def take(voucher: Voucher, *, now: datetime) -> None:
    """Count one use, in the transaction that places the order. VoucherRefused: another was faster.

    Last of what a placing locks, so that buyers with one code wait for each other only shortly.
    """
    free = Q(most_uses=None) | Q(uses__lt=F("most_uses"))
    if not Voucher.objects.running(now).filter(free, pk=voucher.pk).update(uses=F("uses") + 1):
        raise VoucherRefused(_("This code is not valid any more."))


def give_back(order: Order) -> None:
    """The order ended unpaid: its code may be used once more."""
    if order.voucher_id:
        Voucher.objects.filter(pk=order.voucher_id, uses__gt=0).update(uses=F("uses") - 1)


def take_again(order: Order) -> None:
    """Paid after all, once it had ended: counted if there is room, honoured in any case."""
    if order.voucher_id is None:
        return
    free = Q(most_uses=None) | Q(uses__lt=F("most_uses"))
    Voucher.objects.filter(free, pk=order.voucher_id).update(uses=F("uses") + 1)
