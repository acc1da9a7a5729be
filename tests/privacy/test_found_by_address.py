"""A person's rows are found by the address without reading everybody else's."""

from __future__ import annotations

from django.db import connection
from django.db.models import Model
from django.db.models.fields.related import ForeignKey

from accounts.models import User
from privacy.declarations import registry


def column(model: type[Model], lookup: str) -> tuple[type[Model], str]:
    """The model and the field in which a lookup ends."""
    *way, name = lookup.split("__")
    for step in way:
        field = model._meta.get_field(step)
        assert isinstance(field, ForeignKey)
        model = field.related_model
    return model, name


def test_every_address_is_indexed_as_it_is_compared(db: None) -> None:
    looked_up = {
        column(declaration.model, role.email)
        for declaration in registry.values()
        for role in declaration.roles.values()
        if role.email
    } | {(User, "email")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        indexes = {(table, str(definition)) for table, definition in cursor.fetchall()}

    assert len(looked_up) > 8
    slow = [
        f"{model._meta.label}.{name}"
        for model, name in looked_up
        if not any(
            table == model._meta.db_table and f"upper(({name})::text)" in definition
            for table, definition in indexes
        )
    ]
    assert slow == []
