"""Whether PayPal is worth calling now, so that one that is slow or dead slows nothing else.

After a few silences in a row it is left alone for a while; then one caller tries it first. All
processes know it through the cache; while the cache is away, each knows what it saw itself. And
never do more than a few threads of one process wait for PayPal at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.core.cache import cache

from orders.paypal.errors import PayPalError

log = logging.getLogger(__name__)

SILENCES = 3  # in a row, until PayPal is left alone
IN_A_ROW = 60  # seconds from one silence to the next
REST = 20  # seconds without a call; longer than the longest try
REMEMBERED = 600  # seconds that the cache keeps the record
AT_ONCE = 4  # calls of one process; half the threads of a web process
QUEUE = 1  # seconds a call waits for its turn
SILENT = frozenset({"timeout", "network", "server", "garbled"})


class Record(NamedTuple):
    """Plain numbers, for the cache; the times are epochs."""

    silences: int = 0
    last_at: float = 0.0
    rests_until: float = 0.0

    def resting(self, now: float) -> bool:
        # a clock set back must not make the rest longer
        return self.silences >= SILENCES and 0 < self.rests_until - now <= REST


class Breaker:
    def __init__(self, name: str) -> None:
        self._key, self._own = f"paypal.breaker.{name}", Record()
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    @property
    def open(self) -> bool:
        """PayPal is left alone: a call would be refused."""
        return self._record().resting(time.time())

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One call; PayPalError("away") instead of it, where it had better not be made."""
        if self.open or not self._turns.acquire(timeout=QUEUE):
            raise PayPalError("away")
        try:
            self._try_first()
            with self._listening():
                yield
        finally:
            self._turns.release()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        try:
            yield
        except PayPalError as error:
            self._heard(silent=error.kind in SILENT)
            raise
        self._heard(silent=False)

    def _try_first(self) -> None:
        """After a rest one caller tries; the others rest on until it knows more."""
        record, now = self._record(), time.time()
        if record.resting(now):  # opened while we waited for our turn
            raise PayPalError("away")
        if record.silences >= SILENCES:
            self._write(record._replace(rests_until=now + REST))

    def _heard(self, *, silent: bool) -> None:
        record, now = self._record(), time.time()
        if not silent:
            if record.silences:
                self._write(Record())
            return
        again = abs(now - record.last_at) <= IN_A_ROW or record.silences >= SILENCES
        count = record.silences + 1 if again else 1
        if count == SILENCES:
            log.warning("PayPal is silent: left alone for %d s.", REST)
        self._write(Record(count, now, now + REST if count >= SILENCES else 0.0))

    def _record(self) -> Record:
        self._own = Record(*cache.get(self._key, self._own))
        return self._own

    def _write(self, record: Record) -> None:
        self._own = record
        cache.set(self._key, tuple(record), REMEMBERED)
