"""A small drill in every test run; ``make drill`` runs the large one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.shop import running
from tests.drills import comparing
from tests.drills.drill import Plan, run

SMALL = Plan(checkouts=16, at_once=4, seed=7, longest=2, kills=1, meddle_every=8)


@pytest.mark.slow
@pytest.mark.xdist_group("drill")
def test_books_agree_after_sixteen_buyers_in_trouble(tmp_path: Path) -> None:
    with running(tmp_path / "var") as shop:
        report = run(shop, SMALL)

    assert report.differences == []
    assert sum(report.buyers.values()) == SMALL.checkouts
    assert report.orders["confirmed"] > 0
    assert sum(sum(kinds.values()) for kinds in report.played.values()) > 0
    assert report.killed == {"worker": 1, "web process": 1}


ORDER = {
    "key": 1,
    "number": "1",
    "email": "drill-1@example.test",
    "custom_id": "soocas-1",
    "state": "confirmed",
    "total": "10.00",
    "paid": "10.00",
    "lines": {"A": 2},
    "attempts": [{"key": 1, "state": "captured", "captured": "10.00", "why": ""}],
    "refunds": [],
    "disputes": {"PP-1": "DENIED"},
    "open_differences": [],
    "events": ["order_confirmed"],
}
REFUND = {"key": 5, "state": "completed", "amount": "1.00", "reason": "goodwill", "why": ""}
DISPUTE = {"dispute_id": "PP-1", "dispute_outcome": {"outcome_code": "DENIED"}}
MAIL = {"kind": "orders/confirmed", "about": "order:1", "state": "sent", "message_id": "<1>"}
PLACED = {"kind": "orders/placed", "about": "order:1", "state": "sent", "message_id": "<0>"}
ARRIVED = {"headers": [["Message-ID", "<1>"]]}
FIRST = {"headers": [["Message-ID", "<0>"]]}
ENTRY = {"custom_id": "soocas-1", "amount": "10.00", "currency": "EUR"}
BEFORE = [{"sku": "A", "on_hand": 5, "reserved": 0}]
AFTER = [{"sku": "A", "on_hand": 3, "reserved": 0}]
UNDECIDED = {"key": 1, "state": "unknown", "captured": "10.00", "why": "timeout"}
TWICE = {**ORDER, "number": "2", "custom_id": "soocas-2", "lines": {}}


def found(**changed: Any) -> list[str]:
    shop = {"orders": [ORDER], "mails": [MAIL, PLACED], "shelf": AFTER}
    others = {"ledger": [ENTRY], "disputes": [DISPUTE], "inbox": [ARRIVED, FIRST]}
    said = {**shop, **others, "before": BEFORE, **changed}
    outside = comparing.Outside(said["ledger"], said["disputes"], said["inbox"], said["before"])
    return comparing.differences({name: said[name] for name in shop}, outside)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ledger": []}, "0 ct at PayPal"),
        ({"ledger": [ENTRY, ENTRY]}, "2000 ct at PayPal"),
        ({"ledger": [ENTRY, {**ENTRY, "custom_id": "soocas-9"}]}, "no order"),
        ({"orders": [{**ORDER, "paid": "9.99"}]}, "9.99 in the order"),
        ({"orders": [{**ORDER, "attempts": [UNDECIDED]}]}, "payment unknown"),
        ({"orders": [{**ORDER, "total": "11.00"}]}, "1000 ct of 11.00"),
        ({"orders": [{**ORDER, "events": ["order_confirmed"] * 2}]}, "confirmed twice"),
        ({"orders": [{**ORDER, "state": "cancelled"}]}, "still here"),
        ({"orders": [ORDER, TWICE], "ledger": [ENTRY, {**ENTRY, "custom_id": "soocas-2"}]}, "paid"),
        ({"shelf": [{"sku": "A", "on_hand": 4, "reserved": 0}]}, "4 left"),
        ({"shelf": [{"sku": "A", "on_hand": 3, "reserved": 1}]}, "1 reserved"),
        ({"mails": [PLACED]}, "no mail orders/confirmed"),
        ({"mails": [MAIL]}, "no mail orders/placed"),
        ({"mails": [PLACED, {**MAIL, "state": "failed"}]}, "failed"),
        ({"orders": [{**ORDER, "refunds": [REFUND], "paid": "9.00"}]}, "no mail orders/refunded"),
        ({"orders": [{**ORDER, "refunds": [{**REFUND, "state": "unknown"}]}]}, "refund unknown"),
        ({"orders": [{**ORDER, "open_differences": ["books"]}]}, "nightly"),
        ({"orders": [{**ORDER, "disputes": {}}]}, "dispute PP-1"),
        ({"orders": [{**ORDER, "state": "placed"}]}, "neither paid nor ended"),
        ({"inbox": []}, "not in the inbox"),
        ({"inbox": [ARRIVED, ARRIVED]}, "arrived 2 times"),
    ],
)
def test_a_difference_is_seen_and_named(changed: dict[str, Any], words: str) -> None:
    assert found() == []
    assert any(words in difference for difference in found(**changed))
