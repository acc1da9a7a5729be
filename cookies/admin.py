"""Proof is read, never edited. What the library would let staff edit comes from the code."""

from __future__ import annotations

from typing import Any

from cookie_consent.models import Cookie, CookieGroup
from django.contrib import admin
from django.http import HttpRequest

from cookies.models import ConsentEvent, ConsentNotice

admin.site.unregister([Cookie, CookieGroup])


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnly):
    list_display = ("happened_at", "action", "decisions", "language", "method", "notice")
    list_filter = ("action", "method", "language", "notice")
    date_hierarchy = "happened_at"


@admin.register(ConsentNotice)
class ConsentNoticeAdmin(ReadOnly):
    list_display = ("version", "language", "created_at", "sha256")
