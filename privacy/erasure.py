"""Erasure on request (Art. 17 GDPR): the one rule, applied to one person's rows."""

from __future__ import annotations

from datetime import datetime

from privacy.plan import Plan
from privacy.subjects import Subject


def preview(subject: Subject, now: datetime) -> Plan:
    """What ``erase`` would do now: done, looked at and rolled back. Nothing is sent or deleted."""
    raise NotImplementedError


def erase(subject: Subject, now: datetime) -> Plan:
    """Erase a person in one transaction; safe to repeat. What the law holds the purge ends later.

    Files and what lies elsewhere (sessions, cache) go after the commit.
    """
    raise NotImplementedError
