"""Cents: VAT out of gross prices, the same on the page, in the mail, on the invoice, at PayPal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.vat import included


@dataclass(frozen=True)
class Part:
    """A gross amount in EUR with the VAT rate in it, in percent."""

    gross: Decimal
    rate: Decimal


def vat_by_rate(parts: Sequence[Part]) -> dict[Decimal, Decimal]:
    """VAT per rate, derived once on the sum of everything at that rate; highest rate first."""
    gross: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for part in parts:
        gross[part.rate] += part.gross
    rates = sorted((rate for rate in gross if gross[rate]), reverse=True)
    return {rate: included(gross[rate], rate) for rate in rates}


def vat_by_part(parts: Sequence[Part]) -> list[Decimal]:
    """VAT of each part, adding up to ``vat_by_rate``: the odd cents go to the largest part."""
    shares = [included(part.gross, part.rate) for part in parts]
    for rate, vat in vat_by_rate(parts).items():
        same = [n for n, part in enumerate(parts) if part.rate == rate]
        largest = max(same, key=lambda n: parts[n].gross)
        shares[largest] += vat - sum(shares[n] for n in same)
    return shares
