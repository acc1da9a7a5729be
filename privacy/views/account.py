"""A signed-in person's own pages: what we hold, take it along, correct it, have it deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from privacy import erasure, rectification, subjects, writings
from privacy.clock import clock
from privacy.holdings import handovers, holdings
from privacy.latest import latest
from privacy.models import Request
from privacy.requests import filing, standstill, unproved
from privacy.requests.receipt import receipt

HOUR = timedelta(hours=1)
View = TypeVar("View", bound=Callable[..., HttpResponseBase])
signed_in_again = cast("Callable[[View], View]", reauthentication_required)  # allauth has no types


def account(request: HttpRequest) -> filing.Account:
    return cast("filing.Account", request.user)


@never_cache
@login_required
@require_safe
def centre(request: HttpRequest) -> HttpResponse:
    collected = latest(subjects.of(request.user))
    open_case = Request.objects.filter(user_id=account(request).pk, closed_at=None).first()
    now = timezone.now()
    held = holdings(collected, now)
    context = {
        "holdings": held,
        "count": sum(holding.count for holding in held),
        "recipients": handovers(collected),
        "open_case": open_case,
        "now": now,
    }
    return render(request, "privacy/centre.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    subject = subjects.of(request.user)
    forms = rectification.forms(subject, data)
    if data is not None and rectification.save(forms, subject, timezone.now()):
        messages.success(request, _("It has been corrected, everywhere we use it."))
        return redirect("privacy:correct")
    wrong = any(form.errors for form in forms)
    rows = [explained(form) for form in forms]
    return render(request, "privacy/correct.html", {"rows": rows, "forms": forms, "wrong": wrong})


def explained(form: Any) -> dict[str, Any]:
    """A form with the name of what it is about, and for each field the declaration's note."""
    meta = form.instance._meta
    fields = [(bound, f"{meta.label}:{bound.name}") for bound in form]
    return {"title": capfirst(meta.verbose_name), "form": form, "fields": fields}


@never_cache
@login_required
@signed_in_again
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST":
        filing.file_deletion(account(request), now=now)
        return redirect("privacy:scheduled")
    if filing.running_deletion(account(request)):
        return redirect("privacy:scheduled")
    subject, language = subjects.of(request.user), get_language() or "nl"
    plan = receipt(erasure.preview(subject, now), language, now)
    plan["unproved"] = unproved.named(subject, language)
    context = {"plan": plan, "now": now, "until": now + settings.COOLING_OFF}
    context["texts"] = writings.count(subjects.of(request.user))
    return render(request, "privacy/delete.html", context)


@never_cache
@login_required
@require_safe
def scheduled(request: HttpRequest) -> HttpResponse:
    case = filing.running_deletion(account(request))
    if case is None:
        return redirect("privacy:requests")
    ground = standstill.ground_of(case, get_language() or "nl")
    return render(request, "privacy/scheduled.html", {"case": case, "still_ground": ground})


@never_cache
@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    own = Request.objects.filter(user_id=account(request).pk).prefetch_related("events")
    context = {
        "running": [(case, clock(case, now)) for case in own.filter(closed_at=None)],
        "past": own.exclude(closed_at=None).order_by("-received_at")[:50],
    }
    return render(request, "privacy/requests.html", context)
