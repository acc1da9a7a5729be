"""The erasure of the same person among 1,000 and among 200,000 other customers.

What is measured is done and rolled back, so that it can be done nine times; then all that lies
outside the tables. The scan for what is left reads every cell of the shop by its nature, and is
measured apart, against pg_dump and grep.
"""

from __future__ import annotations

import os
import time

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from catalog import demo as shelves
from orders.models import Order
from privacy import erasure
from privacy.subjects import Subject
from tests.benchmarks import crowd

pytestmark = pytest.mark.django_db(transaction=True)  # what is counted must be committed
OTHERS = int(os.environ.get("BENCH_OTHERS", "5000"))
TIMES = 9  # the quickest counts: whatever else this machine does only adds


@pytest.fixture
def anna() -> User:
    shelves.load()
    user = User.objects.create_user("anna.jansen@example.com", "x", name="Anna Jansen")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    crowd.buyer(user, 100)
    return user


def seconds(user: User) -> float:
    subject = Subject(user, frozenset({user.email}))
    began = time.perf_counter()
    plan = erasure.preview(subject, timezone.now())
    failed = erasure.cleared(subject)
    took = time.perf_counter() - began
    assert plan.gone
    assert not failed
    return took


def test_an_erasure_among_many_others(anna: User, capsys: pytest.CaptureFixture[str]) -> None:
    crowd.others(1, 1_000)
    seconds(anna)
    few = min(seconds(anna) for _ in range(TIMES))
    crowd.others(1_001, OTHERS)
    seconds(anna)
    before = crowd.rows_read_whole()
    many = min(seconds(anna) for _ in range(TIMES))
    read = {t: n - before[t] for t, n in crowd.rows_read_whole().items() if n - before[t] >= OTHERS}

    assert Order.objects.filter(customer=anna).count() == 100
    with capsys.disabled():
        print(
            f"\nErasure among 1,000 others {few:.2f} s, among {OTHERS:,} {many:.2f} s,"
            f" ratio {many / few:.2f}; tables read whole: {read or 'none'}"
        )
    if OTHERS >= 100_000:  # in a small table reading all of it is the quickest way
        assert read == {}
        assert many / few <= 1.3
