"""Every mail of this room, in both languages, as text and as HTML."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from outbox.composing import compose
from outbox.models import Message

TEMPLATES = Path(__file__).parents[2] / "templates"
KINDS = sorted(
    f"{room}/{path.stem}"
    for room in ("account", "socialaccount")
    for path in (TEMPLATES / room / "email").glob("*.txt")
)
WORDS = {"code": "BCDF-GHJK", "provider": "Google"}


def composed(kind: str, language: str) -> tuple[str, str, str]:
    row = Message(kind=kind, language=language, recipient="noor@example.test", context=WORDS)
    row.queued_at = timezone.now()
    row.message_id = "<x@example.test>"
    mail = compose(row)
    return str(mail.subject), str(mail.body), str(mail.alternatives[0][0])


def test_there_are_thirteen_kinds_each_with_its_html() -> None:
    assert len(KINDS) == 13
    for kind in KINDS:
        room, name = kind.split("/")
        assert (TEMPLATES / room / "email" / f"{name}.html").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_each_says_something_else_in_each_language(kind: str) -> None:
    dutch, english = composed(kind, "nl"), composed(kind, "en")

    assert all(part not in ("", "None") for part in (*dutch, *english))
    assert dutch[1] != english[1]
    assert "{{" not in "".join((*dutch, *english))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "code" in kind or "confirm" in kind])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_code_stands_in_text_and_html_and_never_in_the_subject(kind: str, language: str) -> None:
    subject, text, html = composed(kind, language)

    assert "BCDF-GHJK" not in subject
    assert "BCDF-GHJK" in text
    assert "BCDF-GHJK" in html
