"""The shop's addresses, and some that fail in every way."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import path

from soocas.urls import *  # noqa: F403
from soocas.urls import urlpatterns as shop


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def forbids(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def suspects(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("on purpose")


def takes(request: HttpRequest) -> HttpResponse:
    return HttpResponse("taken")


urlpatterns = [
    *i18n_patterns(
        path("breaks/", breaks),
        path("forbids/", forbids),
        path("suspects/", suspects),
        path("takes/", takes),
    ),
    path("breaks/", breaks),
    *shop,
]
