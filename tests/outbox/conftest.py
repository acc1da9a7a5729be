from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from outbox import kinds
from outbox.models import Message
from outbox.services import Letter, queue
from tests.broker import dead_broker, jobs
from tests.mailbox import inbox, mailbox

__all__ = ["dead_broker", "inbox", "jobs", "mailbox"]

Write = Callable[..., Message]


@pytest.fixture
def write(db: None, settings: Settings) -> Write:
    """Queue a letter; each call another subject."""
    for path in (Path(__file__).parent / "templates" / "letters" / "email").iterdir():
        kinds.serve("mail", f"letters/{path.stem}")
    kinds.serve("mail", "letters/missing")
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(Path(__file__).parent / "templates")
    settings.TEMPLATES = templates
    numbers = count(1)

    def write(kind: str = "letters/hello", **details: Any) -> Message:
        letter = {
            "to": "anna@example.org",
            "language": "en",
            "about": f"test:{next(numbers)}",
            "context": {"name": "Anna", "url": "https://shop.example/secret-code"},
            **details,
        }
        message = queue(Letter(kind, **letter))
        assert message
        return message

    return write
