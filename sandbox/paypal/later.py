"""What PayPal decides by itself after a while: a capture under review, a pending refund.

The decision is written down beside what it is about, so that a restart does not forget it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from flask import Flask, current_app

from sandbox.paypal.store import Json, Store


def decide(document: Json, status: str, seconds: float) -> None:
    """Let a pending document become ``status``; the caller is inside ``store.change``."""
    document["_then"], document["_then_at"] = status, time.time() + seconds
    arm(current_app._get_current_object(), document)  # type: ignore[attr-defined]  # of the proxy


def arm(app: Flask, document: Json) -> None:
    wait = max(0.0, document["_then_at"] - time.time())
    timer = threading.Timer(wait, due, [app, document["id"]])
    timer.daemon = True
    timer.start()


def resume(app: Flask, store: Store) -> None:
    for document in waiting(store):
        arm(app, document)


def waiting(store: Store) -> Iterator[Json]:
    for documents in (store.captures, store.refunds):
        yield from (document for document in documents.values() if "_then" in document)


def due(app: Flask, key: str) -> None:
    """Nothing happens to what was decided, reset or forgotten meanwhile."""
    from sandbox.paypal import orders, refunds

    store: Store = app.extensions["desk"].store
    with app.app_context(), store.change():
        for documents, decided in (
            (store.captures, orders.decide),
            (store.refunds, refunds.settle),
        ):
            document = documents.get(key, {})
            status = document.pop("_then", "")
            if status and document["status"] == "PENDING":
                decided(document, status)
