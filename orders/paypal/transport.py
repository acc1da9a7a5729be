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
from typing import Any

import paypalrestsdk
import requests
from django.conf import settings
from django.core.cache import cache
from paypalrestsdk import exceptions as refused

from orders.paypal.breaker import Breaker
from orders.paypal.errors import PayPalError, understood

log = logging.getLogger(__name__)

TOKEN_MARGIN = 120  # seconds before its end at which a token is renewed
RETRIES = 2
UNHEARD_OF = 3  # retries of a 404
PATIENCE = 8  # seconds after which a call is not tried again
LONGEST_WAIT = 3  # seconds


class Transport(paypalrestsdk.Api):  # type: ignore[misc]  # untyped
    def __init__(self, endpoint: str, client_id: str, client_secret: str) -> None:
        super().__init__(
            mode="live", endpoint=endpoint, client_id=client_id, client_secret=client_secret
        )
        self._lock, self._local = threading.RLock(), threading.local()
        digest = hashlib.sha256(f"{endpoint} {client_id} {client_secret}".encode()).hexdigest()
        self._cache_key = f"paypal.token.{digest[:16]}"
        self.breaker = Breaker(digest[:16])

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
        if not self._lock.acquire(timeout=PATIENCE):  # another thread waits for it as well
            raise PayPalError("timeout")
        try:
            self.token_hash = cache.get(self._cache_key) or self._own_token()
            if self.token_hash is None:
                self.token_hash = super().get_token_hash()
                lasts = int(self.token_hash.get("expires_in", 0)) - TOKEN_MARGIN
                self._ends = time.monotonic() + lasts
                _remember(self._cache_key, self.token_hash, lasts)
            return self.token_hash
        finally:
            self._lock.release()

    def call(
        self, method: str, path: str, body: Any = None, request_id: str = ""
    ) -> dict[str, Any]:
        """Ask PayPal; raises PayPalError. Tried again briefly where that is harmless."""
        with self.breaker.turn():
            return self._patiently(method, path, body, request_id)

    def _patiently(self, method: str, path: str, body: Any, request_id: str) -> dict[str, Any]:
        began, tries = time.monotonic(), 0
        while True:
            try:
                return self._authorised(method, path, body, request_id)
            except PayPalError as error:
                tries += 1
                most = UNHEARD_OF if error.kind == "not_found" else RETRIES
                patient = tries <= most and time.monotonic() - began < PATIENCE
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
            raise understood(error) from None  # the cause would carry bodies into a traceback

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


def _remember(key: str, token: dict[str, Any] | None, seconds: int) -> None:
    if token is None or seconds <= 0:
        cache.delete(key)
    else:
        cache.set(key, token, seconds)
