"""What the tests do at the shop's door and at PayPal's."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import requests
from django.http import HttpResponse
from django.test import Client

from catalog.models import Variant
from orders.models import Order, PaymentAttempt

HERE = {"sec-fetch-site": "same-origin"}
FORM = {
    "email": "anna@example.com",
    "phone": "+31 6 12345678",
    "delivery_name": "Anna Jansen",
    "delivery_street": "Lindenlaan",
    "delivery_house_number": "12",
    "delivery_postcode": "1015aa",
    "delivery_city": "Amsterdam",
    "delivery_country": "NL",
    "same": "on",
}


class Shopper:
    """Someone with a browser."""

    def __init__(self, client: Client, language: str = "en") -> None:
        self.client, self.language = client, language

    def url(self, path: str) -> str:
        return f"/{self.language}/{path}"

    def puts(self, variant: Variant, quantity: int = 1) -> Any:
        data = {"sku": variant.sku, "quantity": quantity}
        return self.client.post(self.url("cart/add/"), data, headers=HERE)

    def chooses(self, country: str = "NL", way: str = "") -> Any:
        """Where the cart goes and how, before any address."""
        return self.client.post(
            self.url("cart/destination/"), {"country": country, "way": way}, follow=True
        )

    def redeems(self, code: str) -> str:
        """What the cart says once a voucher's code was typed."""
        answer = self.client.post(self.url("cart/voucher/"), {"code": code}, follow=True)
        return answer.content.decode()

    def reads(self, path: str) -> str:
        return self.client.get(self.url(path)).content.decode()

    def form(self, **changed: Any) -> dict[str, Any]:
        """The checkout form as the page gives it, filled in; another country is chosen before."""
        if "delivery_country" in changed:
            data = {"country": changed["delivery_country"]}
            self.client.post(self.url("cart/destination/"), data)
        page = self.client.get(self.url("checkout/")).content.decode()
        hidden = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]  # type: ignore[index]
            for name in ("nonce", "seen", "asked")
        }
        if way := re.search(r'name="way" value="([^"]*)" checked', page):
            hidden["way"] = way[1]
        filled = FORM | hidden | changed
        return {name: value for name, value in filled.items() if value is not None}

    def orders(self, **changed: Any) -> Any:
        return self.sends(self.form(**changed))

    def sends(self, form: dict[str, Any]) -> Any:
        return self.client.post(self.url("checkout/"), form)

    def returns(self, order: Order, **query: str) -> Any:
        """Come back from PayPal with the address it was given."""
        asked = {"token": key(order), "PayerID": "X", **query}
        return self.client.get(self.url(f"orders/{order.token}/return/"), asked)

    def sees(self, order: Order) -> str:
        return self.client.get(self.url(f"orders/{order.token}/")).content.decode()

    def presses(self, button: str, order: Order) -> Any:
        return self.client.post(self.url(f"orders/{order.token}/{button}/"))


