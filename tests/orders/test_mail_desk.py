"""Who works here reads in his own words what mail left."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from orders.mails import NAMES
from outbox.models import Message
from tests.pages import Page
from tests.people import staff_member

pytestmark = pytest.mark.django_db
LIST = "/admin/outbox/message/"
KINDS = sorted(f"orders/{path.stem}" for path in Path("templates/orders/email").glob("[!_]*.txt"))


def listed(language: str) -> str:
    client = Client(headers={"accept-language": language})
    client.force_login(staff_member(role="dpo", language=language, is_superuser=True))
    return Page(client.get(LIST).content.decode()).text


def test_each_kind_of_order_mail_is_named_in_dutch_and_english() -> None:
    moment = timezone.now()
    for n, kind in enumerate(KINDS):
        Message.objects.create(
            kind=kind,
            about=f"order:{n}",
            language="nl",
            message_id=f"<{n}@example.org>",
            queued_at=moment,
            next_try_at=moment,
        )

    dutch, english = listed("nl"), listed("en")

    assert "orders/placed" in KINDS
    for kind in KINDS:
        assert kind not in dutch + english
        with override("en"):
            name = str(NAMES[kind])
        with override("nl"):
            naam = str(NAMES[kind])
        assert naam != name
        assert name in english
        assert naam in dutch
