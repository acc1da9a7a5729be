"""The queue of the officers: by due date, with the days that are left, and how a case stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from privacy import officers
from privacy.clock import clock
from privacy.models import Request
from privacy.models.requests import OPEN, State

DONE = (State.FULFILLED, State.PARTIALLY_RETAINED)
ALARMING = (State.RESIDUE_FOUND, State.NEEDS_OPERATOR)
SOON = timedelta(days=7)
UNPROVED = State.AWAITING_VERIFICATION  # ends by itself after a day
LEVELS = {"clock-late": "badge-danger", "clock-warn": "badge-warn"}


class ByClock(admin.SimpleListFilter):
    """Open ones first: the queue is what waits, not what was."""

    title = _("clock")
    parameter_name = "clock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("late", _("Overdue")), ("week", _("Due this week")), ("closed", _("Closed"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        match self.value():
            case "late":
                return rows.filter(state__in=OPEN, due_at__lt=now)
            case "week":
                return rows.filter(state__in=OPEN, due_at__lt=now + SOON)
            case "closed":
                return rows.exclude(state__in=OPEN)
        if "state__exact" in request.GET:
            return rows
        return rows.filter(state__in=OPEN).exclude(state=UNPROVED)

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Open")}
        yield from others


class ByColleague(admin.SimpleListFilter):
    """Whose desk a case lies on."""

    title = _("with")
    parameter_name = "with"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        others = officers.people().exclude(pk=request.user.pk)
        named = [(str(one.pk), one.get_short_name() or f"#{one.pk}") for one in others]
        return [("me", _("Me")), ("nobody", _("Nobody")), *named]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "me":
                return rows.filter(assigned_to=request.user.pk)
            case "nobody":
                return rows.filter(assigned_to=None)
            case str(key) if key.isdecimal():
                return rows.filter(assigned_to=key)
        return rows


class Queue(admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    """Nothing is added, edited or deleted by hand; the buttons of a case decide."""

    list_display = (
        "reference",
        "kind",
        "shown_state",
        "regime",
        "received_at",
        "shown_clock",
        "shown_dates",
        "assigned_to",
    )
    list_filter = (ByClock, "kind", "state", "regime", ByColleague)
    list_select_related = ("assigned_to",)
    ordering = ("due_at", "pk")
    search_fields = ("reference",)
    search_help_text = _("We search by case number, not by name.")
    change_list_template = "privacy/admin/queue.html"
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # the buttons change a case, never a form

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("privacy.view_request")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, shown(request, extra_context))

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, case: Request) -> SafeString:
        shown = [(level_of(case), case.get_state_display()), *marks(case)]
        badges = format_html_join(" ", '<span class="badge {}">{}</span>', shown)
        if case.state != State.PARTIALLY_RETAINED:
            return badges
        until = case.retained_until_at
        day = date_format(timezone.localtime(until), "j F Y") if until else ""
        words = _("until %(day)s") % {"day": day} if until else _("a contract still runs")
        return format_html('{} <span class="muted">{}</span>', badges, words)

    @admin.display(description=_("clock"), ordering="due_at")
    def shown_clock(self, case: Request) -> SafeString:
        if case.closed_at:
            ended = date_format(timezone.localtime(case.closed_at), "j F Y")
            return format_html("{} {}", _("Closed"), ended)
        at = clock(case, timezone.now())
        left = ngettext("%(n)s day left", "%(n)s days left", at.days_left) % {"n": at.days_left}
        over = ngettext("%(n)s day over", "%(n)s days over", -at.days_left) % {"n": -at.days_left}
        return format_html(
            '<span class="badge {}">{}</span>',
            LEVELS.get(at.level, ""),
            over if at.days_left < 0 else left,
        )

    @admin.display(description=_("answer due"), ordering="due_at")
    def shown_dates(self, case: Request) -> SafeString | str:
        """Both: that of the law, and that with more time and pauses."""
        due = date_format(timezone.localtime(case.due_at), "j F Y")
        if not case.first_due_at or case.first_due_at == case.due_at:
            return due
        first = date_format(timezone.localtime(case.first_due_at), "j F Y")
        words = _("first %(due)s") % {"due": first}
        return format_html('{} <span class="muted">({})</span>', due, words)


def level_of(case: Request) -> str:
    if case.state in DONE:
        return "badge-ok"
    return "badge-danger" if case.state in ALARMING else ""


def marks(case: Request) -> list[tuple[str, Any]]:
    """What else there is to say of its clock."""
    said = [
        (case.held_at, "badge-warn", _("On hold")),
        (case.paused_at, "badge-warn", _("Paused")),
        (case.extended_at, "", _("Extended")),
    ]
    return [(level, words) for at, level, words in said if at]


def waiting() -> dict[str, int]:
    """How many are late, due soon, and open, in one statement."""
    now = timezone.now()
    rows = Request.objects.filter(state__in=OPEN).exclude(state=UNPROVED)
    return rows.aggregate(
        late=Count("pk", filter=Q(due_at__lt=now)),
        week=Count("pk", filter=Q(due_at__gte=now, due_at__lt=now + SOON)),
        open=Count("pk"),
    )


def shown(request: HttpRequest, more: Any) -> dict[str, Any]:
    may = request.user.has_perm("privacy.change_request")
    return {"waiting": waiting(), "may_decide": may, **(more or {})}
