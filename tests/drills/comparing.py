"""What is true after a drill: the books of PayPal, shop, shelf and inbox agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

Json = dict[str, Any]
DECIDED = {"captured", "declined", "abandoned"}
BACK = {"completed", "external"}  # refunds whose money is with the buyer
SOLD = {"confirmed", "closed"}


def differences(shop: Json, ledger: list[Json], inbox: list[Json], shelf: list[Json]) -> list[str]:
    """Empty if all is well. ``shelf``: the stock before the first buyer came."""
    found = [*money(shop["orders"], ledger), *decided(shop["orders"])]
    found += [*stock(shop, shelf), *paid_for(shop["orders"]), *mails(shop, inbox)]
    return found


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
        if order["state"] == "placed" and not odd(order):
            yield f"{order['number']}: neither paid nor ended"


def odd(order: Json) -> bool:
    """Money of a wrong amount waits for staff, and the order with it."""
    return any(kind in order["events"] for kind in ("wrong_amount", "refund_due"))


def paid_for(orders: list[Json]) -> Iterator[str]:
    """Nobody gets what he did not pay for, and nobody pays twice."""
    for order in orders:
        captured = sum(cents(a["captured"]) for a in order["attempts"])
        if order["state"] in SOLD and captured != cents(order["total"]) and not order["refunds"]:
            yield f"{order['number']}: {order['state']}, but {captured} ct of {order['total']}"
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
    if "order_confirmed" in order["events"]:
        yield "orders/confirmed", f"order:{order['key']}"
    for attempt in order["attempts"]:
        if "payment_pending_review" in order["events"] and len(order["attempts"]) == 1:
            yield "orders/pending", f"payment:{attempt['key']}"


def message_id(mail: Json) -> str:
    names = {name.lower(): value for name, value in mail["headers"]}
    return str(names.get("message-id", ""))


def cents(amount: str) -> int:
    return int(Decimal(amount) * 100)
