"""Stored files go with what was made of them, by the names sealed in the case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.utils import timezone

from accounts.models import User
from accounts.personal_data.people import ACCOUNT
from catalog.models import Picture as Photograph
from privacy import erasure, retention
from privacy.declarations import Category, Subject, declare, personal, registry
from privacy.models import Request
from privacy.requests import execution, filing
from privacy.tasks import run_due_requests
from tests.orders.conftest import make_variant
from tests.privacy.conftest import Inbox
from tests.privacy.engine.conftest import installed
from tests.privacy.engine.test_erasure import models

pytestmark = pytest.mark.django_db


class Stuck(FileSystemStorage):
    """A disk that deletes nothing while it is stuck, and on which a worker can die."""

    fault: BaseException | None = None

    def delete(self, name: str) -> None:
        if Stuck.fault and "two.png" not in name:
            raise Stuck.fault
        super().delete(name)


class Killed(BaseException):
    """The worker ends here, whatever it was doing."""


@pytest.fixture(autouse=True)
def disk(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"
    here = f"{__name__}.Stuck"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": here}}
    yield
    Stuck.fault = None


@pytest.fixture(autouse=True)
def album(disk: None) -> Iterator[None]:
    """The shop, in which people keep pictures; of each a thumbnail and a larger one are made."""
    with installed():
        model = pictures()
        image = personal("image", category=Category.PROFILE, purposes=[ACCOUNT])
        declare(model, image, user="user", clock="user__last_seen_at")
        erasure.register_derivatives(made_of)
        yield
        erasure.derivatives.remove(made_of)
        del registry[model]


def pictures() -> Any:
    return models().Picture


def made_of(_storage: Storage, name: str) -> list[str]:
    return [f"{name}.small", f"{name}.large"]


def upload(user: User, name: str) -> str:
    """The name under which it lies, with what was made of it."""
    row = pictures().objects.create(user=user, image=ContentFile(b"x", name=name))
    stored = str(row.image.name)
    for made in made_of(default_storage, stored):
        default_storage.save(made, ContentFile(b"x"))
    return stored


def there(name: str) -> list[str]:
    lying = [name, *made_of(default_storage, name)]
    return [one.removeprefix("pictures/") for one in lying if default_storage.exists(one)]


@pytest.fixture
def due(anna: User, inbox: Inbox) -> Request:
    """Anna's deletion, whose cooling-off has just ended."""
    then = timezone.now() - settings.COOLING_OFF - timedelta(hours=1)
    case = filing.file_deletion(anna, now=then)
    inbox()
    return case


def rounds(case: Request, inbox: Inbox, **ahead: float) -> Request:
    for _ in range(3):
        execution.run_due(now=timezone.now() + timedelta(**ahead))
        inbox()
    case.refresh_from_db()
    return case


def test_an_upload_goes_with_what_was_made_of_it_and_anothers_stays(
    due: Request, anna: User, inbox: Inbox
) -> None:
    bram = User.objects.create_user("bram@example.com")
    hers, his = upload(anna, "anna.png"), upload(bram, "bram.png")

    case = rounds(due, inbox)

    assert case.state == "fulfilled"
    assert there(hers) == []
    assert there(his) == ["bram.png", "bram.png.small", "bram.png.large"]


def test_a_disk_that_fails_is_tried_again_and_the_case_is_not_fulfilled_meanwhile(
    due: Request, anna: User, inbox: Inbox
) -> None:
    one, two = upload(anna, "one.png"), upload(anna, "two.png")
    Stuck.fault = RuntimeError("503 Slow Down")

    for _ in range(3):
        case = rounds(due, inbox)
        assert case.state in ("executing", "needs_operator")
        assert "files" not in case.steps
        assert "answer" not in case.steps
    assert case.state == "needs_operator"
    assert there(one) == ["one.png", "one.png.small", "one.png.large"]
    assert there(two) == []  # one that fails stops no other

    Stuck.fault = None
    case = rounds(due, inbox, minutes=61)

    assert case.state == "fulfilled"
    assert (there(one), case.sealed) == ([], {})


def test_killed_after_the_rows_went_and_before_the_files_the_next_sweep_deletes_them(
    due: Request, anna: User, inbox: Inbox
) -> None:
    hers = upload(anna, "anna.png")
    Stuck.fault = Killed()
    with pytest.raises(Killed):
        run_due_requests()
    due.refresh_from_db()
    assert (due.state, due.steps[-1]) == ("executing", "sessions")
    assert not pictures().objects.exists()
    assert there(hers) != []

    Stuck.fault = None
    case = rounds(due, inbox)

    assert case.state == "fulfilled"
    assert there(hers) == []


def test_a_file_to_which_another_persons_row_points_stays_until_that_goes(
    due: Request, anna: User, inbox: Inbox
) -> None:
    bram = User.objects.create_user("bram@example.com")
    shared, hers = upload(anna, "both.png"), upload(anna, "anna.png")
    pictures().objects.create(user=bram, image=shared)

    case = rounds(due, inbox)

    assert case.state == "fulfilled"
    assert there(shared) == ["both.png", "both.png.small", "both.png.large"]
    assert there(hers) == []
    then = timezone.now() - settings.COOLING_OFF - timedelta(hours=1)
    his = filing.file_deletion(bram, now=then)
    inbox()
    assert rounds(his, inbox).state == "fulfilled"
    assert there(shared) == []


def test_what_was_made_of_a_file_stays_where_a_row_of_the_shop_points_at_it(
    due: Request, anna: User, inbox: Inbox
) -> None:
    hers = upload(anna, "anna.png")
    product = make_variant("BRUSH", "9.95", on_hand=1).product
    Photograph.objects.create(product=product, photograph=f"{hers}.small", alt_nl="x", alt_en="x")

    assert rounds(due, inbox).state == "fulfilled"

    assert there(hers) == ["anna.png.small"]


def test_the_receipt_counts_the_files_that_really_go(anna: User) -> None:
    bram = User.objects.create_user("bram@example.com")
    shared = upload(anna, "both.png")
    upload(anna, "anna.png")
    pictures().objects.create(user=bram, image=shared)

    plan = erasure.preview(Subject(anna), timezone.now())

    assert plan.elsewhere[erasure.FILES] == 1


def test_the_night_takes_what_was_made_of_a_file_and_no_file_that_another_has(
    anna: User, django_capture_on_commit_callbacks: Any
) -> None:
    bram = User.objects.create_user("bram@example.com", last_seen_at=timezone.now())
    shared, hers = upload(anna, "both.png"), upload(anna, "anna.png")
    pictures().objects.create(user=bram, image=shared)
    User.objects.filter(pk=anna.pk).update(last_seen_at=timezone.now() - timedelta(days=1500))

    with django_capture_on_commit_callbacks(execute=True):
        retention.purge(timezone.now())

    assert not User.objects.filter(pk=anna.pk).exists()
    assert (there(hers), len(there(shared))) == ([], 3)
