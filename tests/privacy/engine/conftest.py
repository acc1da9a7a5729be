from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import override_settings

from privacy import declarations, purposes

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def only_declared_here() -> Iterator[None]:
    """The registers, emptied for this test and put back as they were."""
    registers: tuple[dict[Any, Any], ...] = (
        declarations.registry,
        purposes.purposes,
        purposes.recipients,
    )
    before = [dict(register) for register in registers]
    places, doubled = [*declarations.elsewhere], [*purposes.doubled]
    declarations.registry.clear()
    declarations.elsewhere.clear()
    for key in [key for key, purpose in purposes.purposes.items() if purpose.leave]:
        del purposes.purposes[key]  # it looks for rows that are not declared here
    yield
    for register, was in zip(registers, before, strict=True):
        register.clear()
        register.update(was)
    declarations.elsewhere[:], purposes.doubled[:] = places, doubled


@pytest.fixture
def toyshop(db: None, only_declared_here: None) -> Iterator[None]:
    """The shop in miniature, installed with its tables for one test."""
    from tests.privacy.engine.toyshop.personal_data import declare_all

    with installed():
        declare_all()
        yield


@contextmanager
def installed() -> Iterator[None]:
    """With its models and tables, of which nothing is declared yet."""
    with override_settings(
        INSTALLED_APPS=[*settings.INSTALLED_APPS, "tests.privacy.engine.toyshop"]
    ):
        forget_relations()
        with connection.schema_editor() as editor:
            for model in apps.get_app_config("toyshop").get_models():
                if not model._meta.proxy:
                    editor.create_model(model)
        yield
    forget_relations()


def forget_relations() -> None:
    """Django keeps who points to a model; it looks not again when a test adds an app."""
    for model in apps.get_models(include_auto_created=True):
        model._meta._expire_cache()  # type: ignore[attr-defined]
