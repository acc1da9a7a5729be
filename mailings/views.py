from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cookies.origin import same_origin
from mailings import leaving, limits, signing_up
from mailings.forms import SignUpForm
from mailings.personal_data import WORDING

SAFE = ["GET", "HEAD"]


@same_origin
@require_http_methods([*SAFE, "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """The footer's form. One answer for every address."""
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and limits.exceeded(request):
        return _too_many(request)
    if form.is_valid():
        language = translation.get_language() or "nl"
        signing_up.ask(form.cleaned_data["email"], language=language, now=timezone.now())
        return redirect("mailings:check")
    return render(request, "mailings/sign_up.html", {"form": form})


def _too_many(request: HttpRequest) -> HttpResponse:
    answer = render(request, "429.html", status=429)
    answer["Retry-After"] = str(limits.WITHIN)
    return answer


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    return render(request, "mailings/check.html")


@never_cache
@require_http_methods([*SAFE, "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing, for scanners open it too; the button does."""
    if request.method == "POST":
        if not signing_up.confirm(token, now=timezone.now()):
            return _expired(request)
        return redirect(request.path)
    if signing_up.confirmed(token):
        return render(request, "mailings/confirmed.html")
    if signing_up.pending(token, now=timezone.now()):
        return render(request, "mailings/confirm.html", {"wording": WORDING})
    return _expired(request)


def _expired(request: HttpRequest) -> HttpResponse:
    return render(request, "mailings/expired.html", status=404)


@csrf_exempt
@never_cache
@require_http_methods([*SAFE, "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """For people and, by RFC 8058, for their mail programs: no cookie, no sign-in, no redirect."""
    subscription = leaving.subscription_of(token)
    if subscription is None:
        raise Http404
    if request.method == "POST":
        leaving.unsubscribe(subscription, now=timezone.now())
    done = request.method == "POST" or subscription.has_ended
    with translation.override(subscription.language):
        return render(request, "mailings/unsubscribe.html", {"done": done})


@login_required
@never_cache
@require_http_methods([*SAFE, "POST"])
def subscriptions(request: HttpRequest) -> HttpResponse:
    """The newsletter, on and off, in the account."""
    if request.method == "POST":
        _switch(request)
        return redirect("mailings:subscriptions")
    context = {
        "subscription": leaving.subscribed(request.user),
        "verified": signing_up.verified(request.user),
        "wording": WORDING,
    }
    return render(request, "mailings/subscriptions.html", context)


def _switch(request: HttpRequest) -> None:
    now, language = timezone.now(), translation.get_language() or "nl"
    if not request.POST.get("newsletter"):
        leaving.leave(request.user, now=now)
        messages.success(request, _("Off. No more letters, also none that were queued."))
    elif signing_up.verified(request.user):
        signing_up.join(request.user, language=language, now=now)
        messages.success(request, _("On. The next letter comes to you too."))
    else:
        signing_up.ask(request.user.email, language=language, now=now)  # type: ignore[union-attr]
        messages.info(request, _("Follow the link in the message that we sent to your address."))
