"""A drill: many buyers at once at a whole shop while everything around it fails.

Then the faults end, the shop sweeps twice, and the books of PayPal, shop, shelf and inbox are
compared. The buyers speak HTTP alone; the shop is the one ``make run`` starts.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.browser.shop import ROOT, Shop, clean_environment
from tests.drills import comparing
from tests.drills.buyers import Buyer
from tests.drills.trouble import Killer, Meddler, PayPal, refuse_mails

REVIEWS_END = 75  # minutes ahead: whatever waits at PayPal is asked after
HOLDS_END = 300  # minutes ahead: what nobody paid has ended
MAILS_WITHIN = 240  # seconds
TOLD_WITHIN = 120  # seconds


@dataclass(frozen=True)
class Plan:
    checkouts: int = 300
    at_once: int = 8
    seed: int = 1
    longest: float = 18  # seconds that PayPal is silent or slow; longer than the shop waits
    meddle_every: float = 20  # seconds
    kills: int = 4  # of the worker, and of web processes


@dataclass
class Report:
    differences: list[str] = field(default_factory=list)
    buyers: Counter[str] = field(default_factory=Counter)  # by plan and outcome
    orders: Counter[str] = field(default_factory=Counter)  # by state
    played: dict[str, dict[str, int]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)
    meddled: Counter[str] = field(default_factory=Counter)
    refunds: Counter[str] = field(default_factory=Counter)
    took: float = 0  # seconds


def run(shop: Shop, plan: Plan) -> Report:
    report, paypal = Report(), PayPal(shop.addresses["paypal"])
    shelf = books(shop, "stock", str(max(20, plan.checkouts * 2)))
    began = time.monotonic()
    paypal.say("POST", "reset", {})
    paypal.trouble(plan.seed, plan.longest)
    refuse_mails(shop.addresses["inbox"])
    killer = Killer(shop.var, random.Random(plan.seed), plan.kills)
    meddler = Meddler(paypal, random.Random(plan.seed), plan.meddle_every)
    meddler.start()
    send_buyers(shop, plan, [row["sku"] for row in shelf], report, killer)
    report.killed, report.played = killer.killed, paypal.say("GET", "faults/played")
    calm_down(paypal, meddler)
    report.meddled = meddler.done
    for minutes in (REVIEWS_END, HOLDS_END):
        print("approve", books(shop, "approve"), flush=True)
        print("sweep", books(shop, "sweep", str(minutes)), flush=True)
    print("reconcile", books(shop, "reconcile"), flush=True)
    compare(shop, paypal, shelf, report)
    report.took = time.monotonic() - began
    return report


def calm_down(paypal: PayPal, meddler: Meddler) -> None:
    """No more faults; PayPal decides the disputes, and all is told."""
    paypal.calm()
    meddler.stop()
    wait_for(lambda: not paypal.untold())


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + TOLD_WITHIN
    while not done() and time.monotonic() < until:
        time.sleep(1)


def send_buyers(shop: Shop, plan: Plan, skus: list[str], report: Report, killer: Killer) -> None:
    def send(number: int) -> None:
        dice = random.Random(f"{plan.seed} {number}")
        buyer = Buyer(shop.url, number, dice, report.differences.append)
        scarce = [skus[-1]] if dice.random() < 0.1 else []
        try:
            buyer.run([*dice.sample(skus[:-1], dice.randint(1, 3)), *scarce], skus[-1])
        except TimeoutError:
            buyer.came = "got no answer"
        report.buyers[f"{buyer.plan}: {buyer.came}"] += 1

    with ThreadPoolExecutor(plan.at_once) as pool:
        for done, _ in enumerate(pool.map(send, range(plan.checkouts)), 1):
            killer.after(done, plan.checkouts)
            if done % 25 == 0:
                print(f"{done} buyers", flush=True)


def compare(shop: Shop, paypal: PayPal, shelf: list[Any], report: Report) -> None:
    believed = wait_for_mails(shop)
    inbox = f"{shop.addresses['inbox'].rstrip('/')}/messages.json"
    outside = comparing.Outside(
        ledger=paypal.say("GET", "ledger")["entries"],
        disputes=paypal.say("GET", "disputes"),
        inbox=requests.get(inbox, timeout=60).json(),
        shelf=shelf,
    )
    report.orders = Counter(order["state"] for order in believed["orders"])
    refunds = [refund for order in believed["orders"] for refund in order["refunds"]]
    report.refunds = Counter(f"{r['state']}, {r['reason']}" for r in refunds)
    report.differences += comparing.differences(believed, outside)


def wait_for_mails(shop: Shop) -> Any:
    """The shop's books once nothing waits to be sent any more."""
    until = time.monotonic() + MAILS_WITHIN
    while True:
        believed = books(shop, "show")
        waiting = [mail for mail in believed["mails"] if mail["state"] in ("queued", "sending")]
        if not waiting or time.monotonic() > until:
            return believed
        time.sleep(3)


def books(shop: Shop, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.books", *words],
        cwd=ROOT,
        env=clean_environment(shop.var),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])
