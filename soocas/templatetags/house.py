"""What every page may draw without loading anything: icons, bristles, money, dates, form rows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from soocas import languages
from soocas.icons import ICONS
from soocas.rows import Row

register = template.Library()

BARS = (10, 15, 20, 23, 20, 15)  # heights of the bristles, over and over
STAR = "m8 .8 2.2 4.7 5.1.6-3.8 3.5 1 5.1L8 12.2l-4.5 2.5 1-5.1L.7 6.1l5.1-.6z"


@register.simple_tag
def icon(name: str) -> SafeString:
    """``{% icon "bag" %}``: hidden from readers, so words must stand beside it."""
    drawing = mark_safe(ICONS[name])  # noqa: S308 our own drawing
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


@register.simple_tag
def bristles(total: int, on: int = 0, classes: str = "") -> SafeString:
    """``{% bristles 12 5 "bristles-l is-moving" %}``: a fraction; words must stand beside it."""
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="5" height="{}" rx="2.5"{}/>',
        (
            (i * 8 + 1, f"{12 - height / 2:g}", height, SafeString(' class="on"' if i < on else ""))
            for i in range(total)
            for height in [BARS[i % len(BARS)]]
        ),
    )
    return format_html(
        '<svg class="bristles{}" viewBox="0 0 {} 24" aria-hidden="true">{}</svg>',
        f" {classes}" if classes else "",
        total * 8,
        bars,
    )


@register.simple_tag
def stars(score: float, count: int | None = None) -> SafeString:
    """``{% stars 4.7 1284 %}``: said to readers as words."""
    shown = formats.number_format(score, 1)
    drawing = format_html_join(
        "",
        '<path class="{}" transform="translate({})" d="{}"/>',
        (("on" if i + 0.5 < score else "off", i * 19, STAR) for i in range(5)),
    )
    words = ""
    if count is not None:
        number = formats.number_format(count, 0, force_grouping=True)
        words = format_html(" <span>{} ({})</span>", shown, number)
    return format_html(
        '<span class="stars"><svg viewBox="0 0 96 16" role="img" aria-label="{}">{}</svg>{}</span>',
        gettext("%(score)s out of 5") % {"score": shown},
        drawing,
        words,
    )


@register.filter
def money(value: Decimal | str | float | None) -> str:
    """``{{ price|money }}``: € 1.129,95 in Dutch, € 1,129.95 in English, unbroken."""
    if value in (None, ""):
        return ""
    amount = Decimal(str(value))
    sign = "−" if amount < 0 else ""
    return f"{sign}€\N{NO-BREAK SPACE}{formats.number_format(abs(amount), 2, force_grouping=True)}"


def _shown(value: date | None, pattern: str) -> str:
    if not value:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return formats.date_format(value, pattern)


@register.filter
def long_date(value: date | None) -> str:
    """``{{ order.placed_at|long_date }}``: 14 december 2026."""
    return _shown(value, "j F Y")


@register.filter
def long_moment(value: datetime | None) -> str:
    """``{{ event.at|long_moment }}``: 14 december 2026, 15:20."""
    return _shown(value, "j F Y, H:i")


@register.filter
def weekday(value: date | None) -> str:
    """``{{ day|weekday }}``: dinsdag 24 november."""
    return _shown(value, "l j F")


@register.simple_tag
def seller() -> dict[str, str]:
    """``{% seller as who %}``: name, street, place, kvk and vat of who sells."""
    return dict(settings.SELLER)


@register.simple_tag
def seller_line() -> str:
    """``{% seller_line %}``: who sells, on one line, as a letter ends."""
    return ", ".join(settings.SELLER[part] for part in ("name", "street", "place"))


@register.simple_tag(takes_context=True)
def this_page(context: template.Context) -> str:
    """The address of this page, to come back to; of a form that failed, that of the empty form."""
    request = context.get("request")
    if request is None:
        return "/"
    address: str = request.get_full_path() if request.method == "GET" else request.path
    return address


@register.simple_tag(takes_context=True)
def this_page_in(context: template.Context, language: str) -> str:
    """``{% this_page_in "en" %}``: the address of this page in that language."""
    return languages.address_in(this_page(context), language)


@register.inclusion_tag("soocas/_field.html", takes_context=True)
def field(context: template.Context, bound: BoundField, **options: Any) -> dict[str, Any]:
    """A form row: label, need, hint, error, control, and beside it why we ask.

    ``{% field form.email why="orders.Order:email" autocomplete="email" %}``. Options: ``why`` (a
    declared field as ``app.Model:field``), ``note`` (words instead of a declared why), ``need``
    ("required", "optional", or "" for no word; by itself from the form), ``hint``, ``classes`` of
    the control, ``plain=True`` (no row around it, for several in one ``.row``); every other option
    becomes an attribute of the control (``autocomplete``, ``inputmode`` …).
    """
    return {"row": Row(bound, options), "request": context.get("request")}


@register.inclusion_tag("soocas/_error_summary.html")
def error_summary(*filled: forms.BaseForm | None, text: str = "") -> dict[str, Any]:
    """``{% error_summary form %}``: at the top of a failed form, with a way to each field."""
    return {"forms": [form for form in filled if form is not None and form.errors], "text": text}
