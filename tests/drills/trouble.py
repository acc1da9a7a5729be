"""What goes wrong in a drill: faults at PayPal, what its people and its buyers do there later,
a mail server that refuses, killed processes.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import requests

CHANCE = {  # of a fault, by operation
    "token": 0.1,
    "create": 0.12,
    "get": 0.08,
    "capture": 0.3,
    "refund": 0.3,
    "get_refund": 0.1,
    "get_capture": 0.1,
    "webhook": 0.3,
}
WORKER_KILLS = 4  # the launcher starts a process again as often
REFUSED_MAILS = 10


class PayPal:
    """The stand-in's control room."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def say(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{self.url}/control/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def trouble(self, seed: int, longest: float) -> None:
        self.say("POST", "faults/random", {"on": CHANCE, "seed": seed, "seconds": longest})

    def calm(self) -> None:
        """The faults end, and what the shop did not hear is said once more."""
        self.say("DELETE", "faults")
        self.say("POST", "webhooks/release", {"reverse": True})
        for event in self.untold():
            self.say("POST", f"webhooks/{event['id']}/resend", {})

    def untold(self) -> list[Any]:
        return [e for e in self.say("GET", "webhooks") if e["state"] != "delivered"]

    def captures(self) -> list[str]:
        """Those that took money and have some of it left, the oldest first."""
        units = [unit for order in self.say("GET", "orders") for unit in order["purchase_units"]]
        found = [one for unit in units for one in unit.get("payments", {}).get("captures", [])]
        return [c["id"] for c in found if c["status"] in ("COMPLETED", "PARTIALLY_REFUNDED")]


def refuse_mails(inbox: str) -> None:
    fault = {"code": 451, "on": "data", "times": REFUSED_MAILS}
    requests.post(f"{inbox.rstrip('/')}/control/faults", json=fault, timeout=10).raise_for_status()


class Meddler(threading.Thread):
    """Refunds by hand, reverses, disputes and resolves at PayPal, of a few payments."""

    OUTCOMES = ("RESOLVED_BUYER_FAVOUR", "RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT")

    def __init__(self, paypal: PayPal, dice: random.Random, every: float) -> None:
        super().__init__(daemon=True)
        self.paypal, self.dice, self.every = paypal, dice, every
        self.done: Counter[str] = Counter()
        self.over = threading.Event()
        self.deeds = {
            "refund by hand, in part": lambda key: self.on(key, "refund", amount="1.00"),
            "refund by hand": lambda key: self.on(key, "refund"),
            "reversal": lambda key: self.on(key, "reverse"),
            "dispute": lambda key: self.on(key, "dispute", reason="UNAUTHORISED"),
        }

    def run(self) -> None:
        while not self.over.wait(self.every):
            found = self.paypal.captures()
            if found:
                deed = self.dice.choice(list(self.deeds))
                self.deeds[deed](self.dice.choice(found))
                self.done[deed] += 1

    def on(self, key: str, deed: str, **about: str) -> None:
        with contextlib.suppress(requests.HTTPError):  # the shop gave it back this moment
            self.paypal.say("POST", f"captures/{key}/{deed}", about)

    def stop(self) -> None:
        self.over.set()
        self.join()
        for dispute in self.paypal.say("GET", "disputes"):
            outcome = self.dice.choice(self.OUTCOMES)
            path = f"disputes/{dispute['dispute_id']}/resolve"
            self.paypal.say("POST", path, {"outcome": outcome})
            self.done[f"dispute: {outcome.lower()}"] += 1


class Killer:
    """Kills, without a word, the worker with all its children, or one web process; by its id."""

    def __init__(self, var: Path, dice: random.Random, most: int) -> None:
        self.var, self.dice, self.most = var, dice, most
        self.killed: Counter[str] = Counter()

    def after(self, done: int, of: int) -> None:
        """Spread over the buyers, not over time: a quick machine is troubled as often."""
        deaths = min(self.most, WORKER_KILLS) + self.most
        if sum(self.killed.values()) < done * (deaths + 1) // of < deaths + 1:
            worker = self.killed["worker"] < min(self.most, WORKER_KILLS)
            if worker and self.killed["worker"] <= self.killed["web process"]:
                self.kill_worker()
            else:
                self.kill_web_process()

    def kill_worker(self) -> None:
        pid = self.pid("worker")
        if pid:
            for one in (pid, *children(pid)):
                kill(one)
            self.killed["worker"] += 1

    def kill_web_process(self) -> None:
        found = children(self.pid("web"))
        if found:
            kill(self.dice.choice(found))
            self.killed["web process"] += 1

    def pid(self, name: str) -> int:
        known = json.loads((self.var / "processes.json").read_text())
        return int(known.get(name, {}).get("pid", 0))


def children(pid: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(child) for child, parent in rows if int(parent) == pid and pid]


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
