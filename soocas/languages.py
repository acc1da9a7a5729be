"""The language of a page is in its address; a choice is kept only where the visitor allowed it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import translate_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_path
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_cookie

from cookies.origin import same_origin

KEPT = timedelta(days=180)


def known(language: str) -> str:
    """The language itself if the shop speaks it, else its first one."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def address_in(address: str, language: str) -> str:
    """The same page in that language; its front page, where the page has no twin."""
    with translation.override(get_language_from_path(address) or settings.LANGUAGE_CODE):
        twin = translate_url(address, language)  # knows only the addresses of its own language
    return twin if twin.startswith(f"/{language}/") else f"/{language}/"


@require_safe
@vary_on_cookie
def door(request: HttpRequest) -> HttpResponse:
    """The bare address: Dutch, or the language that the visitor chose before."""
    chosen = known(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    return redirect(f"/{chosen}/")


@same_origin
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Go on in another language. The guard takes the cookie out again unless it is allowed."""
    language = known(request.POST.get("language", ""))
    address = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        address = "/"
    answer = redirect(address_in(address, language))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=KEPT,
        httponly=True,
        secure=settings.PRODUCTION,
        samesite="Lax",
    )
    return answer
