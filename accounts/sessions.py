"""The session engine: cache first, database behind it, each row with its account.

Without a cache, sessions live from the database alone. A session that ends while the cache cannot
be reached leaves a copy there: no copy outlives a minute, so none brings an ended session back
for longer.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore as CachedDBStore
from django.contrib.sessions.backends.db import SessionStore as DBStore
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.db.models import Func, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from accounts import pending

if TYPE_CHECKING:
    from accounts.models import Session, User

COPIED = 60  # seconds


class SessionStore(CachedDBStore):
    cache_key_prefix = "session."
    _cache: Any
    _session: Any
    _get_session_from_db: Any
    _get_session: Any

    @classmethod
    def get_model_class(cls) -> Any:
        from accounts.models import Session

        return Session

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Short while someone stands at the door: his address is kept no longer than need be."""
        age: int = super().get_expiry_age(**kwargs)
        if "expiry" in kwargs or not pending.under_way(self._session):
            return age
        return min(age, pending.LIFETIME)

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        at: datetime = super().get_expiry_date(**kwargs)
        if "expiry" in kwargs or not pending.under_way(self._session):
            return at
        return min(at, timezone.now() + timedelta(seconds=pending.LIFETIME))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY) or _awaited(data)
        return row

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] | None = self._cache.get(self.cache_key)
        if data is None:
            row = self._get_session_from_db()
            data = self.decode(row.session_data) if row else {}
            if row:
                self._copy(data, self.get_expiry_age(expiry=row.expire_date))
        if pending.drop_old(data):
            self.modified = True
        return data

    def save(self, must_create: bool = False) -> None:
        pending.keep_latest(self._get_session(no_load=must_create))
        try:
            DBStore.save(self, must_create)
        except IntegrityError:  # the account went this very moment: the row does without it
            DBStore.save(self, must_create)
        self._copy(self._session, self.get_expiry_age())

    def _copy(self, data: dict[str, Any], lasts: int) -> None:
        self._cache.set(self.cache_key, data, min(COPIED, lasts))


def _awaited(data: dict[str, Any]) -> int | None:
    """The account that a code is for: the session goes together with it."""
    from accounts.models import User

    wanted = pending.accounts(data)
    found = User.objects.filter(pk__in=wanted).values_list("pk", flat=True) if wanted else []
    return next(iter(found), None)


def in_clear(session_data: str) -> str:
    """What a row of a session holds, which is signed and may be compressed."""
    return json.dumps(SessionStore().decode(session_data), ensure_ascii=False)


def of(user: User) -> QuerySet[Session]:
    """Where someone is signed in now, or asked a code to be. Deleting them ends them at once,
    their cached copies too."""
    return user.sessions.filter(expire_date__gt=timezone.now())


def signed_in(rows: QuerySet[Session]) -> int:
    """In how many of them; anyone may ask a code for an address, and that is no sign-in."""
    return sum(SESSION_KEY in row.get_decoded() for row in rows)


def copied(digest: str) -> QuerySet[Session]:
    """Whose session a cached copy is; ``digest``, ``sha256 …``, names the cache's key of it."""
    from accounts.models import Session

    key = caches[settings.SESSION_CACHE_ALIAS].make_key(SessionStore.cache_key_prefix)
    whole = Concat(Value(key), "session_key", output_field=TextField())
    hashed = Func(whole, template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')")
    kept = Session.objects.annotate(digest=hashed)
    return kept.filter(digest=digest.removeprefix("sha256 "))


def forget_copy(instance: Session, **kwargs: Any) -> None:
    """A session that left the database leaves the cache too, else it would live on there."""
    key = f"{SessionStore.cache_key_prefix}{instance.session_key}"

    def forget() -> None:
        caches[settings.SESSION_CACHE_ALIAS].delete(key)

    transaction.on_commit(forget, robust=True)
