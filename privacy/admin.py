"""The officer's queue and case page. Nothing is edited or deleted by hand; buttons decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from privacy import case_page, deeds
from privacy.corrections import desk as corrections
from privacy.desk import acts, demands, page, report
from privacy.desk.queue import Queue
from privacy.desk.report import FIRST_YEAR
from privacy.models import Disclosure, Request
from privacy.officer_forms import LetterForm
from privacy.requests import decisions, filing, standstill

CHANGE = "privacy.change_request"


@admin.register(Request)
class RequestAdmin(Queue):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        decide, enter = view(require_POST(self.decide)), view(self.enter)
        ours = [
            path("<int:pk>/decide/", decide, name="privacy_request_decide"),
            path("figures/", view(self.figures), name="privacy_request_figures"),
            path("report/<int:year>/", view(self.report), name="privacy_request_report"),
            path("enter/", enter, name="privacy_request_enter"),
        ]
        return [*ours, *super().get_urls()]

    def figures(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        asked = request.GET.get("year", "")
        year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else 0
        shown = report.dashboard(known(year, now) or timezone.localdate(now).year, now)
        return self.counted(request, "figures", shown)

    def report(self, request: HttpRequest, year: int) -> HttpResponse:
        now = timezone.now()
        if not known(year, now):
            raise Http404
        return self.counted(request, "report", report.year(year, now))

    def counted(self, request: HttpRequest, page: str, shown: dict[str, Any]) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.opts, **shown}
        return render(request, f"privacy/admin/{page}.html", context)

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
        now, staff = timezone.now(), request.user.pk or 0
        shown = case_page.context(case, get_language() or "nl", now)
        context = {
            **self.admin_site.each_context(request),
            **shown,
            **page.more(case, staff, shown["can"], now),
            **deeds.forms(case),
            "differences": corrections.differences(case, request.user.pk or 0),
            "may_decide": request.user.has_perm(CHANGE),
            "may_hand_over": request.user.has_perms([CHANGE, "privacy.add_disclosure"]),
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


admin.site.register(Disclosure, demands.Demands)


def known(year: int, now: datetime) -> int:
    """The year, if there can be figures of it; else 0."""
    return year if FIRST_YEAR <= year <= timezone.localdate(now).year else 0


def nothing(request: HttpRequest, case: Request) -> None:
    raise decisions.NotPossible


DECISIONS: dict[str, deeds.Deed] = {
    "approve": deeds.simply(decisions.approve),
    "release": deeds.simply(standstill.release),
    **deeds.DEEDS,
    **corrections.DEEDS,
    **acts.ACTS,
}
