"""Taking one's data along: the account's page, the guest's link, and the one download of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from privacy import limits
from privacy.archives import delivery
from privacy.clock import BARS, bars
from privacy.models import Export, Request
from privacy.models.requests import Kind, State
from privacy.requests import links
from privacy.views.account import account, signed_in_again

HOUR = timedelta(hours=1)
KINDS = (Kind.ACCESS, Kind.PORTABILITY)
QUICK = timedelta(minutes=1)  # so long most archives take at most
MAKING = (Export.State.WAITING, Export.State.RUNNING)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest) -> HttpResponseBase:
    return order(request) if request.method == "POST" else show(request)


def show(request: HttpRequest) -> HttpResponse:
    """What is being made and what waits. The page asks again by itself, without script."""
    now = timezone.now()
    own = Export.objects.filter(request__user_id=account(request).pk, request__kind__in=KINDS)
    own = own.filter(request__filing_key=None).select_related("request")
    running = own.filter(state__in=MAKING, request__state=State.EXECUTING).first()
    ready = own.filter(state=Export.State.READY, expires_at__gt=now)
    context = {
        "running": running and progress(running),
        "again": 2 if running and now - running.created_at < QUICK else 15,  # seconds
        "ready": ready.filter(request__state=State.AWAITING_REQUESTER).order_by("-ready_at"),
        "troubled": own.filter(request__state=State.NEEDS_OPERATOR).last(),
    }
    return render(request, "privacy/download.html", context)


def progress(export: Export) -> dict[str, Any]:
    known = export.position.get("sources", [])
    passed = export.done / export.total if export.total else 0
    return {
        "asked": export.created_at,
        "sources": len(known),
        "through": export.position.get("source", 0),
        "bars": bars(passed) if known else 0,
        "of": BARS,
    }


@signed_in_again
def order(request: HttpRequest) -> HttpResponse:
    if not limits.allows("download", str(request.user.pk), times=10, within=HOUR):
        answer = render(request, "privacy/too_often.html", status=429)
        answer["Retry-After"] = str(int(HOUR.total_seconds()))
        return answer
    portable = request.POST.get("kind") == "portable"
    delivery.ask(account(request), portable=portable, now=timezone.now())
    return redirect("privacy:download")


@never_cache
@login_required
@require_POST
@signed_in_again
def hand_out(request: HttpRequest, reference: str) -> HttpResponseBase:
    own = Request.objects.filter(user_id=account(request).pk, filing_key=None, kind__in=KINDS)
    case = get_object_or_404(own, reference=reference)
    if answer := delivery.hand_out(case, now=timezone.now()):
        return answer
    messages.info(request, _("This file can no longer be downloaded. You can ask for a new one."))
    return redirect("privacy:download")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fetch(request: HttpRequest, token: str) -> HttpResponseBase:
    """The link that hands out a guest's data, once; looking at the page costs nothing."""
    case = links.behind(token, links.Door.FETCH).filter(kind__in=KINDS).first()
    now = timezone.now()
    export = delivery.ready(case, now=now) if case else None
    if case is None or export is None or request.method != "POST":
        context = {"case": case, "export": export, "over": export is None}
        status = 200 if export else 410 if case else 404
        return render(request, "privacy/fetch.html", context, status=status)
    return delivery.hand_out(case, now=now) or redirect("privacy:fetch", token)
