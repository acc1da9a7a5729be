from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as examples

from soocas import wording

# No test judges a machine by its speed.
examples.register_profile("shop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("shop")


def pytest_configure(config: pytest.Config) -> None:
    """The words are compiled once, before any worker reads them."""
    if not hasattr(config, "workerinput"):
        for room in wording.rooms():
            wording.compile_(room)


@pytest.fixture(autouse=True)
def own_ledger(tmp_path: Path) -> Iterator[None]:
    """Each test has a database of its own, so a ledger of erasures of its own too."""
    with override_settings(TOMBSTONES=str(tmp_path / "erasures.jsonl")):
        yield


@pytest.fixture(autouse=True)
def the_shops_language() -> None:
    """A page in English leaves its thread in English; no test begins in another's."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def no_files_left() -> Iterator[None]:
    """What a test put into private storage goes with its rows."""
    from django.conf import settings

    yield
    shutil.rmtree(settings.PRIVATE_ROOT, ignore_errors=True)
