"""Cents: VAT out of gross prices, the same on the page, in the mail, on the invoice, at PayPal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import TypeVar

from django.utils import formats

from catalog.vat import included

CENT = Decimal("0.01")

Key = TypeVar("Key")


@dataclass(frozen=True)
class Part:
    """A gross amount in EUR with the VAT rate in it, in percent."""

    gross: Decimal
    rate: Decimal


def gross_by_rate(parts: Sequence[Part]) -> dict[Decimal, Decimal]:
    """What is at each rate; highest rate first, none that is empty."""
    gross: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for part in parts:
        gross[part.rate] += part.gross
    return {rate: gross[rate] for rate in sorted(gross, reverse=True) if gross[rate]}


def vat_by_rate(parts: Sequence[Part]) -> dict[Decimal, Decimal]:
    """VAT per rate, derived once on the sum of everything at that rate; highest rate first."""
    return {rate: included(gross, rate) for rate, gross in gross_by_rate(parts).items()}


def vat_by_part(
    parts: Sequence[Part], vat: Mapping[Decimal, Decimal] | None = None
) -> list[Decimal]:
    """VAT of each part, adding up to ``vat`` per rate: the odd cents go to the largest part.

    ``vat`` is ``vat_by_rate`` unless given.
    """
    shares = [included(part.gross, part.rate) for part in parts]
    for rate, wanted in (vat_by_rate(parts) if vat is None else vat).items():
        same = [n for n, part in enumerate(parts) if part.rate == rate]
        largest = max(same, key=lambda n: parts[n].gross)
        shares[largest] += wanted - sum(shares[n] for n in same)
    return shares


def credited_vat(before: Decimal, gross: Decimal, rate: Decimal) -> Decimal:
    """The VAT in a further credit of ``gross``, where ``before`` is credited already.

    The difference of two sums, so that all credits together have the VAT of the whole.
    """
    return included(before + gross, rate) - included(before, rate)


def split(amount: Decimal, over: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """An amount in proportion to what is there, in whole cents; never more than that of any.

    The cents left go where most was cut off. ``amount`` is at most the sum of ``over``.
    """
    whole = sum(over.values(), Decimal(0))
    exact = {key: amount * there / whole for key, there in over.items() if there}
    shares = {key: share.quantize(CENT, ROUND_DOWN) for key, share in exact.items()}
    left = int((amount - sum(shares.values(), Decimal(0))) / CENT)
    for key in sorted(exact, key=lambda key: shares[key] - exact[key])[:left]:
        shares[key] += CENT
    return shares


def euros(amount: Decimal) -> str:
    """An amount within a sentence, as the pages write it."""
    return f"€\N{NO-BREAK SPACE}{formats.number_format(amount, 2, force_grouping=True)}"
