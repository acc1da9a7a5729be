"""Events, signed and delivered at least once."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

import requests

from sandbox.paypal.faults import Fault, Faults
from sandbox.paypal.signing import ALGORITHM, Signer, signed_message
from sandbox.paypal.store import Json, Store, new_id, now

CERTIFICATE, STRANGER = "CERT-360caa42-fca2a594-8c1bb8b9", "CERT-00000000-00000000-00000000"
WAITS = (1, 2, 4, 8, 15, 30, 60)  # seconds before the next try; the last one repeats
TRIES = 25
TIMEOUT = (3, 30)  # seconds
REFUNDS = (
    *("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"),
    *("PAYMENT.REFUND.PENDING", "PAYMENT.REFUND.FAILED"),
)
PATIENCE = 2  # seconds the buyer's browser waits for the first delivery


@dataclass
class Webhooks:
    store: Store
    faults: Faults
    signer: Signer
    url: str  # of the stand-in, for links and the certificate
    changed: threading.Condition = field(default_factory=threading.Condition)

    @cached_property
    def stranger(self) -> Signer:
        """Signs what is forged; made when first needed, for making keys takes a moment."""
        return Signer.fresh()

    @property
    def target(self) -> str:
        return str(self.store.settings.get("webhook_url", ""))

    @property
    def webhook_id(self) -> str:
        return str(self.store.settings.get("webhook_id", ""))

    def start(self) -> None:
        threading.Thread(target=self._deliver_for_ever, daemon=True).start()

    def emit(self, kind: str, resource: Json) -> str:
        """Queue an event; the caller is inside ``store.change``. Returns its id."""
        fault = self.faults.take("webhook") or Fault("webhook", "")
        event: Json = {
            "id": f"WH-{new_id()}-{new_id()}",
            "kind": kind,
            "body": "",
            "state": "held" if fault.kind == "held" else "waiting" if self.target else "unsent",
            "copies": 2 if fault.kind == "duplicated" else 1,
            "forge": fault.kind if fault.kind.startswith("fo") else "",
            "tries": 0,
            "next_at": time.time() + fault.seconds if fault.kind == "reordered" else 0.0,
            "late": fault.kind == "reordered",  # the next one overtakes it
            "answer": "",
        }
        self._overtake()
        event["body"] = json.dumps(self._body(event["id"], kind, resource), separators=(",", ":"))
        self.store.events[event["id"]] = event
        self.store.forget_old_events()
        self.wake()
        return str(event["id"])

    def _overtake(self) -> None:
        """What waited for a next event comes after it, which is due since ever."""
        for event in self.store.events.values():
            if event.pop("late", False):
                event["next_at"] = time.time()

    def _body(self, key: str, kind: str, resource: Json) -> Json:
        here = f"{self.url}/v1/notifications/webhooks-events/{key}"
        v2 = {} if kind.startswith("CUSTOMER") else {"resource_version": "2.0"}
        return {
            "id": key,
            "event_version": "1.0",
            "create_time": now(),
            "resource_type": resource_type(kind),
            **v2,
            "event_type": kind,
            "summary": kind.replace(".", " ").capitalize(),
            "resource": resource,
            "links": [
                {"href": here, "rel": "self", "method": "GET"},
                {"href": f"{here}/resend", "rel": "resend", "method": "POST"},
            ],
        }

    def wake(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def first_try(self, key: str) -> None:
        """Wait a moment until an event was tried, as PayPal's often is before the browser."""

        def tried() -> bool:
            event = self.store.events.get(key)
            return event is None or event["state"] != "waiting" or event["tries"] > 0

        with self.changed:
            self.changed.wait_for(tried, PATIENCE)

    def release(self, *, reverse: bool) -> int:
        """Let go of what is held, the newest first if reversed."""
        with self.store.change():
            held = [event for event in self.store.events.values() if event["state"] == "held"]
            for place, event in enumerate(held[::-1] if reverse else held):
                event.update(state="waiting", next_at=time.time() - 1000 + place)
        self.wake()
        return len(held)

    def resend(self, key: str) -> bool:
        with self.store.change():
            event = self.store.events.get(key)
            if event:
                event.update(state="waiting", tries=0, next_at=0.0, forge="")
        self.wake()
        return event is not None

    def _due(self) -> Json | None:
        with self.store.lock:
            waiting = [e for e in self.store.events.values() if e["state"] == "waiting"]
            due = [event for event in waiting if event["next_at"] <= time.time()]
            return min(due, key=lambda event: float(event["next_at"]), default=None)

    def _deliver_for_ever(self) -> None:
        while True:
            event = self._due()
            if event is None:
                with self.changed:
                    self.changed.wait(0.25)
                continue
            for _ in range(event["copies"]):
                self._deliver(event)

    def _deliver(self, event: Json) -> None:
        answer = self._post(event)
        with self.store.change():
            event["tries"] += 1
            event["answer"] = answer
            if answer.startswith("2"):
                event["state"] = "delivered"
            elif event["tries"] >= TRIES:
                event["state"] = "failed"
            event["next_at"] = time.time() + WAITS[min(event["tries"], len(WAITS)) - 1]
        self.wake()

    def _post(self, event: Json) -> str:
        raw = event["body"].encode()
        headers = self.headers(raw, event["forge"])
        try:
            answer = requests.post(
                self.target, data=raw, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            return type(error).__name__
        return str(answer.status_code)

    def headers(self, raw: bytes, forge: str = "") -> dict[str, str]:
        transmission, time_sent = str(uuid4()), now()
        message = signed_message(transmission, time_sent, self.webhook_id, raw)
        signer = self.stranger if forge in ("forged", "forged-chain") else self.signer
        host = "https://paypal.com.example" if forge == "foreign-host" else self.url
        name = STRANGER if forge == "forged-chain" else CERTIFICATE
        return {
            "Content-Type": "application/json",
            "User-Agent": "PayPal/AUHD-214.0-sandbox",
            "PAYPAL-AUTH-ALGO": ALGORITHM,
            "PAYPAL-CERT-URL": f"{host}/v1/notifications/certs/{name}",
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-TIME": time_sent,
            "PAYPAL-TRANSMISSION-SIG": signer.sign(message),
        }

    def verifies(self, given: dict[str, Any]) -> bool:
        """PayPal's own check. The event is written out again as it was sent."""
        raw = json.dumps(given["webhook_event"], separators=(",", ":")).encode()
        message = signed_message(
            given["transmission_id"], given["transmission_time"], given["webhook_id"], raw
        )
        return (
            given["webhook_id"] == self.webhook_id
            and given["auth_algo"] == ALGORITHM
            and given["cert_url"].endswith(CERTIFICATE)
            and self.signer.verifies(message, given["transmission_sig"])
        )


def resource_type(kind: str) -> str:
    if kind.startswith("CHECKOUT"):
        return "checkout-order"
    if kind.startswith("CUSTOMER.DISPUTE"):
        return "dispute"
    return "refund" if kind in REFUNDS else "capture"
