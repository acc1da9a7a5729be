"""Faults by chance, for drills: the same seed plays the same faults at the same calls."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from sandbox.paypal.faults import AFTER, LONGEST, OPERATIONS, WEBHOOK, Fault

LOST = ("slow", "500", "html-502", "drop", "401", "404", "429", "in-progress")
KINDS: dict[str, tuple[str, ...]] = {  # what may go wrong with an operation if nobody says what
    "token": ("slow", "500", "html-502", "drop", "429"),
    "create": (*LOST, *AFTER),
    "get": ("slow", "500", "html-502", "drop", "401", "404", "429", "empty-captures"),
    "patch": (*LOST, *AFTER),
    "capture": (*LOST, *AFTER, "issue", "pending", "declined", "wrong-amount", "empty-captures"),
    "get_capture": ("slow", "500", "html-502", "drop", "401", "404", "429"),
    "refund": (*LOST, *AFTER, "issue", "pending", "failed"),
    "get_refund": ("slow", "500", "html-502", "drop", "401", "404", "429"),
    "list_disputes": ("slow", "500", "html-502", "drop", "401", "429"),
    "get_dispute": ("slow", "500", "html-502", "drop", "401", "404", "429"),
    "verify": ("slow", "500", "html-502", "drop", "401", "429"),
    "webhook": WEBHOOK,
}
ISSUES = {
    "capture": ("INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "TRANSACTION_REFUSED"),
    "refund": ("REFUND_FAILED_INSUFFICIENT_FUNDS", "PAYEE_ACCOUNT_RESTRICTED"),
}
THEN = {"capture": ("COMPLETED", "COMPLETED", "DENIED"), "refund": ("COMPLETED", "FAILED")}


@dataclass
class Chance:
    """``on``: the probability of a fault by operation, or ``rate`` for all.

    ``kinds``: which, by operation.
    """

    on: dict[str, float]
    seed: int = 1
    kinds: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 5  # a slow answer, a silence, a review takes up to that long
    dice: dict[str, random.Random] = field(default_factory=dict)

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Chance:
        """Raises ValueError or TypeError for what is none."""
        if set(given) - {"on", "rate", "seed", "kinds", "seconds"}:
            raise ValueError("chance has on or rate, seed, kinds, seconds")
        rates = dict.fromkeys(KINDS, given["rate"]) if "rate" in given else dict(given["on"])
        on = {str(name): float(rate) for name, rate in rates.items()}
        if set(on) - set(KINDS) or not all(0 <= rate <= 1 for rate in on.values()):
            raise ValueError(f"on: a rate from 0 to 1 for each of {OPERATIONS[:-1]}")
        found = cls(on, int(given.get("seed", 1)), dict(given.get("kinds", {})))
        found.seconds = float(given.get("seconds", cls.seconds))
        if not 0 <= found.seconds <= LONGEST:
            raise ValueError(f"seconds are 0 to {LONGEST}")
        for name, kinds in found.kinds.items():
            if set(kinds) - set(KINDS.get(name, ())):
                raise ValueError(f"kinds of {name}: {KINDS.get(name)}")
        found.dice = {name: random.Random(f"{found.seed} {name}") for name in on}  # noqa: S311
        return found

    def draw(self, operation: str) -> Fault | None:
        """Throw the dice of an operation; None: nothing goes wrong."""
        dice = self.dice.get(operation)
        if dice is None or dice.random() >= self.on[operation]:
            return None
        kind = dice.choice(self.kinds.get(operation) or KINDS[operation])
        fault = Fault(operation, kind, seconds=round(dice.random() * self.seconds, 2))
        if kind == "issue":
            fault.issue = dice.choice(ISSUES[operation])
        if kind == "pending":
            fault.then = dice.choice(THEN[operation])
        return fault

    def as_json(self) -> dict[str, Any]:
        return {"on": self.on, "seed": self.seed, "kinds": self.kinds, "seconds": self.seconds}
