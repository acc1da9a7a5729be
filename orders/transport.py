"""PayPal's transport: ``paypalrestsdk.Api`` for its authentication, with what it lacks put right.

As shipped it has no timeout, opens a connection per call, follows ambient proxies, prints
credentials when debugging, sends a body with GET, returns a 400 as if it were an answer, and asks
for a token per thread.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import paypalrestsdk
import requests
from django.conf import settings
from django.core.cache import cache
from paypalrestsdk import exceptions as refused
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TOKEN_MARGIN = 120  # seconds before its end at which a token is renewed
RETRIES = 2
PATIENCE = 8  # seconds after which a call is not tried again
LONGEST_WAIT = 3  # seconds

UNKNOWN = frozenset({"timeout", "network", "server", "garbled", "busy", "rate"})
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
        return (self.outcome_unknown and self.kind != "timeout") or self.kind == "not_found"


class Transport(paypalrestsdk.Api):  # type: ignore[misc]  # untyped
    def __init__(self, endpoint: str, client_id: str, client_secret: str) -> None:
        super().__init__(
            mode="live", endpoint=endpoint, client_id=client_id, client_secret=client_secret
        )
        self._lock, self._local = threading.RLock(), threading.local()
        digest = hashlib.sha256(f"{endpoint} {client_id} {client_secret}".encode()).hexdigest()
        self._cache_key = f"paypal.token.{digest[:16]}"

    def http_call(self, url: str, method: str, **arguments: Any) -> dict[str, Any]:
        """One call with a time limit over a pooled connection. No header or body is ever logged."""
        response = self._session().request(
            method, url, timeout=settings.PAYPAL_TIMEOUT, allow_redirects=False, **arguments
        )
        log.info("paypal", extra={"method": method, "status": response.status_code})
        answer = self.handle_response(response, response.content.decode("utf-8", "replace"))
        if not isinstance(answer, dict):
            raise ValueError("not an object")  # noqa: TRY004  caught with the undecodable
        return answer

    def get_token_hash(self, *_: Any, **__: Any) -> dict[str, Any]:
        """The shared token; one thread renews it in time, never with a caller's headers."""
        with self._lock:
            self.token_hash = _cached(self._cache_key) or self._own_token()
            if self.token_hash is None:
                self.token_hash = super().get_token_hash()
                lasts = int(self.token_hash.get("expires_in", 0)) - TOKEN_MARGIN
                self._ends = time.monotonic() + lasts
                _remember(self._cache_key, self.token_hash, lasts)
            return self.token_hash

    def call(
        self, method: str, path: str, body: Any = None, request_id: str = ""
    ) -> dict[str, Any]:
        """Ask PayPal; raises PayPalError. Tried again briefly where that is harmless."""
        began, tries = time.monotonic(), 0
        while True:
            try:
                return self._authorised(method, path, body, request_id)
            except PayPalError as error:
                tries += 1
                patient = tries <= RETRIES and time.monotonic() - began < PATIENCE
                if not (error.transient and patient and error.retry_after <= LONGEST_WAIT):
                    raise
                time.sleep(error.retry_after or 0.2 * 2**tries)

    def _authorised(self, method: str, path: str, body: Any, request_id: str) -> dict[str, Any]:
        """One call; a refused token is renewed once."""
        try:
            return self._once(method, path, body, request_id)
        except PayPalError as error:
            if error.status != 401:
                raise
            self._forget_token()
            return self._once(method, path, body, request_id)

    def _once(self, method: str, path: str, body: Any, request_id: str) -> dict[str, Any]:
        try:
            headers = {**self.headers(), "Prefer": "return=representation"}
            if request_id:
                headers["PayPal-Request-Id"] = request_id
            data = None if method == "GET" else json.dumps(body or {})
            return self.http_call(f"{self.endpoint}/{path}", method, data=data, headers=headers)
        except (refused.ConnectionError, requests.RequestException, ValueError, KeyError) as error:
            raise _understood(error) from None  # the cause would carry bodies into a traceback

    def _own_token(self) -> dict[str, Any] | None:
        """This process's token, for when the cache is away."""
        ends: float = getattr(self, "_ends", 0)
        return self.token_hash if time.monotonic() < ends else None

    def _forget_token(self) -> None:
        with self._lock:
            self.token_hash, self._ends = None, 0.0
            _remember(self._cache_key, None, 0)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False  # no proxy or .netrc of the machine for payment traffic
        return session


def _understood(error: Exception) -> PayPalError:
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
    wait = response.headers.get("Retry-After", "")
    found.retry_after = float(wait) if wait.isdigit() else 0.0
    return found


def _kind(status: int, issues: tuple[str, ...], *, readable: bool) -> str:
    if status >= 500 or status < 400:
        return "server"
    if status == 409 or "PREVIOUS_REQUEST_IN_PROGRESS" in issues:
        return "busy"
    return KINDS.get(status, "rejected" if readable else "garbled")


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _cached(key: str) -> dict[str, Any] | None:
    try:
        return cache.get(key)  # type: ignore[no-any-return]
    except RedisError:
        return None


def _remember(key: str, token: dict[str, Any] | None, seconds: int) -> None:
    try:
        if token is None or seconds <= 0:
            cache.delete(key)
        else:
            cache.set(key, token, seconds)
    except RedisError:
        log.warning("paypal token not shared: the cache is away")
