"""The officer's queue and case page. Nothing is edited or deleted by hand; buttons decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from privacy import case_page, deeds
from privacy.clock import clock
from privacy.corrections import desk as corrections
from privacy.models import Request
from privacy.models.requests import OPEN, State
from privacy.officer_forms import LetterForm
from privacy.requests import decisions, filing

DONE = (State.FULFILLED, State.PARTIALLY_RETAINED)
CHANGE = "privacy.change_request"


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
                return rows.filter(state__in=OPEN, due_at__lt=now + timedelta(days=7))
            case "closed":
                return rows.exclude(state__in=OPEN)
        if "state__exact" in request.GET:
            return rows
        unproved = State.AWAITING_VERIFICATION  # ends by itself after a day
        return rows.filter(state__in=OPEN).exclude(state=unproved)

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Open")}
        yield from others


@admin.register(Request)
class RequestAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ("reference", "kind", "shown_state", "received_at", "shown_clock", "assigned_to")
    list_filter = (ByClock, "kind", "state")
    list_select_related = ("assigned_to",)
    ordering = ("due_at", "pk")
    search_fields = ("reference",)
    search_help_text = _("We search by case number, not by name.")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # the buttons change a case, never a form

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("privacy.view_request")

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, case: Request) -> SafeString:
        if case.held_at:
            return format_html('<span class="badge badge-warn">{}</span>', _("On hold"))
        level = "badge-ok" if case.state in DONE else ""
        shown = format_html('<span class="badge {}">{}</span>', level, case.get_state_display())
        if case.state != State.PARTIALLY_RETAINED:
            return shown
        until = case.retained_until_at
        day = date_format(timezone.localtime(until), "j F Y") if until else ""
        words = _("until %(day)s") % {"day": day} if until else _("a contract still runs")
        return format_html('{} <span class="muted">{}</span>', shown, words)

    @admin.display(description=_("clock"), ordering="due_at")
    def shown_clock(self, case: Request) -> SafeString:
        if case.closed_at:
            ended = date_format(timezone.localtime(case.closed_at), "j F Y")
            return format_html("{} {}", _("Closed"), ended)
        at = clock(case, timezone.now())
        left = ngettext("%(n)s day left", "%(n)s days left", at.days_left) % {"n": at.days_left}
        over = ngettext("%(n)s day over", "%(n)s days over", -at.days_left) % {"n": -at.days_left}
        level = {"clock-late": "badge-danger", "clock-warn": "badge-warn"}.get(at.level, "")
        return format_html(
            '<span class="badge {}">{}</span>', level, over if at.days_left < 0 else left
        )

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(require_POST(self.decide))
        enter = self.admin_site.admin_view(self.enter)
        ours = [
            path("<int:pk>/decide/", decide, name="privacy_request_decide"),
            path("enter/", enter, name="privacy_request_enter"),
        ]
        return [*ours, *super().get_urls()]

    def enter(self, request: HttpRequest) -> HttpResponse:
        """A request that came by post or by phone: the code goes to the person, not to us."""
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        form = LetterForm(request.POST if request.method == "POST" else None)
        if request.method != "POST" or not form.is_valid():
            context = {**self.admin_site.each_context(request), "form": form, "opts": self.opts}
            return render(request, "privacy/admin/enter.html", context)
        case = filing.file_inquiry(form.inquiry(), now=timezone.now(), by=deeds.by(request))
        return redirect("admin:privacy_request_change", case.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The case page: who asks, what would happen, what happened. Opening it is on record."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        case = get_object_or_404(Request, pk=object_id if object_id.isdecimal() else 0)
        decisions.look(case, by=deeds.by(request), now=timezone.now())
        return self.page(request, case)

    def page(self, request: HttpRequest, case: Request, **forms: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **case_page.context(case, get_language() or "nl", timezone.now()),
            **deeds.forms(case),
            "differences": corrections.differences(case, request.user.pk or 0),
            "may_decide": request.user.has_perm(CHANGE),
            "opts": self.opts,
            "title": f"{case.get_kind_display()}, {case.reference}",
            **forms,
        }
        return render(request, "privacy/admin/case.html", context)

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        case = get_object_or_404(Request, pk=pk)
        try:
            wrong = DECISIONS.get(request.POST.get("decision", ""), nothing)(request, case)
        except decisions.Undecided as why:
            messages.error(request, str(why.words))
        else:
            if wrong:
                return self.page(request, case, **wrong)
        return redirect("admin:privacy_request_change", case.pk)


def nothing(request: HttpRequest, case: Request) -> None:
    raise decisions.NotPossible


DECISIONS: dict[str, deeds.Deed] = {
    "approve": deeds.simply(decisions.approve),
    "hold": deeds.simply(decisions.hold),
    "release": deeds.simply(decisions.release),
    **deeds.DEEDS,
    **corrections.DEEDS,
}
