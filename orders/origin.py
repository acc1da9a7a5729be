"""A form without a CSRF token, so that a page with it can be the same for everyone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def same_origin(view: View) -> View:
    """Take the browser's word that the form stood on one of our own pages."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        site = request.headers.get("Sec-Fetch-Site", "")
        origin = urlsplit(request.headers.get("Origin", "")).netloc
        if site != "same-origin" and origin != request.get_host():
            return HttpResponseForbidden()
        return view(request, *args, **kwargs)

    return wrapped
