"""A caller of PayPal's stand-in, and what it says to it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import requests

from tests.sandbox.process import Process

Body = dict[str, Any]
RETURN, CANCEL = "http://shop.test/back?order=1", "http://shop.test/cancel"


class PayPal:
    """A caller of the stand-in's API."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.url = process.url
        self.token = self.ask_token("local").json()["access_token"]

    def ask_token(self, secret: str) -> requests.Response:
        return requests.post(
            f"{self.url}/v1/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=("local", secret),
            timeout=5,
        )

    def post(
        self, path: str, body: Body | None = None, request_id: str = "", timeout: float = 5
    ) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "PayPal-Request-Id": request_id or str(uuid4()),
            "Prefer": "return=representation",
        }
        return requests.post(self.url + path, json=body or {}, headers=headers, timeout=timeout)

    def get(self, path: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.get(self.url + path, headers=headers, timeout=5)

    def patch(self, key: str, *patches: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        path = f"{self.url}/v2/checkout/orders/{key}"
        return requests.patch(path, json=list(patches), headers=headers, timeout=5)

    def say(self, path: str, body: Body | None = None) -> Any:
        """Use the control API."""
        answer = requests.post(f"{self.url}/control/{path}", json=body or {}, timeout=5)
        assert answer.ok, answer.text
        return answer.json()

    def create(self, body: Body | None = None, request_id: str = "") -> requests.Response:
        return self.post("/v2/checkout/orders", body or order(), request_id)

    def approved(self, body: Body | None = None, choice: str = "approve") -> str:
        key: str = self.create(body).json()["id"]
        assert self.choose(key, choice).status_code == 303
        return key

    def choose(self, key: str, choice: str) -> requests.Response:
        return requests.post(
            f"{self.url}/checkoutnow",
            params={"token": key},
            data={"choice": choice},
            allow_redirects=False,
            timeout=10,
        )

    def capture(self, key: str, request_id: str = "", timeout: float = 5) -> requests.Response:
        return self.post(f"/v2/checkout/orders/{key}/capture", None, request_id, timeout)

    def paid(self, body: Body | None = None) -> Body:
        """The capture of a new order."""
        answer = self.capture(self.approved(body)).json()
        taken: Body = answer["purchase_units"][0]["payments"]["captures"][0]
        return taken

    def refund(self, capture: str, body: Body | None = None, request_id: str = "") -> Body:
        path = f"/v2/payments/captures/{capture}/refund"
        answer: Body = self.post(path, body, request_id).json()
        return answer

    def status(self, kind: str, key: str) -> str:
        status: str = self.get(f"/v2/payments/{kind}/{key}").json()["status"]
        return status

    def fault(self, **fault: Any) -> None:
        answer = requests.post(f"{self.url}/control/faults", json=fault, timeout=5)
        assert answer.status_code == 201, answer.text

    def ledger(self) -> Body:
        found: Body = requests.get(f"{self.url}/control/ledger", timeout=5).json()
        return found


def eur(value: str) -> Body:
    return {"currency_code": "EUR", "value": value}


def order(**unit: Any) -> Body:
    breakdown = {"item_total": eur("129.90"), "shipping": eur("4.95"), "discount": eur("10.00")}
    whole = {
        "amount": eur("124.85") | {"breakdown": breakdown},
        "items": [
            {"name": "Sonic brush", "quantity": "1", "unit_amount": eur("99.90")},
            {"name": "Brush head", "quantity": "2", "unit_amount": eur("15.00")},
        ],
        "custom_id": "order-1",
        "shipping": {
            "name": {"full_name": "Noor de Vries"},
            "address": {
                "address_line_1": "Kade 1",
                "admin_area_2": "Delft",
                "postal_code": "2611 AB",
                "country_code": "NL",
            },
        },
    }
    context = {"return_url": RETURN, "cancel_url": CANCEL, "user_action": "PAY_NOW"}
    return {
        "intent": "CAPTURE",
        "purchase_units": [whole | unit],
        "payment_source": {"paypal": {"experience_context": context}},
    }


def amount(value: str, item_total: str) -> Body:
    return eur(value) | {"breakdown": {"item_total": eur(item_total)}}


def issues(answer: requests.Response) -> list[str]:
    return [detail["issue"] for detail in answer.json()["details"]]


def relations(body: Body) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in body["links"]}
