"""What PayPal says: plain values, or PayPalError("garbled") if it is not of its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from django.utils.dateparse import parse_datetime

from orders.paypal.errors import PayPalError
from orders.paypal.places import page_origin

LARGEST = Decimal(10_000_000)  # EUR
ODD = (KeyError, TypeError, AttributeError, IndexError, ValueError, InvalidOperation)
Json = dict[str, Any]
Said = TypeVar("Said")


@dataclass(frozen=True)
class Capture:
    """``status``: COMPLETED, DECLINED, FAILED, PENDING, REFUNDED or PARTIALLY_REFUNDED."""

    id: str
    status: str
    amount: Decimal
    currency: str
    custom_id: str
    order_id: str = ""  # of PayPal's order, where it is named
    reason: str = ""  # why it is pending or declined


@dataclass(frozen=True)
class RefundSeen:
    """``status``: COMPLETED, PENDING, FAILED or CANCELLED."""

    id: str
    status: str
    amount: Decimal  # positive
    currency: str
    custom_id: str
    capture_id: str  # what it gives back, where it is named
    reason: str = ""


@dataclass(frozen=True)
class Seen:
    """An order as PayPal says it is."""

    id: str
    status: str
    custom_id: str
    invoice_id: str
    approve_url: str
    captures: tuple[Capture, ...]
    refunds: tuple[RefundSeen, ...] = ()


@dataclass(frozen=True)
class DisputeSeen:
    """``outcome`` is empty until it is resolved."""

    id: str
    resolved: bool
    stage: str
    reason: str
    outcome: str
    amount: Decimal
    currency: str
    opened_at: datetime
    captures: tuple[str, ...]  # the ids of what is disputed


def shaped(read: Callable[[Json], Said]) -> Callable[[Json], Said]:
    @wraps(read)
    def careful(said: Json) -> Said:
        try:
            return read(said)
        except ODD:
            raise PayPalError("garbled") from None

    return careful


@shaped
def order(said: Json) -> Seen:
    units = said.get("purchase_units") or [{}]
    custom_id = str(units[0].get("custom_id", ""))
    return Seen(
        id=str(said["id"]),
        status=str(said["status"]),
        custom_id=custom_id,
        invoice_id=str(units[0].get("invoice_id", "")),
        approve_url=_approve_url(said.get("links") or []),
        captures=tuple(
            capture({**c, "custom_id": c.get("custom_id") or custom_id})
            for c in _of(units, "captures")
        ),
        refunds=tuple(refund(r) for r in _of(units, "refunds")),
    )


@shaped
def capture(said: Json) -> Capture:
    related = (said.get("supplementary_data") or {}).get("related_ids") or {}
    return Capture(
        id=str(said["id"]),
        status=str(said["status"]),
        amount=_finite(said["amount"]["value"]),
        currency=str(said["amount"]["currency_code"]),
        custom_id=str(said.get("custom_id", "")),
        order_id=str(related.get("order_id") or named(said, "up", "orders")),
        reason=_reason(said),
    )


@shaped
def refund(said: Json) -> RefundSeen:
    return RefundSeen(
        id=str(said["id"]),
        status=str(said["status"]),
        amount=_finite(said["amount"]["value"]),
        currency=str(said["amount"]["currency_code"]),
        custom_id=str(said.get("custom_id", "")),
        capture_id=named(said, "up", "captures"),
        reason=_reason(said),
    )


@shaped
def dispute(said: Json) -> DisputeSeen:
    disputed = said.get("disputed_transactions") or []
    return DisputeSeen(
        id=str(said["dispute_id"]),
        resolved=said["status"] == "RESOLVED",
        stage=str(said.get("dispute_life_cycle_stage", "")),
        reason=str(said.get("reason", "")),
        outcome=str((said.get("dispute_outcome") or {}).get("outcome_code", "")),
        amount=_finite(said["dispute_amount"]["value"]),
        currency=str(said["dispute_amount"]["currency_code"]),
        opened_at=_moment(said["create_time"]),
        captures=tuple(str(one.get("seller_transaction_id", "")) for one in disputed),
    )


def named(said: Json, relation: str, what: str) -> str:
    """The id in the link to another thing at PayPal, such as the capture a refund is of."""
    links = said.get("links")
    for link in [one for one in links if isinstance(one, dict)] if isinstance(links, list) else []:
        folder, _, key = _path(link).rpartition("/")
        if link.get("rel") == relation and folder.endswith(f"/{what}"):
            return unquote(key)
    return ""


def _path(link: Json) -> str:
    try:
        return urlsplit(str(link.get("href", ""))).path
    except ValueError:  # such as half an IPv6 address
        return ""


def _of(units: Iterable[Json], what: str) -> list[Json]:
    return [one for unit in units for one in (unit.get("payments") or {}).get(what) or []]


def _reason(said: Json) -> str:
    return str((said.get("status_details") or {}).get("reason", ""))


def _finite(value: object) -> Decimal:
    """ValueError for what is no amount, or none that an account could hold."""
    amount = Decimal(str(value))
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise ValueError(value)
    return amount


def _moment(value: str) -> datetime:
    moment = parse_datetime(value)
    if moment is None or moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _approve_url(links: list[dict[str, str]]) -> str:
    """The buyer's link, by its new or its old relation, and only to PayPal itself."""
    by_rel = {link.get("rel"): link.get("href", "") for link in links}
    url = by_rel.get("payer-action") or by_rel.get("approve") or ""
    parts = urlsplit(url)
    ours = f"{parts.scheme}://{parts.netloc}" == page_origin()
    return url if ours else ""
