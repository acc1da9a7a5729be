"""PayPal takes its time: who orders waits, and nobody else does."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import requests

from tests.browser.shop import Shop
from tests.drills.buyers import Buyer

WAITING = 10  # buyers at once; the shop's web processes have sixteen threads
SLOW = 8  # seconds, less than the shop's patience with PayPal
BRUSH = "STILPRO-INK"


def test_a_slow_paypal_holds_up_who_orders_and_no_other_page(shop: Shop) -> None:
    faults = f"{shop.addresses['paypal'].rstrip('/')}/control/faults"
    wrong: list[str] = []
    buyers = [
        Buyer(shop.url, 7000 + n, random.Random(n), wrong.append)  # seeded: no secret is drawn
        for n in range(WAITING)
    ]
    for buyer in buyers:
        buyer.fill_the_cart([BRUSH])
    requests.post(
        faults,
        json={"on": "create", "kind": "slow", "seconds": SLOW, "times": WAITING},
        timeout=10,
    ).raise_for_status()
    ready = threading.Barrier(WAITING + 1)

    def order(buyer: Buyer) -> str:
        ready.wait(60)
        return buyer.order()

    try:
        with ThreadPoolExecutor(WAITING) as pool:
            orders = [pool.submit(order, buyer) for buyer in buyers]
            ready.wait(60)
            early = wait(orders, SLOW / 4).done
            pages = [
                requests.get(f"{shop.url}{path}", timeout=60).status_code
                for path in ("/nl/", "/nl/shop/", "/healthz")
            ]
            still = [one for one in orders if not one.done()]
            sent = [one.result() for one in orders]
    finally:
        requests.delete(faults, timeout=10)

    assert early == set()
    assert pages == [200, 200, 200]
    assert len(still) >= WAITING // 2  # the pages were there while these still waited
    assert ["checkoutnow" in address for address in sent] == [True] * WAITING
    assert wrong == []
