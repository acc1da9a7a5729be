"""Who decides on requests: the people to write to when a case needs one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q

DECIDES = "change_request"


def people() -> Any:
    """The active officers, in the order of their accounts (a QuerySet)."""
    may = Q(groups__permissions__codename=DECIDES) | Q(user_permissions__codename=DECIDES)
    people = get_user_model()._default_manager.filter(may, is_staff=True, is_active=True)
    return people.distinct().order_by("pk")


def addresses() -> list[tuple[str, str]]:
    """The address and the language of each active officer, in the order of their accounts."""
    spoken = [code for code, _name in settings.LANGUAGES]
    return [
        (
            person.email,
            language if (language := getattr(person, "language", "")) in spoken else spoken[0],
        )
        for person in people()
    ]
