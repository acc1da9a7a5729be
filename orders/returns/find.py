"""Find my order: whoever asks, the link goes to the order's own address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orders import finding, limits
from orders.returns.forms import FindForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "orders/find.html", {"form": form})
    said = form.cleaned_data
    if limits.exceeded(request, "find", said["email"]):
        answer = render(request, "orders/find.html", {"form": form, "too_often": True}, status=429)
        answer["Retry-After"] = str(limits.WITHIN)
        return answer
    finding.look_for(said["number"], said["email"], now=timezone.now())
    return redirect("orders:found")


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "orders/found.html")
