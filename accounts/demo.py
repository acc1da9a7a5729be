"""The people of the demo shop: one who buys, and those who work there."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import Address, User
from accounts.roles import ROLES

PLACE: dict[str, Any] = {
    "name": "Sanne Jansen",
    "street": "Verzonnenlaan",
    "house_number": "34",
    "postcode": "1012 AB",
    "city": "Amsterdam",
    "phone": "+31 20 555 01 23",
}


@transaction.atomic
def load(password: str) -> list[dict[str, str]]:
    """Make them, or give them this password again; what each signs in with."""
    shopper = _person("sanne@soocas.example", password, name=PLACE["name"], nickname="Sanne")
    Address.objects.get_or_create(user=shopper, **PLACE)
    people = {"shopper": shopper}
    for role in ROLES:
        person = _person(f"{role}@soocas.example", password, name=role.title(), is_staff=True)
        person.groups.set([Group.objects.get(name=role)])
        people[role] = person
    rights = {"is_staff": True, "is_superuser": True}
    people["superuser"] = _person("admin@soocas.example", password, name="Admin", **rights)
    return [
        {"role": role, "email": person.email, "password": password}
        for role, person in people.items()
    ]


def _person(email: str, password: str, **values: str | bool) -> User:
    user, _ = User.objects.update_or_create(email=email, defaults=values)
    user.set_password(password)
    user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user
