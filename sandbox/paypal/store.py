"""Everything PayPal knows: plain JSON in memory and, given a folder, on disk."""

from __future__ import annotations

import json
import secrets
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]
MOST_EVENTS = 500
ALPHABET = string.digits + string.ascii_uppercase


def now() -> str:
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(17))


def public(document: Json) -> Json:
    """A copy without what only the sandbox knows, which is under names in ``_``."""
    return {name: deepcopy(value) for name, value in document.items() if name[0] != "_"}


@dataclass
class Store:
    path: Path | None = None
    orders: dict[str, Json] = field(default_factory=dict)
    captures: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    disputes: dict[str, Json] = field(default_factory=dict)
    replays: dict[str, Json] = field(default_factory=dict)  # by path and PayPal-Request-Id
    ledger: list[Json] = field(default_factory=list)
    events: dict[str, Json] = field(default_factory=dict)
    settings: Json = field(default_factory=dict)  # webhook target set by the control page
    lock: threading.RLock = field(default_factory=threading.RLock)

    KEPT = (
        *("orders", "captures", "refunds", "disputes", "replays"),
        *("ledger", "events", "settings"),
    )

    @classmethod
    def kept_in(cls, folder: Path | None) -> Store:
        store = cls(folder / "state.json" if folder else None)
        if store.path and store.path.exists():
            for name, value in json.loads(store.path.read_text()).items():
                setattr(store, name, value)
        store.join()
        return store

    def join(self) -> None:
        """Let each order hold its captures themselves again, not copies."""
        for order in self.orders.values():
            for unit in order["purchase_units"]:
                payments = unit.get("payments", {})
                copies = payments.get("captures", [])
                payments["captures"] = [self.captures[copy["id"]] for copy in copies]

    @contextmanager
    def change(self) -> Iterator[None]:
        """One at a time; what was done is on disk before anybody is answered."""
        with self.lock:
            try:
                yield
            finally:
                self.save()

    def save(self) -> None:
        if self.path:
            whole = {name: getattr(self, name) for name in self.KEPT}
            beside = self.path.with_suffix(".new")
            beside.write_text(json.dumps(whole))
            beside.replace(self.path)

    def forget_old_events(self) -> None:
        """The oldest that arrived, so that what is kept stays small."""
        over = len(self.events) - MOST_EVENTS
        old = [key for key, event in self.events.items() if event["state"] == "delivered"]
        for key in old[: max(over, 0)]:
            del self.events[key]

    def reset(self) -> None:
        with self.change():
            for name in self.KEPT:
                getattr(self, name).clear()

    def move(self, kind: str, document: Json, taken: Json) -> None:
        """Write down money of a capture that moved; what the shop gives back is negative.

        ``by`` says who gave it back: "shop", by "hand" at PayPal, "reversal" or "dispute".
        """
        amount = document["amount"]
        sign = "" if kind == "capture" else "-"
        entry = {
            "at": now(),
            "kind": kind,
            "id": document["id"],
            "order": taken["supplementary_data"]["related_ids"]["order_id"],
            "capture": taken["id"],
            "amount": sign + amount["value"],
            "currency": amount["currency_code"],
            "custom_id": taken.get("custom_id", ""),
            "invoice_id": taken.get("invoice_id", ""),
            "by": document.get("_by", ""),
        }
        self.ledger.append(entry)
