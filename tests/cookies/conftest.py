from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from cookies import inventory
from cookies.inventory import Item

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def _fresh_counters(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop that also counts visits, by cookies of another party."""
    counter = Item("_ga*", "analytics", "Counts visits", timedelta(days=30), "Meetbureau")
    monkeypatch.setattr(inventory, "ITEMS", (*inventory.ITEMS, counter))


@pytest.fixture
def new_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "VERSION", inventory.VERSION + 1)


class Visitor(Client):
    """A browser on our own pages."""

    def choose(self, choice: str, *groups: str, **more: str) -> int:
        form = {"choice": choice, "place": "preferences", "known": "0", "language": "nl"}
        return self.post(
            "/privacy/choice", form | dict.fromkeys(groups, "on") | more, headers=OURS
        ).status_code

    @property
    def kept(self) -> str:
        morsel = self.cookies.get("choice")
        return morsel.value if morsel else ""


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()
