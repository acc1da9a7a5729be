"""Retention (Art. 5(1)(e) GDPR): what has outlived its purposes goes, every night."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from privacy.plan import Plan


def preview(now: datetime) -> Plan:
    """What ``purge`` would do now: done, looked at and rolled back."""
    raise NotImplementedError


def purge(now: datetime) -> Counter[str]:
    """Erase whatever is due, whose ever it is; the counts are kept in a PurgeRun."""
    raise NotImplementedError
