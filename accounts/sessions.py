"""The session engine: cache first, database behind it, each row with its account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore as CachedDBStore
from django.core.cache import caches
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import Session, User


class SessionStore(CachedDBStore):
    cache_key_prefix = "session."

    @classmethod
    def get_model_class(cls) -> Any:
        from accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        return row


def of(user: User) -> QuerySet[Session]:
    """Where someone is signed in now. Deleting them ends them at once, their cached copies too."""
    return user.sessions.filter(expire_date__gt=timezone.now())


def forget_copy(instance: Session, **kwargs: Any) -> None:
    """A session that left the database leaves the cache too, else it would live on there."""
    key = f"{SessionStore.cache_key_prefix}{instance.session_key}"

    def forget() -> None:
        caches[settings.SESSION_CACHE_ALIAS].delete(key)

    transaction.on_commit(forget, robust=True)
