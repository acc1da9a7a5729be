from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from privacy import notes

register = template.Library()


@register.simple_tag
def why(model: str, field: str, id: str = "") -> str | SafeString:  # noqa: A002
    """``{% why "orders.Order" "phone" %}``: the note that belongs beside the form field.

    Its id is ``phone-why`` unless given, for the control's aria-describedby.
    """
    note = notes.note(model, field)
    return format_html('<p class="why" id="{}">{}</p>', id or f"{field}-why", note) if note else ""
