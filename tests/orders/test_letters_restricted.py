"""Each letter says what it is sent for; a restriction holds what may wait, and no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from orders import letters
from orders.mails import OWED
from orders.models import Order
from outbox import kinds
from outbox.models import Message
from outbox.services import Letter, queue
from outbox.tasks import send
from privacy import erasure, gate, subjects
from privacy import letters as answers
from privacy.declarations import purposes
from tests.orders.rows import make_order

GUEST = "guest@example.org"
PAGES = Path(settings.BASE_DIR) / "templates"
ALL = sorted(
    f"{path.parent.parent.name}/{path.stem}"
    for path in PAGES.glob("*/email/*.txt")
    if not path.stem.startswith("_")
)
ORDERS = [kind for kind in ALL if kind.startswith("orders/")]


def written(kind: str) -> Message:
    """Queued as its room does it: nobody says once more what it is for."""
    said: dict[str, Any] = {"to": GUEST, "language": "en", "about": "x:1", "context": {}}
    if kind.startswith("privacy/"):
        answers.send(kind, **said)
    else:
        queue(Letter(kind, **said))
    return Message.objects.get(kind=kind)


def restrict(action: str = "restricted") -> None:
    gate.decide(None, GUEST, action, timezone.now())


def arrived(kind: str = "orders/shipped") -> bool:
    return Message.objects.filter(kind=kind, state="sent").exists()


@pytest.fixture
def told(db: None, mailoutbox: list[Any]) -> Callable[[], list[str]]:
    """One round of the mail worker; then the subjects of all that left."""

    def round() -> list[str]:  # noqa: A001  (it is one)
        for pk in Message.objects.due(timezone.now()).values_list("pk", flat=True):
            send(pk)
        return [mail.subject for mail in mailoutbox]

    return round


@pytest.mark.parametrize("kind", ALL)
def test_every_kind_of_letter_states_a_declared_purpose(db: None, kind: str) -> None:
    assert written(kind).purpose in purposes


def test_a_letter_that_nobody_says_the_purpose_of_is_not_queued(db: None) -> None:
    with pytest.raises(kinds.NoPurpose):
        written("orders/advertising")

    assert not Message.objects.exists()


@pytest.mark.parametrize("kind", ALL)
def test_a_restriction_holds_what_may_wait_and_lets_pass_what_is_owed(
    kind: str, told: Callable[[], list[str]]
) -> None:
    message = written(kind)
    restrict()

    send(message.pk)

    message.refresh_from_db()
    owed = not kind.startswith(("orders/", "mailings/")) or kind.partition("/")[2] in OWED
    if owed:
        assert message.problem != "Restricted", "it was composed"
        assert message.state in ("sent", "failed")
    else:
        waits = kind != "mailings/newsletter"
        assert (message.state, told()) == ("queued" if waits else "withheld", [])


def shipped() -> Order:
    order = make_order(email=GUEST, language="en")
    context = {"lines": [], "carrier": "PostNL", "tracking": "", "address": [], "tracking_url": ""}
    letters.send("shipped", order, context)
    return order


def test_what_waited_leaves_once_the_restriction_has_ended_and_only_once(
    told: Callable[[], list[str]],
) -> None:
    shipped()
    restrict()
    for hours in range(30):  # longer than a failing letter is tried
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            assert told() == []
    waiting = Message.objects.get()
    assert (waiting.state, waiting.attempts) == ("queued", 0), "nothing was tried"

    with time_machine.travel(timezone.now() + timedelta(hours=31), tick=False):
        restrict("lifted")
        assert len(told()) == 1
        assert len(told()) == 1
    assert arrived()


def test_what_waited_for_somebody_who_is_erased_never_leaves(
    told: Callable[[], list[str]],
) -> None:
    shipped()
    restrict()
    told()

    erasure.erase(subjects.of(GUEST), timezone.now())
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        assert told() == []

    assert GUEST not in str(list(Message.objects.values()))
