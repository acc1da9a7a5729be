"""The site of the administration, with what holds for every page of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

View = Callable[..., HttpResponse]
ERROR_FLAG = "e"  # as Django's lists call it: the list, and that it was asked something unknown


class DeskConfig(AdminConfig):
    default = True
    default_site = "soocas.desk.Desk"


class Desk(AdminSite):
    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return readable(super().admin_view(view, cacheable))


def readable(view: View) -> View:
    """Answer what no page can read in its address as Django's lists answer an unknown filter."""

    @wraps(view)
    def look(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refused = HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        if any("\x00" in said for name, typed in request.GET.lists() for said in (name, *typed)):
            return refused
        try:
            return view(request, *args, **kwargs)
        except OverflowError:  # a year that no calendar has
            if request.method != "GET" or not request.GET:
                raise
            return refused

    return look
