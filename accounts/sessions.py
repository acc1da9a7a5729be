"""The session engine: cache first, database behind it, each row with its account.

Without a cache, sessions live from the database alone. A session that ends while the cache cannot
be reached leaves a copy there: no copy outlives a minute, so none brings an ended session back
for longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore as CachedDBStore
from django.contrib.sessions.backends.db import SessionStore as DBStore
from django.core.cache import caches
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import Session, User

COPIED = 60  # seconds


class SessionStore(CachedDBStore):
    cache_key_prefix = "session."
    _cache: Any
    _session: Any
    _get_session_from_db: Any

    @classmethod
    def get_model_class(cls) -> Any:
        from accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        return row

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] | None = self._cache.get(self.cache_key)
        if data is None:
            row = self._get_session_from_db()
            data = self.decode(row.session_data) if row else {}
            if row:
                self._copy(data, self.get_expiry_age(expiry=row.expire_date))
        return data

    def save(self, must_create: bool = False) -> None:
        DBStore.save(self, must_create)
        self._copy(self._session, self.get_expiry_age())

    def _copy(self, data: dict[str, Any], lasts: int) -> None:
        self._cache.set(self.cache_key, data, min(COPIED, lasts))


def of(user: User) -> QuerySet[Session]:
    """Where someone is signed in now. Deleting them ends them at once, their cached copies too."""
    return user.sessions.filter(expire_date__gt=timezone.now())


def forget_copy(instance: Session, **kwargs: Any) -> None:
    """A session that left the database leaves the cache too, else it would live on there."""
    key = f"{SessionStore.cache_key_prefix}{instance.session_key}"

    def forget() -> None:
        caches[settings.SESSION_CACHE_ALIAS].delete(key)

    transaction.on_commit(forget, robust=True)
