from __future__ import annotations

from typing import Any

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mailings import issues
from mailings.models import Issue, SignUp, Subscription


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    """Lists for staff. Addresses come and go by their owners' hands alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly):
    list_display = ("email", "language", "state", "confirmed_at", "ended_at")
    list_filter = ("state", "language")
    search_fields = ("email",)
    fields = ("email", "language", "state", "confirmed_at", "ended_at")


@admin.register(SignUp)
class SignUpAdmin(ReadOnly):
    list_display = ("pk", "language", "requested_at", "invited_at")
    fields = ("language", "requested_at", "invited_at")


@admin.register(Issue)
class IssueAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    """Write, look at it in both languages, send. What was sent can only be read."""

    list_display = ("subject_nl", "state", "created_at", "started_at", "finished_at")
    list_filter = ("state",)
    fields = (
        *("subject_nl", "body_nl", "subject_en", "body_en"),
        *("state", "progress", "started_at", "finished_at"),
    )
    readonly_fields = ("state", "progress", "started_at", "finished_at")
    change_form_template = "mailings/admin/issue.html"

    def has_change_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        written = obj is None or obj.state == Issue.State.DRAFT
        return written and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("letters"))
    def progress(self, issue: Issue) -> str:
        """How many letters are in which state, such as "12 sent, 1 withheld"."""
        return ", ".join(f"{count} {state}" for state, count in issues.progress(issue)) or "0"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/<str:language>/", view(preview), name="mailings_preview"),
            path("<int:pk>/send/", view(send), name="mailings_send"),
            *super().get_urls(),
        ]


@csp_replace({"default-src": [NONE], "style-src": [UNSAFE_INLINE]})  # type: ignore[arg-type]
@require_safe
def preview(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The letter as it will arrive; a mail carries its own sheet."""
    if not request.user.has_perm("mailings.view_issue"):
        raise PermissionDenied
    issue = get_object_or_404(Issue, pk=pk)
    language = "en" if language == "en" else "nl"
    words = {**issues.words(issue, language), "subject": issue.subject(language)}
    with translation.override(language):
        return HttpResponse(render_to_string("mailings/email/newsletter.html", words))


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then send to everybody who confirmed."""
    if not request.user.has_perm("mailings.change_issue"):
        raise PermissionDenied
    issue = get_object_or_404(Issue, pk=pk)
    if request.method == "POST":
        if issues.start(issue, now=timezone.now()):
            messages.success(request, _("The newsletter is on its way."))
        else:
            messages.warning(request, _("This newsletter was sent before."))
        return redirect("admin:mailings_issue_change", issue.pk)
    readers = Subscription.objects.confirmed().count()
    context = {**admin.site.each_context(request), "issue": issue, "readers": readers}
    return render(request, "mailings/admin/send.html", context)
