"""A signed-in person's requests: each with its story and what can be done, and a new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from privacy import duties, looks, remedies, subjects
from privacy.clock import clock
from privacy.corrections import desk
from privacy.forms import AppealForm, ReplyForm, WishForm
from privacy.holdings import handovers
from privacy.latest import latest
from privacy.models import Duty, Note, Request
from privacy.models.requests import Kind, State
from privacy.requests import asking, decisions, filing, reviewing, standstill
from privacy.requests.filing import Wish
from privacy.views.account import account

SHARED = (Note.Kind.QUESTION, Note.Kind.REPLY, Note.Kind.STATEMENT, Note.Kind.DELAY, Note.Kind.HOLD)
WITHDRAWABLE = (State.COOLING_OFF, State.IN_ASSESSMENT, State.NEEDS_OPERATOR)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """One request of the person's own; anybody else's is not found."""
    found = get_object_or_404(Request, reference=reference, user_id=account(request).pk)
    again: dict[str, Any] | None = {}
    if request.method == "POST":
        try:
            again = ACTS.get(request.POST.get("do", "withdraw"), withdraw)(request, found)
        except decisions.NotPossible:
            messages.info(request, _("This request has already ended."))
            again = None
    if again is None:
        return redirect("privacy:requests")
    return render(request, "privacy/case.html", context(found) | again)


def context(found: Request) -> dict[str, Any]:
    now, language = timezone.now(), get_language() or "nl"
    return {
        "case": found,
        "clock": clock(found, now),
        "still_ground": standstill.ground_of(found, language),
        "notes": found.notes.filter(kind__in=SHARED).exclude(text=""),
        "corrections": desk.differences(found),
        "told": duties.told(duties.shown(found.duties.all(), now), language),
        "question": asking.question_of(found),
        "remedies": remedies.of(found.country, language),
        "reply_form": ReplyForm(),
        "appeal_form": AppealForm() if may_appeal(found) else None,
        "may_withdraw": found.asked_at or (found.state in WITHDRAWABLE and not found.sealed),
    }


def may_appeal(found: Request) -> bool:
    return reviewing.decided(found) and found.kind != Kind.APPEAL


def withdraw(request: HttpRequest, found: Request) -> None:
    decisions.withdraw(found, now=timezone.now())
    messages.success(request, _("Your request has been withdrawn. Nothing was done with it."))


def reply(request: HttpRequest, found: Request) -> dict[str, Any] | None:
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return {"reply_form": form}
    asking.reply(found, form.cleaned_data["reply"], now=timezone.now())
    messages.success(request, _("The officer has your answer."))
    return None


def appeal(request: HttpRequest, found: Request) -> dict[str, Any] | None:
    form = AppealForm(request.POST)
    if not form.is_valid():
        return {"appeal_form": form}
    if not may_appeal(found):
        raise decisions.NotPossible
    wish = Wish(Kind.APPEAL, form.cleaned_data["message"], country=found.country, about=found)
    filing.file_own(account(request), wish, now=timezone.now())
    messages.success(request, _("Somebody else looks at it now."))
    return None


ACTS: dict[str, Callable[[HttpRequest, Request], dict[str, Any] | None]] = {
    "withdraw": withdraw,
    "reply": reply,
    "appeal": appeal,
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """A new request, from the account: being signed in is proof enough."""
    data = request.POST if request.method == "POST" else None
    form = WishForm(data, kind=request.GET.get("kind", ""))
    if data is not None and form.is_valid():
        said = form.cleaned_data
        wish = Wish(Kind(said["kind"]), said["message"], country=said["country"])
        filing.file_own(account(request), wish, now=timezone.now())
        messages.success(request, _("The officer has your request. You see here how it goes on."))
        return redirect("privacy:requests")
    return render(request, "privacy/ask.html", {"form": form})


@never_cache
@login_required
@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """Who received what, what they were told since, what they answered; and who looked here."""
    subject = subjects.of(request.user)
    owed = Duty.objects.filter(request__user_id=account(request).pk).select_related("request")
    mine = duties.shown(owed, timezone.now())
    tellings = duties.told(mine.order_by("-opened_at"), get_language() or "nl")
    shown = {
        "recipients": handovers(latest(subject)),
        "duties": list(zip(mine.order_by("-opened_at"), tellings, strict=True)),
        "looks": looks.looks_of(subject)[:200],
    }
    return render(request, "privacy/told.html", shown)
