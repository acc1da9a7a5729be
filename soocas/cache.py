"""The cache is a help, never a need: while it is away, the shop goes on without it.

Nothing is found then, nothing is kept, and limits count nobody. After a failure the cache is
left alone for some seconds, so that a hanging one delays a page once, not once per question.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
LEFT_ALONE = 5  # seconds
Answer = TypeVar("Answer")


class Client(RedisCacheClient):
    """One per thread. ``clear`` still raises: who empties the cache wants to know."""

    again_at = 0.0
    away = False

    def _tried(self, ask: Callable[[], Answer], otherwise: Answer) -> Answer:
        if time.monotonic() < self.again_at:
            return otherwise
        try:
            answer = ask()
        except RedisError as error:
            self._lost(error)
            return otherwise
        self.away = False
        return answer

    def _lost(self, error: RedisError) -> None:
        if not self.away:
            log.warning("The cache is away: %s", type(error).__name__)
        self.away = True
        self.again_at = time.monotonic() + LEFT_ALONE

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        return self._tried(lambda: super(Client, self).add(key, value, timeout), True)

    def get(self, key: Any, default: Any) -> Any:
        return self._tried(lambda: super(Client, self).get(key, default), default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._tried(lambda: super(Client, self).set(key, value, timeout), None)

    def touch(self, key: Any, timeout: Any) -> bool:
        return self._tried(lambda: super(Client, self).touch(key, timeout), False)

    def delete(self, key: Any) -> bool:
        return self._tried(lambda: super(Client, self).delete(key), False)

    def get_many(self, keys: Any) -> dict[Any, Any]:
        return self._tried(lambda: super(Client, self).get_many(keys), {})

    def has_key(self, key: Any) -> bool:
        return self._tried(lambda: super(Client, self).has_key(key), False)

    def incr(self, key: Any, delta: int) -> int:
        count: int | None = self._tried(lambda: super(Client, self).incr(key, delta), None)
        if count is None:  # as for a key that is not there: every counter of ours expects it
            raise ValueError("The cache is away")
        return count

    def set_many(self, data: Any, timeout: Any) -> None:
        self._tried(lambda: super(Client, self).set_many(data, timeout), None)

    def delete_many(self, keys: Any) -> None:
        self._tried(lambda: super(Client, self).delete_many(keys), None)


class Cache(RedisCache):
    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client

    def named(self, start: str) -> Iterator[str]:
        """The keys that begin so. While the cache is away this raises: who looks for a person's
        data must not take silence for nothing."""
        before = len(self.make_key(""))
        found = self._cache.get_client(None).scan_iter(match=f"{self.make_key(start)}*", count=1000)
        yield from (key.decode()[before:] for key in found)
