"""The one rule against the plainest way of saying it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privacy import erasure, retention
from privacy.declarations import LegalBasis, Period, Purpose, registry
from tests.privacy.engine.toyshop.people import NOW, order, person, subject

PURPOSES = {
    "contract": (LegalBasis.CONTRACT, Period(days=90), ""),
    "consent": (LegalBasis.CONSENT, Period(months=1), ""),
    "interest": (LegalBasis.LEGITIMATE_INTERESTS, Period(years=1), ""),
    "claims": (LegalBasis.LEGITIMATE_INTERESTS, Period(days=180), "Art. 17(3)(e)"),
    "books": (LegalBasis.LEGAL_OBLIGATION, Period(years=7, from_year_end=True), "Art. 17(3)(b)"),
}
ages = st.none() | st.integers(0, 9 * 366).map(lambda days: timedelta(days=days, hours=3))
named = st.sets(st.sampled_from(sorted(PURPOSES)), min_size=1)


def holds(key: str, closed_at: datetime | None, now: datetime, on_request: bool) -> bool:
    """STATED: at night until clock + retention; on request an exemption or a running contract."""
    basis, period, exemption = PURPOSES[key]
    running = closed_at is None
    if on_request and not exemption:
        return running and basis is LegalBasis.CONTRACT
    return closed_at is None or period.until(closed_at) > now


def stays(keys: Iterable[str], closed_at: datetime | None, on_request: bool) -> bool:
    return any(holds(key, closed_at, NOW, on_request) for key in keys)


@pytest.mark.usefixtures("toyshop")
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(contact=named, address=named, age=ages, on_request=st.booleans())
def test_a_value_stays_while_one_of_its_purposes_holds(
    contact: set[str], address: set[str], age: timedelta | None, on_request: bool
) -> None:
    from tests.privacy.engine.toyshop.models import Order

    made = {
        key: Purpose(key, basis, period, exemption=exemption, key=f"rule-{key}")
        for key, (basis, period, exemption) in PURPOSES.items()
    }
    was = registry[Order]
    first, second, *rest = was.groups
    groups = (
        replace(first, purposes=tuple(made[k] for k in contact)),
        replace(second, purposes=tuple(made[k] for k in address)),
        *rest,
    )
    closed_at = None if age is None else NOW - age
    with transaction.atomic():
        registry[Order] = replace(was, groups=groups)
        ada, bob = person("ada"), person("bob")
        hers, his = (order(u.name, u, closed_at=closed_at) for u in (ada, bob))
        before = Order.objects.filter(pk=his.pk).values().get()

        if on_request:
            erasure.erase(subject(ada), NOW)
        else:
            retention.purge(NOW)

        hers.refresh_from_db()
        assert bool(hers.email) == stays(contact, closed_at, on_request)
        assert bool(hers.name) == stays(address, closed_at, on_request)
        assert hers.total == 9
        if on_request:
            assert Order.objects.filter(pk=his.pk).values().get() == before
        registry[Order] = was
        transaction.set_rollback(True)


def test_the_plain_way_of_saying_it_is_right_in_the_known_cases() -> None:
    closed = datetime(2026, 1, 1, tzinfo=UTC)

    assert holds("contract", None, NOW, on_request=True)
    assert not holds("consent", None, NOW, on_request=True)
    assert not holds("contract", closed, NOW, on_request=True)
    assert holds("contract", closed, NOW, on_request=False)
    assert holds("books", closed, NOW, on_request=True)
