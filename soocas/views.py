"""The pages of the house itself: the front page, and the pages for when something is wrong."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_from_path
from django.views.decorators.http import require_safe

from catalog.models import Category, Product

HERO = "stil-pro"  # the product that the words of the front page speak of
BEGINNINGS = 4
OWN = ("account", "cart", "checkout", "orders", "search")


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


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What a search engine may read: the shelves, not anybody's own pages."""
    own = [f"/{code}/{room}/" for code, _ in settings.LANGUAGES for room in OWN]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in [*own, "/admin/", "/u/"])]
    lines += ["", f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
