"""What the order's page in the admin draws: badges, links between its rows, events in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.safestring import SafeString

from orders.admin import glance, wording
from orders.models import OrderEvent

register = template.Library()


@register.simple_tag(takes_context=True)
def staff_url(context: template.Context, row: Model | None) -> str:
    """``{% staff_url refund as url %}``: its page, if there is one and the reader may see it."""
    page = admin.site._registry.get(type(row)) if row is not None else None
    if row is None or page is None or not page.has_view_permission(context["request"], row):
        return ""
    meta: Any = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


@register.filter
def state_badge(row: Any) -> SafeString:
    return glance.state(row)


@register.filter
def in_words(event: OrderEvent) -> str:
    return wording.of_event(event.kind)


@register.filter
def mail_in_words(kind: str) -> str:
    return wording.of_mail(kind)