class PayPal:
    """The stand-in's control room, and its buyer's page."""

    def __init__(self, url: str) -> None:
        self.url = url

    def say(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.url}/control/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def reset(self) -> None:
        self.say("POST", "reset", {})

    def fails(self, on: str, kind: str, **more: Any) -> None:
        self.say("POST", "faults", {"on": on, "kind": kind, **more})

    def works_again(self) -> None:
        self.say("DELETE", "faults")

    def webhook_to(self, url: str) -> None:
        self.say("PUT", "webhook", {"url": url})

    def orders(self) -> list[dict[str, Any]]:
        return self.say("GET", "orders")  # type: ignore[no-any-return]

    def money(self) -> list[tuple[str, str]]:
        return [(entry["kind"], entry["amount"]) for entry in self.say("GET", "ledger")["entries"]]

    def approve(self, order: Order, choice: str = "approve") -> None:
        self.say("POST", f"orders/{key(order)}/approve", {"choice": choice})

    def lapse(self, order: Order) -> None:
        self.say("POST", f"orders/{key(order)}/lapse", {})

    def forget(self, order: Order) -> None:
        self.say("POST", f"orders/{key(order)}/forget", {})

    def decide(self, order: Order, status: str) -> None:
        """End the review of a pending capture: COMPLETED or DENIED."""
        self.say("POST", f"captures/{self.capture(order)}", {"status": status})

    def order(self, order: Order) -> dict[str, Any]:
        """An order as PayPal shows it."""
        return next(found for found in self.orders() if found["id"] == key(order))

    def capture(self, order: Order) -> str:
        """The id of an order's capture."""
        [unit] = self.order(order)["purchase_units"]
        [capture] = unit["payments"]["captures"]
        return str(capture["id"])

    def reverse_approval(self, order: Order) -> None:
        """PayPal calls off what the buyer approved; the order there is VOIDED."""
        self.say("POST", f"orders/{key(order)}/reverse-approval", {})

    def reports(self, kind: str, resource: Any) -> None:
        """Post an event of any kind, signed as all are."""
        self.say("POST", "webhooks", {"kind": kind, "resource": resource})

    def refunds(self) -> list[dict[str, Any]]:
        return self.say("GET", "refunds")  # type: ignore[no-any-return]

    def refund_externally(self, order: Order, amount: str = "", note: str = "") -> dict[str, Any]:
        """A refund made by hand at PayPal; all that is left without an amount."""
        said = {"amount": amount, "note": note}
        return self.say("POST", f"captures/{self.capture(order)}/refund", said)  # type: ignore[no-any-return]

    def reverse(self, order: Order, amount: str = "") -> dict[str, Any]:
        """PayPal takes a captured payment back."""
        return self.say("POST", f"captures/{self.capture(order)}/reverse", {"amount": amount})  # type: ignore[no-any-return]

    def settle_refund(self, refund_id: str, status: str) -> None:
        """A pending refund becomes COMPLETED, FAILED or CANCELLED."""
        self.say("POST", f"refunds/{refund_id}", {"status": status})

    def disputes(self) -> list[dict[str, Any]]:
        return self.say("GET", "disputes")  # type: ignore[no-any-return]

    def open_dispute(self, order: Order, **about: str) -> str:
        """A buyer's complaint, with ``reason``, ``amount`` and ``stage`` if given; its id."""
        opened = self.say("POST", f"captures/{self.capture(order)}/dispute", about)
        return str(opened["dispute_id"])

    def update_dispute(self, dispute_id: str, **changed: str) -> None:
        self.say("POST", f"disputes/{dispute_id}/update", changed)

    def resolve_dispute(self, dispute_id: str, outcome: str, amount: str = "") -> None:
        """RESOLVED_BUYER_FAVOUR and ACCEPTED take the money from the shop."""
        said = {"outcome": outcome, "amount": amount}
        self.say("POST", f"disputes/{dispute_id}/resolve", said)

    def forget_request_id(self, request_id: str = "") -> None:
        """As after 6 hours or 45 days; every one without an id."""
        self.say("POST", "request-ids/forget", {"id": request_id})

    def clock_forward(self, seconds: float) -> None:
        """For what lapses by itself at PayPal: approvals, request ids."""
        self.say("POST", "clock", {"forward": seconds})

    def webhooks(self) -> list[dict[str, Any]]:
        """All events PayPal has for the shop, sent or not."""
        return self.say("GET", "webhooks")  # type: ignore[no-any-return]

    def release_webhooks(self, *, reverse: bool = False) -> None:
        """Let go of what the fault "held" holds back, the newest first if reversed."""
        self.say("POST", "webhooks/release", {"reverse": reverse})


def pays(order: Order, paypal: PayPal, shopper: Shopper) -> Order:
    """Approved at PayPal, and back from there."""
    paypal.approve(order)
    shopper.returns(order)
    order.refresh_from_db()
    return order


def key(order: Order) -> str:
    return str(attempt_of(order).paypal_id)


def attempt_of(order: Order) -> PaymentAttempt:
    return order.attempts.latest("position")


class Letterbox:
    """Keeps what PayPal posts, byte for byte, to be handed over when the test says so."""

    def __init__(self) -> None:
        self.letters: list[tuple[dict[str, str], bytes]] = []
        self.arrived = threading.Condition()
        box = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with box.arrived:
                    box.letters.append((dict(self.headers), body))
                    box.arrived.notify_all()
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    def wait(self, count: int = 1) -> list[tuple[dict[str, str], bytes]]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.letters) >= count, 10)
            return list(self.letters)


def deliver(client: Client, letter: tuple[dict[str, str], bytes], **changed: str) -> HttpResponse:
    """Hand a message to the shop; ``changed`` headers, without their ``PAYPAL-``."""
    headers, body = letter
    said = {name: value for name, value in headers.items() if name.upper().startswith("PAYPAL-")}
    said |= {f"PAYPAL-{name.replace('_', '-').upper()}": v for name, v in changed.items()}
    return client.post(  # type: ignore[return-value]
        "/paypal/webhook", body, content_type="application/json", headers=said
    )
