"""What PayPal did not do or did not say, as one error with one vocabulary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from paypalrestsdk import exceptions as refused

UNKNOWN = frozenset({"timeout", "network", "server", "garbled", "busy", "rate", "away"})
TRANSIENT = UNKNOWN - {"timeout", "away"} | {"not_found"}
KINDS = {401: "auth", 403: "auth", 404: "not_found", 429: "rate"}


class PayPalError(Exception):
    """PayPal did not do what was asked, or did not say whether it did."""

    def __init__(
        self, kind: str, status: int = 0, name: str = "", issues: tuple[str, ...] = ()
    ) -> None:
        self.kind, self.status, self.name, self.issues = kind, status, name, issues
        self.debug_id = ""
        self.retry_after = 0.0  # seconds
        super().__init__(kind)

    def __str__(self) -> str:
        codes = ",".join(self.issues) or self.name
        return " ".join(filter(None, [self.kind, str(self.status or ""), codes, self.debug_id]))

    @property
    def outcome_unknown(self) -> bool:
        """It may have happened: ask, or say it again under the same request id, never a new one."""
        return self.kind in UNKNOWN

    @property
    def definite(self) -> bool:
        """PayPal understood and said no."""
        return self.kind == "rejected"

    @property
    def transient(self) -> bool:
        # 404 on an id we own is often one of PayPal's machines that has not heard of it yet
        return self.kind in TRANSIENT


def understood(error: Exception) -> PayPalError:
    """The one error for what the library, the line or a gateway came with."""
    if isinstance(error, requests.Timeout):
        return PayPalError("timeout")
    if isinstance(error, requests.RequestException):
        # an answer that cannot be decoded came from a server: garbled; else the line was lost
        return PayPalError("garbled" if isinstance(error, ValueError) else "network")
    if not isinstance(error, refused.ConnectionError):
        return PayPalError("garbled")
    return _refusal(error)


def _refusal(error: refused.ConnectionError) -> PayPalError:
    response = error.response
    said = _object(error.content)
    details = said.get("details")
    issues = (
        tuple(str(d.get("issue", "")) for d in details if isinstance(d, Mapping))
        if isinstance(details, list)
        else ()
    )
    kind = _kind(response.status_code, issues, readable=bool(said))
    found = PayPalError(kind, response.status_code, str(said.get("name", "")), issues)
    found.debug_id = str(said.get("debug_id") or response.headers.get("PayPal-Debug-Id", ""))[:40]
    found.retry_after = _seconds(response.headers.get("Retry-After", ""))
    return found


def _kind(status: int, issues: tuple[str, ...], *, readable: bool) -> str:
    if status >= 500 or status < 400:
        return "server"
    if status == 409 or "PREVIOUS_REQUEST_IN_PROGRESS" in issues:
        return "busy"
    return KINDS.get(status, "rejected" if readable else "garbled")


def _seconds(wait: str) -> float:
    """Of a Retry-After header, which is a number of seconds or a date."""
    if wait.isascii() and wait.isdigit():
        return float(wait[:6])
    try:
        at = parsedate_to_datetime(wait)
    except ValueError:
        return 0.0
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
