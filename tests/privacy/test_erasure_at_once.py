"""Two workers on one person, on real connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Address, User
from privacy import erasure
from privacy.declarations import Subject
from privacy.models import ConsentDecision
from privacy.purposes import purposes

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_erase_once_and_touch_nobody_else() -> None:
    ada, bob = (User.objects.create_user(f"{name}@example.org") for name in ("ada", "bob"))
    for user in (ada, bob):
        for _ in range(5):
            Address.objects.create(user=user, name="N", street="S", house_number="1")
        next(iter(purposes.values())).grant(user, wording="Yes", now=NOW)
    ready = Barrier(2)

    def work(_: int) -> dict[str, int]:
        ready.wait(timeout=10)
        try:
            return dict(erasure.erase(Subject(ada, frozenset({ada.email})), NOW).counts)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        done = list(workers.map(work, range(2)))

    assert sorted(counts.get("accounts.User deleted", 0) for counts in done) == [0, 1]
    assert [user.email for user in User.objects.all()] == ["bob@example.org"]
    assert Address.objects.count() == 5
    assert sorted(ConsentDecision.objects.values_list("email", flat=True)) == ["", bob.email]
