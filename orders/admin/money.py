"""The money page: what was sold and given back, its VAT, and the files for the bookkeeper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import cast

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from orders import countries
from orders.models import Invoice
from orders.paper import books, export
from orders.paper.books import Term

MONTH = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")
QUARTER = re.compile(r"(2[0-9]{3})-Q([1-4])")


def urls(site: admin.AdminSite) -> list[URLPattern]:
    view = site.admin_view(file)
    return [
        path("money/", site.admin_view(page), name="orders_money"),
        *(
            path(f"money/{kind}/<slug:term>.csv", view, {"kind": kind}, f"orders_money_{kind}")
            for kind in FILES
        ),
    ]


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    _may_look(request)
    month = _month(request.GET.get("month", "")) or Term.month(timezone.localdate())
    rates = books.rates(month)
    context = {
        **admin.site.each_context(request),
        "title": _("Money"),
        "month": month,
        "months": books.months(month.first.year),
        "years": [month.first.year - 1, month.first.year + 1],
        "home": [rate for rate in rates if not rate.oss],
        "abroad": [(countries.title(rate.country), rate) for rate in rates if rate.oss],
        "quarter": Term.quarter(month.first),
        "shares": _named(Term.quarter(month.first)),
        "differences": _differences(request),
    }
    return render(request, "orders/admin/money.html", context)


@never_cache
@require_safe
def file(request: HttpRequest, kind: str, term: str) -> HttpResponseBase:
    """A download, streamed; who took it is on record."""
    _may_look(request)
    read, lines = FILES[kind]
    asked = read(term)
    if asked is None:
        raise Http404
    name = f"soocas-{kind}-{asked.name}.csv"
    if request.method == "GET":
        _log(request, name)
    answer = StreamingHttpResponse(lines(asked), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _may_look(request: HttpRequest) -> None:
    if not request.user.has_perms(["orders.view_invoice", "orders.view_creditnote"]):
        raise PermissionDenied


def _log(request: HttpRequest, name: str) -> None:
    LogEntry.objects.create(
        user=cast("User", request.user),
        content_type=ContentType.objects.get_for_model(Invoice),
        object_repr=name,
        action_flag=CHANGE,
        change_message="exported",
    )


def _month(text: str) -> Term | None:
    """2026-11."""
    found = MONTH.fullmatch(text)
    return Term.month(date(int(found[1]), int(found[2]), 1)) if found else None


def _quarter(text: str) -> Term | None:
    """2026-Q4."""
    found = QUARTER.fullmatch(text)
    return Term.quarter(date(int(found[1]), int(found[2]) * 3, 1)) if found else None


FILES: dict[str, tuple[Callable[[str], Term | None], Callable[[Term], Iterator[str]]]] = {
    "vat": (_month, export.month),
    "oss": (_quarter, export.quarter),
}


def _named(quarter: Term) -> list[tuple[str, str, books.Share]]:
    """Shares with their country's name and the earlier quarter they correct."""
    return [
        (countries.title(share.country), share.quarter.name * (share.quarter != quarter), share)
        for share in books.quarter(quarter)
    ]


def _differences(request: HttpRequest) -> str:
    """Where our books and PayPal's are compared, if the reader may see it."""
    if not request.user.has_perm("orders.view_difference"):
        return ""
    try:
        return reverse("admin:orders_difference_changelist")
    except NoReverseMatch:
        return ""
