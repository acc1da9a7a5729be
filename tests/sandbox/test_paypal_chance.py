"""Faults by chance, and the count of what was played."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.paypal import PayPal, order


def chance(paypal: PayPal, **how: Any) -> requests.Response:
    return requests.post(f"{paypal.url}/control/faults/random", json=how, timeout=5)


def played(paypal: PayPal) -> Any:
    return requests.get(f"{paypal.url}/control/faults/played", timeout=5).json()


def statuses(paypal: PayPal, times: int = 40) -> list[int]:
    return [paypal.get("/v2/checkout/orders/NONE").status_code for _ in range(times)]


def test_the_same_seed_plays_the_same_faults(paypal: PayPal) -> None:
    how = {"on": {"get": 0.4}, "kinds": {"get": ["500", "429"]}}
    found = []
    for seed in (7, 7, 8):
        assert chance(paypal, seed=seed, **how).status_code == 200
        found.append(statuses(paypal))

    assert found[0] == found[1] != found[2]
    assert set(found[0]) == {404, 429, 500}


def test_what_was_played_is_counted_by_operation_and_kind(paypal: PayPal) -> None:
    chance(paypal, on={"get": 1, "create": 0}, kinds={"get": ["500"]})
    paypal.fault(on="create", kind="429")

    statuses(paypal, 3)
    paypal.create()
    paypal.create()

    assert played(paypal) == {"create": {"429": 1}, "get": {"500": 3}}
    paypal.say("faults/clear")
    assert statuses(paypal, 3) == [404] * 3
    assert played(paypal)["get"] == {"500": 3}
    paypal.say("reset")
    assert played(paypal) == {}


def test_a_review_by_chance_ends(paypal: PayPal) -> None:
    chance(paypal, on={"capture": 1}, kinds={"capture": ["pending"]}, seconds=0)

    taken = paypal.paid()

    assert taken["status"] == "PENDING"
    for _ in range(100):
        if paypal.status("captures", taken["id"]) != "PENDING":
            break
    assert paypal.status("captures", taken["id"]) in ("COMPLETED", "DECLINED")


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"on": {"moon": 1}},
        {"on": {"get": 2}},
        {"on": {"get": "often"}},
        {"on": {"get": 1}, "kinds": {"get": ["held"]}},
        {"on": {"get": 1}, "colour": "red"},
    ],
)
def test_a_senseless_chance_is_refused(paypal: PayPal, how: Any) -> None:
    assert chance(paypal, **how).status_code == 400


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["amount", "value", "breakdown", "items", "shipping", "address", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["purchase_units", "payment_source", "unit", "whole", "context"]), ANYTHING)
def test_whatever_is_sent_is_refused_and_never_breaks_the_stand_in(
    paypal: PayPal, where: str, what: Any
) -> None:
    body: Any = order()
    if where == "whole":
        body = what
    elif where == "unit":
        body["purchase_units"][0] |= what if isinstance(what, dict) else {"amount": what}
    elif where == "context":
        body["payment_source"]["paypal"]["experience_context"] = what
    else:
        body[where] = what
    headers = {"Authorization": f"Bearer {paypal.token}", "PayPal-Request-Id": "x"}
    for path in ("/v2/checkout/orders", f"/v2/payments/captures/{'0' * 17}/refund"):
        answer = requests.post(paypal.url + path, json=body, headers=headers, timeout=5)
        assert answer.status_code < 500, (answer.status_code, body)
        paypal.say("request-ids/forget")
    key = paypal.create().json()["id"]
    assert paypal.patch(key, what).status_code < 500
