"""A person's address in each place where such a thing hides; erased at the door, then searched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils import timezone
from redis import Redis

from accounts.models import User
from outbox.models import Message
from privacy import residue, subjects
from privacy.models import Request
from privacy.requests import filing
from privacy.tasks import execute_request, run_due_requests
from tests.factories import Canary, Planter, everything
from tests.privacy.test_canaries import erasable
from tests.privacy.test_restore import ledger

__all__ = ["ledger"]
pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = "anna.jansen@example.com"


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    with Redis.from_url(settings.BROKER_URL) as broker:
        broker.flushdb()


class Anna:
    """Somebody with a row in every table, who asked to be erased."""

    def __init__(self) -> None:
        self.planter = Planter("a", {}, email=EMAIL)
        everything(self.planter, (m for m in apps.get_models() if not m._meta.proxy))
        self.user = User.objects.get()
        User.objects.filter(pk=self.user.pk).update(name="Anna Jansen")
        self.user.refresh_from_db()
        self.identifiers = residue.identifiers(subjects.of(self.user))

    def leaves(self) -> Request:
        """Her deletion's cooling-off has ended, and the worker came by."""
        ago = settings.COOLING_OFF + timedelta(hours=1)
        case = filing.file_deletion(self.user, now=timezone.now() - ago)
        run_due_requests()
        assert not User.objects.filter(pk=self.user.pk).exists()
        return case

    def left(self, case: Request) -> set[tuple[str, str]]:
        residue.scan(case, self.identifiers, now=timezone.now())
        rows = case.residue.filter(cleared_at=None)
        return set(rows.values_list("place", "column"))


def room_for(canary: Canary) -> bool:
    field: Any = canary.model._meta.get_field(canary.field)
    textual = isinstance(field, models.CharField | models.TextField) and not field.choices
    return textual and not field.unique and (field.max_length or 999) > len(EMAIL)


def test_in_every_declared_cell_it_goes_or_the_law_holds_it(ledger: Any) -> None:
    anna = Anna()
    planted = 0
    for canary in filter(erasable, anna.planter.canaries):
        if room_for(canary):
            row = canary.model._base_manager.filter(pk=canary.pk)
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")  # append-only tables too
                planted += row.update(**{canary.field: EMAIL})
                cursor.execute("SET session_replication_role = origin")

    case = anna.leaves()

    assert planted > 20
    assert anna.left(case) == set()


def admin_log(anna: Anna) -> None:
    staff = User.objects.create_user("maud@soocas.example", "x", is_staff=True)
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(Message),
        object_id="0",
        object_repr=EMAIL,
        action_flag=CHANGE,
    )


def free_text(anna: Anna) -> None:
    apps.get_model("catalog.Product").objects.update(text_en=f"As {EMAIL} told us")


def unknown_table(anna: Anna) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE old_list AS SELECT %s::text AS who", [EMAIL])


def cache_key(anna: Anna) -> None:
    cache.set(f"tries:{EMAIL}", 1)


def queue(anna: Anna) -> None:
    execute_request.apply_async((EMAIL,))


def file(anna: Anna) -> None:
    default_storage.save("slips/1.txt", ContentFile(EMAIL.upper().encode()))


PLACES: dict[Callable[[Anna], None], str] = {
    admin_log: "django_admin_log",
    free_text: "catalog_product",
    unknown_table: "old_list",
    cache_key: "cache",
    queue: "queue",
    file: "file",
}


@pytest.mark.parametrize("hide", PLACES)
def test_where_no_erasure_reaches_it_the_scan_does(
    ledger: Any, hide: Callable[[Anna], None]
) -> None:
    anna = Anna()
    hide(anna)

    case = anna.leaves()

    try:
        hide(anna) if hide in (cache_key, queue) else None  # what a late job brings back
        assert PLACES[hide] in {place for place, _column in anna.left(case)}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS old_list")
        cache.clear()
