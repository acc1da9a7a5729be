"""What is true after a drill: the books of PayPal, shop, shelf and inbox agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
DECIDED = {"captured", "declined", "abandoned"}
BACK = {"completed", "external"}  # refunds whose money is with the buyer
SOLD = {"confirmed", "closed"}
ENDED = {"cancelled", "expired"}


@dataclass
class Outside:
    """What others know: PayPal's ledger and disputes, the inbox, the shelf before the drill."""

    ledger: list[Json]
    disputes: list[Json]
    inbox: list[Json]
    shelf: list[Json]


def differences(shop: Json, outside: Outside) -> list[str]:
    """Empty if all is well."""
    orders = shop["orders"]
    found = [*money(orders, outside.ledger), *decided(orders), *paid_for(orders)]
    found += [*stock(shop, outside.shelf), *mails(shop, outside.inbox)]
    return [*found, *disputes(orders, outside.disputes)]


def money(orders: list[Json], ledger: list[Json]) -> Iterator[str]:
    """To the cent, per order: what PayPal moved, what the payments say, what the order says."""
    moved: Counter[str] = Counter()
    for entry in ledger:
        moved[entry["custom_id"]] += cents(entry["amount"])
        if entry["currency"] != "EUR":
            yield f"{entry['custom_id']}: money in {entry['currency']}"
    for order in orders:
        captured = sum(cents(a["captured"]) for a in order["attempts"])
        back = sum(cents(r["amount"]) for r in order["refunds"] if r["state"] in BACK)
        at_paypal = moved.pop(order["custom_id"], 0)
        if not at_paypal == captured - back == cents(order["paid"]):
            yield (
                f"{order['number']}: {at_paypal} ct at PayPal, {captured} - {back} ct in payments, "
                f"{order['paid']} in the order"
            )
    yield from (f"{key}: {value} ct at PayPal, no order" for key, value in moved.items() if value)


def decided(orders: list[Json]) -> Iterator[str]:
    for order in orders:
        for attempt in order["attempts"]:
            if attempt["state"] not in DECIDED:
                yield f"{order['number']}: payment {attempt['state']} ({attempt['why']})"
        for refund in order["refunds"]:
            if refund["state"] not in BACK | {"failed", "refused"}:
                yield f"{order['number']}: refund {refund['state']} ({refund['why']})"
        if order["state"] == "placed":
            yield f"{order['number']}: neither paid nor ended"
        for kind in order["open_differences"]:
            yield f"{order['number']}: the nightly comparison found {kind}"


def paid_for(orders: list[Json]) -> Iterator[str]:
    """Nobody gets what he did not pay for, and nobody pays twice."""
    for order in orders:
        captured = sum(cents(a["captured"]) for a in order["attempts"])
        if order["state"] in SOLD and captured != cents(order["total"]) and not order["refunds"]:
            yield f"{order['number']}: {order['state']}, but {captured} ct of {order['total']}"
        if order["state"] in ENDED and cents(order["paid"]):
            yield f"{order['number']}: {order['state']}, but {order['paid']} are still here"
        if order["events"].count("order_confirmed") > 1:
            yield f"{order['number']}: confirmed twice"
    per_buyer = Counter(order["email"] for order in orders if order["state"] in SOLD)
    yield from (f"{email}: {n} orders paid" for email, n in per_buyer.items() if n > 1)


def stock(shop: Json, before: list[Json]) -> Iterator[str]:
    """On hand + sold = start, reserved as many as wait, per article."""
    sold, waiting = Counter[str](), Counter[str]()
    for order in shop["orders"]:
        if order["state"] in SOLD:
            sold.update(order["lines"])
        elif order["state"] == "placed":
            waiting.update(order["lines"])
    now = {row["sku"]: row for row in shop["shelf"]}
    for row in before:
        sku, left = row["sku"], now[row["sku"]]
        if left["on_hand"] + sold[sku] != row["on_hand"]:
            yield f"{sku}: {left['on_hand']} left, {sold[sku]} sold of {row['on_hand']}"
        if left["reserved"] != row["reserved"] + waiting[sku]:
            yield f"{sku}: {left['reserved']} reserved, {row['reserved']} + {waiting[sku]} expected"


def disputes(orders: list[Json], at_paypal: list[Json]) -> Iterator[str]:
    known = {key: outcome for order in orders for key, outcome in order["disputes"].items()}
    for dispute in at_paypal:
        key, outcome = dispute["dispute_id"], dispute["dispute_outcome"]["outcome_code"]
        if known.get(key) != outcome:
            yield f"dispute {key}: {outcome} at PayPal, {known.get(key)} in the shop"


def mails(shop: Json, inbox: list[Json]) -> Iterator[str]:
    """Each order has its mails, each of them arrived, none of them twice."""
    arrived = Counter(message_id(mail) for mail in inbox)
    yield from (f"{key}: arrived {n} times" for key, n in arrived.items() if n > 1)
    sent = {(mail["kind"], mail["about"]): mail for mail in shop["mails"]}
    for mail in shop["mails"]:
        if mail["state"] != "sent" or not arrived[mail["message_id"]]:
            yield f"{mail['kind']} about {mail['about']}: {mail['state']}, not in the inbox"
    for order in shop["orders"]:
        for kind, about in due(order):
            if (kind, about) not in sent:
                yield f"{order['number']}: no mail {kind}"


def due(order: Json) -> Iterator[tuple[str, str]]:
    """The mails that an order must have had."""
    yield "orders/placed", f"order:{order['key']}"
    if "order_confirmed" in order["events"]:
        yield "orders/confirmed", f"order:{order['key']}"
        if "order_cancelled" in order["events"]:
            yield "orders/cancelled", f"order:{order['key']}"
    for refund in order["refunds"]:
        if refund["state"] in BACK:
            yield "orders/refunded", f"refund:{refund['key']}"
    if "payment_pending_review" in order["events"] and len(order["attempts"]) == 1:
        yield "orders/pending", f"payment:{order['attempts'][0]['key']}"


def message_id(mail: Json) -> str:
    names = {name.lower(): value for name, value in mail["headers"]}
    return str(names.get("message-id", ""))


def cents(amount: str) -> int:
    return int(Decimal(amount) * 100)
