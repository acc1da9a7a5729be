"""Statements of withdrawal (Art. 11a Directive 2011/83): kept as made, then taken up, once.

What a visitor is answered never depends on what is found: a statement is written down and its
receipt queued; only afterwards, in a job, is its order looked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from orders import letters
from orders.models import Order, Withdrawal
from orders.returns.pieces import Wanted


@dataclass(frozen=True)
class Statement:
    """What somebody declares. Only the order's own page knows the ``order`` and its lines."""

    nonce: str
    name: str
    number: str
    email: str
    language: str
    whole: bool = True
    words: str = ""  # what of it, as he put it
    lines: Wanted = field(default_factory=dict)
    order: Order | None = None

    @property
    def content(self) -> dict[str, Any]:
        lines = self.order.lines.order_by("pk") if self.order else ()
        said: dict[str, Any] = {
            "lines": [
                {"sku": line.sku, "title": line.title, "quantity": self.lines[line.pk]}
                for line in lines
                if self.lines.get(line.pk)
            ]
        }
        return said | ({"words": self.words} if self.words else {})


@transaction.atomic
def declare(said: Statement, *, now: datetime) -> Withdrawal:
    """Keep a statement and queue its receipt; the same form sent twice is one statement."""
    from orders import tasks  # which knows all of us

    row, new = Withdrawal.objects.get_or_create(
        nonce=said.nonce,
        defaults={
            "order": said.order,
            "number": said.number,
            "name": said.name,
            "email": said.email,
            "language": said.language,
            "whole": said.whole,
            "content": said.content,
            "received_at": now,
        },
    )
    if new:
        letters.withdrawal_received(row)
        transaction.on_commit(partial(tasks.take_up_withdrawal.delay, row.pk), robust=True)
    return row
