"""What can be done with an order now, and why not, where it cannot: each part of the shop says.

A part writes ``actions(order)`` in its own ``actions.py`` and marks it with ``@contributes``; its
module in ``orders.admin`` imports it. The order page shows what they say, part by part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from orders.models import Order


@dataclass(frozen=True)
class Action:
    """A button of the order page, or a greyed line that says why not.

    ``url`` is a page that asks first; with ``post`` this very button does it.
    """

    label: str
    url: str
    why_not: str = ""
    post: bool = False
    permission: str = "orders.change_order"


Contribution: TypeAlias = Callable[[Order], list[Action]]
CONTRIBUTIONS: list[Contribution] = []


def contributes(contribution: Contribution) -> Contribution:
    """Mark what a part of the shop says about an order."""
    CONTRIBUTIONS.append(contribution)
    return contribution


def of(order: Order) -> list[Action]:
    return [action for contribution in CONTRIBUTIONS for action in contribution(order)]
