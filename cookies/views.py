from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cookies import choosing, consent, rate
from cookies import receipt as receipts
from cookies.consent import Choice
from cookies.forms import ChoiceForm
from cookies.origin import same_origin

GPC_SINCE = "2026-11-24"


@never_cache
@require_safe
def preferences(request: HttpRequest) -> HttpResponse:
    return render(request, "cookies/preferences.html")


@never_cache
@same_origin
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """A plain form's POST, or a script's; a refused one changes nothing."""
    wait = rate.seconds_to_wait(request, now=timezone.now())
    if wait:
        return _refused(request, 429, {"Retry-After": str(wait)})
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return _refused(request, 400)
    stored = consent.of(request).choice
    try:
        choice = choosing.choose(form.answer(), stored, now=timezone.now())
    except choosing.Outdated:
        return _refused(request, 409)
    response = _done(request, choice, form.cleaned_data["next"])
    consent.keep(request, response, choice)
    return response


def _done(request: HttpRequest, choice: Choice, target: str) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"version": choice.version, "accepted": sorted(choice.accepted)})
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(target, hosts, require_https=request.is_secure())
    return redirect(target if safe else "/")


def _by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refused(
    request: HttpRequest, status: int, headers: dict[str, str] | None = None
) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"error": status}, status=status, headers=headers)
    language = request.POST.get("language", "")
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(known):
        template = "429.html" if status == 429 else "cookies/preferences.html"
        response = render(request, template, {"refused": status}, status=status)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


@never_cache
@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """A file with this browser's own choice and the notice it was made under."""
    choice = consent.of(request).choice
    if choice is None:
        raise Http404
    headers = {"Content-Disposition": 'attachment; filename="soocas-cookies.json"'}
    return JsonResponse(receipts.of(choice), headers=headers, json_dumps_params={"indent": 2})


@require_safe
def gpc(request: HttpRequest) -> HttpResponse:
    """That Global Privacy Control is honoured here."""
    return JsonResponse({"gpc": True, "lastUpdate": GPC_SINCE})
