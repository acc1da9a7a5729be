from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outbox import kinds, services
from outbox.models import Message
from outbox.picking import Picked


class KindFilter(admin.AllValuesFieldListFilter):
    """The kinds there are, by the names of who works here."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield choice | {"display": kinds.called(str(choice["display"]))}


@admin.register(Message)
class MessageAdmin(Picked, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    """What left and what waits. What a message says is not shown."""

    list_display = ("queued_at", "called", "about", "language", "state", "attempts", "problem")
    list_filter = ("state", ("kind", KindFilter), "campaign", "language")
    search_fields = ("about", "recipient")
    date_hierarchy = "queued_at"
    fields = readonly_fields = (
        *("called", "about", "recipient", "language", "purpose", "campaign"),
        *("state", "attempts", "problem", "queued_at", "sent_at"),
    )
    actions = ("retry",)

    @admin.display(description=_("kind"), ordering="kind")
    def called(self, message: Message) -> str:
        return kinds.called(message.kind)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Who asked for a right is known to those alone who may read the requests."""
        rows = super().get_queryset(request)
        if request.user.has_perm("privacy.view_request"):
            return rows
        return rows.exclude(kind__startswith="privacy/")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.retry_message")

    @admin.action(description=_("Try failed messages again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        count = services.retry(queryset, now=timezone.now())
        said = ngettext("%(count)d message is queued.", "%(count)d messages are queued.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)
