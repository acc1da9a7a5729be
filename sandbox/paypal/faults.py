"""Switches for what can go wrong.

``on`` names an operation: token, create, get, patch, capture, get_capture, refund, get_refund,
list_disputes, get_dispute, verify, webhook, or any (all but webhook).
``times`` is how often, -1 for ever. The kinds:

before anything is done: slow (``seconds``), 500, html-502, drop, 401, 404, 429, in-progress,
    issue (422 with ``issue``)
after it is done: commit-then-timeout (silent for ``seconds``), commit-then-500,
    commit-then-502, commit-then-drop
in the answer: empty-captures (on capture or get)
in what is done (capture): pending (``then`` COMPLETED or DENIED after ``seconds``), declined,
    wrong-amount, wrong-currency
in what is done (refund): pending (``then`` COMPLETED or FAILED after ``seconds``), failed
on webhook: held (until released), reordered (after the next one, or after ``seconds``),
    duplicated, forged (wrong signature), forged-chain (unknown root), foreign-host (certificate
    elsewhere)

By chance instead (``chance.py``): POST /control/faults/random {"on": {"capture": 0.2, …}, "seed",
"kinds": {"capture": ["500", …]}, "seconds"}. What was played, by operation and kind, is counted at
/control/faults/played.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol

from flask import Response, request

from sandbox.paypal.problems import Problem

OPERATIONS = (
    *("token", "create", "get", "patch", "capture", "get_capture", "refund", "get_refund"),
    *("list_disputes", "get_dispute", "verify", "webhook", "any"),
)
BEFORE = ("slow", "500", "html-502", "drop", "401", "404", "429", "in-progress", "issue")
AFTER = ("commit-then-timeout", "commit-then-500", "commit-then-502", "commit-then-drop")
INSIDE = ("pending", "declined", "failed", "wrong-amount", "wrong-currency", "empty-captures")
WEBHOOK = ("held", "reordered", "duplicated", "forged", "forged-chain", "foreign-host")
KINDS = BEFORE + AFTER + INSIDE + WEBHOOK
LONGEST = 3600  # seconds
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Fault:
    on: str
    kind: str
    times: int = 1
    seconds: float = 30
    issue: str = ""
    then: str = ""
    number: int = 0  # given when switched on

    @classmethod
    def parse(cls, given: dict[str, Any]) -> Fault:
        """Raises ValueError for what is not a fault."""
        known = {field.name for field in fields(cls)} - {"number"}
        if set(given) - known or not {"on", "kind"} <= set(given):
            raise ValueError(f"a fault has {', '.join(sorted(known))}")
        fault = cls(**given)
        fault.times, fault.seconds = int(fault.times), float(fault.seconds)
        if not 0 <= fault.seconds <= LONGEST:
            raise ValueError(f"seconds are 0 to {LONGEST}")
        if fault.on not in OPERATIONS or fault.kind not in KINDS:
            raise ValueError(f"on is one of {OPERATIONS}, kind one of {KINDS}")
        if (fault.on == "webhook") != (fault.kind in WEBHOOK):
            raise ValueError(f"on webhook, and only there, kind is one of {WEBHOOK}")
        return fault


class Dice(Protocol):
    def draw(self, operation: str) -> Fault | None: ...

    def as_json(self) -> dict[str, Any]: ...


class Faults:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.active: list[Fault] = []
        self.switched = 0  # how many ever
        self.chance: Dice | None = None
        self.played: Counter[tuple[str, str]] = Counter()  # by operation and kind

    def add(self, fault: Fault) -> None:
        with self.lock:
            self.switched += 1
            fault.number = self.switched
            self.active.append(fault)

    def switch_off(self, number: int) -> None:
        with self.lock:
            self.active = [fault for fault in self.active if fault.number != number]

    def clear(self) -> None:
        with self.lock:
            self.active.clear()
            self.chance = None

    def as_json(self) -> list[dict[str, Any]]:
        with self.lock:
            return [asdict(fault) for fault in self.active]

    def take(self, operation: str) -> Fault | None:
        """The fault that this call suffers, counted."""
        with self.lock:
            fault = self._switched_on(operation)
            if fault is None and self.chance:
                fault = self.chance.draw(operation)
            if fault:
                self.played[operation, fault.kind] += 1
            return fault

    def _switched_on(self, operation: str) -> Fault | None:
        """The first that applies, counted down."""
        for fault in self.active:
            if fault.on == operation or (fault.on == "any" and operation != "webhook"):
                fault.times -= fault.times > 0
                if fault.times == 0:
                    self.active.remove(fault)
                return fault
        return None


def before(fault: Fault) -> Response | None:
    """The answer instead of doing anything, or nothing: go on."""
    if fault.kind == "slow":
        time.sleep(fault.seconds)
        return None
    if fault.kind == "drop":
        return dropped()
    if fault.kind == "html-502":
        return Response(HTML, 502, content_type="text/html")
    problem = refusal(fault)
    return problem.response() if problem else None


def refusal(fault: Fault) -> Problem | None:
    if fault.kind == "issue":
        return Problem(422, fault.issue)
    if fault.kind == "in-progress":
        return Problem(409, "PREVIOUS_REQUEST_IN_PROGRESS")
    if fault.kind not in BEFORE or not fault.kind.isdigit():
        return None
    problem = Problem(int(fault.kind), "INVALID_RESOURCE_ID" if fault.kind == "404" else "")
    if fault.kind == "429":
        problem.headers["Retry-After"] = "1"
    return problem


def after(fault: Fault, answer: Response) -> Response:
    """What the caller gets although the work is done."""
    if fault.kind == "commit-then-500":
        return Problem(500).response()
    if fault.kind == "commit-then-502":
        return Response(HTML, 502, content_type="text/html")
    if fault.kind == "commit-then-timeout":
        time.sleep(fault.seconds)
    if fault.kind in ("commit-then-timeout", "commit-then-drop"):
        return dropped()
    return answer


def dropped() -> Response:
    """Close the connection under the answer."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response()
