"""What a browser chose: read from its cookie, never trusted further than it is well formed.

The cookie is in django-cookie-consent's format, ``group=value|group=value``, where a group's value
is 1 or -1. Beside the groups stand ``version`` (of the notice), ``at`` (milliseconds since 1970)
and, only if something was accepted, ``id``: the subject of the recorded events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cookie_consent.util import dict_to_cookie_str, parse_cookie_str
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from cookies import inventory, notice

YES, NO = "1", settings.COOKIE_CONSENT_DECLINE
NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
AHEAD = timedelta(minutes=5)  # by which clocks may differ


@dataclass(frozen=True)
class Choice:
    version: int
    at: int  # milliseconds since 1970
    accepted: frozenset[str] = frozenset()
    subject: UUID | None = None

    @property
    def made_at(self) -> datetime:
        return datetime.fromtimestamp(self.at / 1000, UTC)

    @property
    def current(self) -> bool:
        return self.version == inventory.VERSION

    def as_cookie(self) -> str:
        groups = [group.key for group in inventory.optional()]
        parts = {"version": str(self.version), "at": str(self.at)}
        parts |= {key: YES if key in self.accepted else NO for key in groups}
        if self.subject:
            parts["id"] = self.subject.hex
        return str(dict_to_cookie_str(parts))


def parse(value: str, now: datetime) -> Choice | None:
    """The choice in a cookie; None for junk and for what is older than a choice counts."""
    parts = parse_cookie_str(value)
    numbers = [parts.pop("version", ""), parts.pop("at", "")]
    subject = parts.pop("id", "")
    if not all(NUMBER.fullmatch(number) for number in numbers) or not _known(parts, subject):
        return None
    version, at = map(int, numbers)
    age = now - datetime(1970, 1, 1, tzinfo=UTC) - timedelta(milliseconds=at)
    if not 1 <= version <= inventory.VERSION or not -AHEAD <= age < inventory.KEPT:
        return None
    accepted = frozenset(key for key, answer in parts.items() if answer == YES)
    return Choice(version, at, accepted, UUID(subject) if subject else None)


def _known(answers: dict[str, str], subject: str) -> bool:
    groups = {group.key for group in inventory.optional()}
    return (
        set(answers) == groups
        and set(answers.values()) <= {YES, NO}
        and re.fullmatch(r"([0-9a-f]{32})?", subject, re.ASCII) is not None
    )


@dataclass(frozen=True)
class Consent:
    """What may be kept in the browser that asks, and whether it must be asked."""

    choice: Choice | None = None
    signal: bool = False  # Sec-GPC: 1

    def allows(self, group: str) -> bool:
        if group == "necessary":
            return True
        return bool(self.choice and self.choice.current and group in self.choice.accepted)

    @property
    def accepted(self) -> list[str]:
        return [group.key for group in inventory.optional() if self.allows(group.key)]

    @property
    def must_ask(self) -> bool:
        """Nobody chose yet, or who accepted something accepted an older notice."""
        if self.choice is None:
            return not self.signal
        return not self.choice.current and bool(self.choice.accepted)

    @property
    def signal_honoured(self) -> bool:
        return self.signal and self.choice is None

    @property
    def known(self) -> int:
        """The time of the choice that a form is shown under; 0 for none."""
        return self.choice.at if self.choice else 0

    @property
    def notice(self) -> dict[str, Any]:
        return notice.shown(get_language() or settings.LANGUAGE_CODE)


def of(request: HttpRequest) -> Consent:
    found: Consent | None = getattr(request, "_consent", None)
    if found is None:
        value = request.COOKIES.get(settings.COOKIE_CONSENT_NAME, "")
        found = Consent(parse(value, timezone.now()), request.headers.get("Sec-GPC") == "1")
        put(request, found)
    return found


def put(request: HttpRequest, consent: Consent) -> None:
    request._consent = consent  # type: ignore[attr-defined]  # read by ``of`` alone


def keep(request: HttpRequest, response: HttpResponse, choice: Choice) -> None:
    """Let the browser remember, and the guard know, what was just chosen."""
    put(request, Consent(choice, of(request).signal))
    response.set_cookie(
        settings.COOKIE_CONSENT_NAME,
        choice.as_cookie(),
        max_age=inventory.KEPT,
        secure=settings.COOKIE_CONSENT_SECURE,
        httponly=True,
        samesite="Lax",
    )
