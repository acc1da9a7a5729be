"""The buttons of the providers."""

from __future__ import annotations

from django import template

register = template.Library()

MARKS = {"facebook": "f", "google": "G"}


@register.filter
def letter_mark(provider: str) -> str:
    """The letter that stands for a provider: never its logo."""
    return MARKS.get(provider, provider[:1].upper())
