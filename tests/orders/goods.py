"""What the tests do after a sale: parcels that arrive, statements of withdrawal, returns."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from orders.models import Order
from tests.orders.parcels import bring

ANNA = {"name": "Anna Jansen", "email": "anna@example.com", "what": "all"}


def arrives(order: Order) -> Order:
    """All of it is with the buyer, now."""
    bring(order)
    return order


def statement(order: Order, **changed: Any) -> dict[str, Any]:
    return {**ANNA, "number": order.number, **changed}


def step_two(client: Client, form: dict[str, Any], where: str = "withdraw/") -> Any:
    """The page with the second control."""
    return client.post(f"/en/{where}", form)


def withdraws(
    client: Client, form: dict[str, Any], where: str = "withdraw/", times: int = 1
) -> Any:
    """Both steps, as a browser sends them; the second control pressed so many times."""
    page = step_two(client, form, where).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    hidden.pop("csrfmiddlewaretoken", None)
    answers = [client.post(f"/en/{where}confirm/", hidden) for _ in range(times)]
    assert len({answer.headers.get("Location") for answer in answers}) == 1
    return answers[-1]


def colleague(role: str = "staff") -> User:
    """Somebody who works here, without a password: hashing one takes its time."""
    number = User.objects.count()
    user = User.objects.create_user(f"{role}-{number}@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


def own_page(order: Order, path: str = "withdraw/") -> str:
    return f"orders/{order.token}/{path}"
