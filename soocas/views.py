"""The pages of the house itself: the front page, and the pages for when something is wrong."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_from_path
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from catalog.models import Category, Product

HERO = "stil-pro"  # the product that the words of the front page speak of
BEGINNINGS = 4


@require_safe
@vary_on_cookie
def door(request: HttpRequest) -> HttpResponse:
    """The bare address: Dutch, or the language that the visitor chose before."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return redirect(f"/{language}/")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    products = Product.objects.on_sale().for_cards()
    context = {
        "hero": products.filter(slug=HERO).first(),
        "doors": Category.objects.exclude(drawing=""),
        "beginnings": products.first_of_each_category()[:BEGINNINGS],
    }
    return render(request, "soocas/home.html", context)


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Where Django sends a form whose token is missing or old."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Needs no database, session or context: any of them may be what broke."""
    language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
    with translation.override(language):
        return HttpResponseServerError(render_to_string("500.html", {"home": f"/{language}/"}))
