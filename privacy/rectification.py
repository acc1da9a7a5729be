"""Rectification (Art. 16 GDPR): what people correct themselves, from the declarations."""

from __future__ import annotations

from typing import Any

from django.forms import ModelForm

from privacy.subjects import Subject


def forms(subject: Subject, data: Any = None) -> list[ModelForm[Any]]:
    """A form for each of the person's rows that has fields with ``Rectify.SELF``.

    Bound when ``data`` (a request's POST) is given; each has its own prefix. ``save(forms)`` of
    this module saves the changed ones.
    """
    raise NotImplementedError


def save(bound: list[ModelForm[Any]]) -> bool:
    """Save all of them in one transaction if all are valid; says whether that was so."""
    raise NotImplementedError
