"""Rectification (Art. 16 GDPR): what people correct themselves, from the declarations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import Model
from django.forms import ModelForm, modelform_factory

from privacy.corrections import filing
from privacy.corrections.applying import NotFitting, copies, fact_of, rewritable, text, write
from privacy.corrections.filing import Written
from privacy.declarations import Declaration, registry
from privacy.subjects import Subject
from privacy.vocabulary import Rectify

AnyForm: TypeAlias = "ModelForm[Any]"


def forms(subject: Subject, data: Any = None) -> list[AnyForm]:
    """A form for each of the person's rows that has fields with ``Rectify.SELF``.

    Bound when ``data`` (a request's POST) is given; each has its own prefix. A person gets only
    the fields of the roles he has in a row. ``save`` of this module saves the changed ones.
    """
    return [
        form(row, fields, data)
        for declaration in registry.values()
        for row, fields in correctable(declaration, subject)
    ]


def correctable(
    declaration: Declaration, subject: Subject
) -> Iterator[tuple[Model, tuple[str, ...]]]:
    """The person's rows, each with the fields in it that he corrects alone."""
    for name, role in declaration.roles.items():
        groups = (g for g in declaration.personal if g.rectify is Rectify.SELF and g.about == name)
        if fields := tuple(field for group in groups for field in group.fields):
            mine = declaration.model._base_manager.filter(role.reach(subject)).values("pk")
            for row in declaration.model._base_manager.filter(pk__in=mine).order_by("pk"):
                yield row, fields


def form(row: Model, fields: tuple[str, ...], data: Any) -> AnyForm:
    named = prefix(row._meta.label, str(row.pk))
    return modelform_factory(type(row), fields=fields)(data, instance=row, prefix=named)


def prefix(label: str, pk: str) -> str:
    """Of the names in a row's form, so that a page can lead to a field of it."""
    return f"{label.lower().replace('.', '-')}-{pk}"


def save(bound: list[AnyForm], subject: Subject | None = None, now: datetime | None = None) -> bool:
    """Save all of them in one transaction if all are valid; says whether that was so.

    What the person's other rows say of the same fact follows, where they are still in use; and
    who was really given one of these fields is told (Art. 19 GDPR).
    """
    checked = [form.is_valid() for form in bound]  # all of them, so that each shows its errors
    if not all(checked):
        return False
    with transaction.atomic():
        written: list[Written] = []
        for form in bound:
            if form.has_changed():
                form.save()
                written += followed(form, subject) if subject else []
        if subject and now:
            filing.file_done(subject, written, now=now)
    return True


def followed(form: AnyForm, subject: Subject) -> Iterator[Written]:
    """Each field that was corrected, here and in every copy."""
    for name in form.changed_data:
        fact, before = fact_of(type(form.instance), name), str(form.initial.get(name) or "")
        after = text(form.instance, name)
        yield Written(form.instance, name, before, after)
        for copy, field in copies(subject, fact, before, besides=form.instance):
            if rewritable(type(copy), field):
                with suppress(NotFitting):  # that room takes no such value: it keeps what it has
                    write(copy, field, after)
                    yield Written(copy, field, before, after)
