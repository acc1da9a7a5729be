"""Synthetic people for the tests: an account with its proved address, and those who work here."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from factory.declarations import Sequence
from factory.django import DjangoModelFactory, Password
from factory.helpers import post_generation

from accounts.models import User


class PersonFactory(DjangoModelFactory[User]):
    """Someone with an account, whose address is proved unless ``proved=False``."""

    email = Sequence(lambda number: f"person-{number}@example.org")
    name = Sequence(lambda number: f"Person Number{number}")
    password = Password("correct horse battery")

    class Meta:
        model = User
        skip_postgeneration_save = True

    @post_generation
    def proved(self: User, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class StaffFactory(PersonFactory):
    """Someone who works here; ``role="dpo"`` gives the rights of that group."""

    is_staff = True

    @post_generation
    def role(self: User, create: bool, extracted: str | None, **kwargs: Any) -> None:
        if create and extracted:
            self.groups.add(Group.objects.get(name=extracted))


def person(**values: Any) -> User:
    user: User = PersonFactory.create(**values)
    return user


def staff_member(role: str = "", **values: Any) -> User:
    user: User = StaffFactory.create(role=role, **values)
    return user
