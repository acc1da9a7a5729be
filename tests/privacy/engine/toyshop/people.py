"""Makes the people and rows of the shop in miniature."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from accounts.models import User
from privacy.declarations import Subject

if TYPE_CHECKING:
    from tests.privacy.engine.toyshop.models import Order

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def person(name: str, **values: Any) -> User:
    return User.objects.create(
        email=f"{name}@example.org", name=name.title(), **{"last_seen_at": NOW, **values}
    )


def subject(user: User) -> Subject:
    return Subject(user, frozenset({user.email}))


def order(number: str, customer: User | None = None, **values: Any) -> Order:
    """Closed 30 days ago, unless said otherwise."""
    from tests.privacy.engine.toyshop.models import Order

    return Order.objects.create(
        customer=customer,
        number=number,
        **{
            "email": customer.email if customer else "ada@example.org",
            "phone": "0201234567",
            "name": "Ada Lovelace",
            "street": "Herengracht 1",
            "snapshot": {"to": "Ada Lovelace"},
            "closed_at": NOW - timedelta(days=30),
            **values,
        },
    )
