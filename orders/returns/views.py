"""The withdrawal function: two steps and a receipt, the same for guests and accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orders import limits
from orders.models import Order, Withdrawal
from orders.returns import doing, taking_up, withdrawing, worth
from orders.returns.forms import ConfirmForm, WithdrawalForm, new_nonce
from orders.returns.pieces import everything, left
from orders.returns.withdrawing import Statement

FORMS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(FORMS)
def withdraw(request: HttpRequest, token: str = "") -> HttpResponse:
    """Step one: who, which order, and what of it. Nothing is kept yet."""
    order = get_object_or_404(Order, token=token) if token else None
    form = _form(request, order)
    if request.method != "POST" or not form.is_valid():
        why_not = doing.why_not_withdraw(order, timezone.now()) if order else ""
        page = {"form": form, "order": order, "why_not": why_not}
        return render(request, "orders/withdraw.html", page)
    return _to_confirm(request, form, order)


@never_cache
@require_http_methods(FORMS)
def confirm(request: HttpRequest, token: str = "") -> HttpResponse:
    """Step two, the control that declares it; pressed twice it declares once."""
    order = get_object_or_404(Order, token=token) if token else None
    form, pressed = _form(request, order), ConfirmForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return withdraw(request, token)
    if not pressed.is_valid():
        return _to_confirm(request, form, order)
    said = replace(_statement(form, order), nonce=pressed.cleaned_data["nonce"])
    if _too_often(request, said):
        return _to_confirm(request, form, order, too_often=True)
    kept = withdrawing.declare(said, now=timezone.now())
    if order:
        taking_up.take_up(kept, now=timezone.now())
        return redirect("orders:withdrawn-order", order.token, kept.nonce)
    return redirect("orders:withdrawn", kept.nonce)


def _too_often(request: HttpRequest, said: Statement) -> bool:
    """Counted for each order, so that who knows but an address keeps nobody from declaring."""
    if Withdrawal.objects.filter(nonce=said.nonce).exists():  # pressed twice
        return False
    which = said.order.token if said.order else f"{said.email} {said.number}"
    return limits.exceeded(request, "withdraw", which)


@never_cache
@require_safe
def withdrawn(request: HttpRequest, nonce: str, token: str = "") -> HttpResponse:
    """The receipt, by the key that only this form had; it says no more than was declared."""
    rows = Withdrawal.objects.filter(order__token=token) if token else Withdrawal.objects.all()
    page = {"said": get_object_or_404(rows, nonce=nonce), "token": token}
    return render(request, "orders/withdrawn.html", page)


def _form(request: HttpRequest, order: Order | None) -> WithdrawalForm:
    said = request.POST if request.method == "POST" else None
    known: dict[str, Any] = {}
    if order:
        known = {"name": order.billing_name, "number": order.number, "email": order.email}
    return WithdrawalForm(said, initial=known, left=left(order) if order else [])


def _statement(form: WithdrawalForm, order: Order | None) -> Statement:
    said = form.cleaned_data
    lines = everything(form.left) if form.whole else form.chosen
    return Statement(
        nonce="",
        name=said["name"],
        number=order.number if order else said["number"],
        email=said["email"],
        language=get_language() or "nl",
        whole=form.whole,
        words="" if form.whole or order else said["words"],
        lines=lines,
        order=order,
    )


def _to_confirm(
    request: HttpRequest, form: WithdrawalForm, order: Order | None, *, too_often: bool = False
) -> HttpResponse:
    said = _statement(form, order)
    page = {
        "form": form,
        "order": order,
        "said": said,
        "nonce": new_nonce(),
        "back": worth.of(order, said.lines) if order else None,
        "too_often": too_often,
    }
    answer = render(request, "orders/withdraw_confirm.html", page, status=429 if too_often else 200)
    if too_often:
        answer["Retry-After"] = str(limits.WITHIN)
    return answer
