"""The account centre: who I am, where I live, how I sign in."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import sessions
from accounts.forms import AddressForm, ProfileForm
from accounts.models import Address, User


def who(request: HttpRequest) -> User:
    return cast("User", request.user)


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/overview.html", {"account": who(request)})


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=who(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@login_required
@require_GET
def addresses(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/addresses.html", {"addresses": who(request).addresses.all()})


@login_required
@require_http_methods(["GET", "POST"])
def address(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add an address, or change one of one's own; another person's is not there."""
    user = who(request)
    row = get_object_or_404(user.addresses, pk=pk) if pk is not None else Address(user=user)
    form = AddressForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The address is saved."))
        return redirect("accounts:addresses")
    return render(request, "accounts/address.html", {"form": form, "address": row})


@login_required
@require_http_methods(["GET", "POST"])
def address_delete(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(who(request).addresses, pk=pk)
    if request.method == "POST":
        row.delete()
        messages.success(request, _("The address is deleted."))
        return redirect("accounts:addresses")
    return render(request, "accounts/address_delete.html", {"address": row})


@login_required
@require_GET
def safety(request: HttpRequest) -> HttpResponse:
    others = sessions.of(who(request)).exclude(session_key=request.session.session_key)
    words = {"account": who(request), "others": sessions.signed_in(others)}
    return render(request, "accounts/safety.html", words)


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    sessions.of(who(request)).exclude(session_key=request.session.session_key).delete()
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("accounts:safety")
