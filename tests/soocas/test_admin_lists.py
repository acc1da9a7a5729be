"""Whatever somebody types into the address of a list of the administration, it is never a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from tests.people import staff_member

pytestmark = pytest.mark.django_db
TYPED = ("\x00", "9" * 40, "9" * 11, "²", "nonsense")
ALWAYS = ("q", "o", "p", "all", "e", "_facets", "nonsense", "id__exact", "pk__in", "id__isnull")


def named(page: admin.ModelAdmin[Model]) -> Iterator[str]:
    """All that the address of this list may hold."""
    yield from ALWAYS
    for one in page.list_filter:
        field = one[0] if isinstance(one, tuple) else one
        if isinstance(field, str):
            ends = ("", "__exact", "__isnull", "__in")
            yield from (f"{field}{end}" for end in ends)
        else:
            yield str(getattr(field, "parameter_name", ""))
    if page.date_hierarchy:
        yield from (f"{page.date_hierarchy}__{part}" for part in ("year", "month", "day"))


@pytest.mark.parametrize("model", [*admin.site._registry], ids=lambda m: m._meta.label)
def test_no_list_fails_whatever_is_asked_of_it(model: type[Model]) -> None:
    page, client = admin.site._registry[model], Client()
    client.raise_request_exception = False
    client.force_login(staff_member(is_superuser=True))
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    wrong = [
        (name, typed, answer.status_code)
        for name in dict.fromkeys(named(page))
        for typed in TYPED
        if (answer := client.get(address, {name: typed})).status_code >= 500
    ]

    assert wrong == []
