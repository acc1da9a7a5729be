"""Saying what is wrong or incomplete: choose the thing, change what is wrong, or add to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from privacy import subjects
from privacy.corrections import desk, disputable, filing, to_go_on
from privacy.corrections.disputable import Thing
from privacy.corrections.form import AroundForm, Difference, StatementForm
from privacy.corrections.proposing import propose
from privacy.models.requests import Kind
from privacy.requests.filing import Account
from privacy.requests.subject import subject_of
from privacy.requests.undecided import NotPossible
from privacy.subjects import Subject
from privacy.views.public import no_such_link

File = Callable[[Thing, Any, str], None]
DECIDED = _("An officer has begun to decide: nothing can be changed in this request now.")
both = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@login_required
@both
def dispute(request: HttpRequest) -> HttpResponse:
    """A signed-in person proposes a difference."""
    user, now = cast("Account", request.user), timezone.now()

    def file(thing: Thing, said: Any, message: str) -> None:
        filing.file_difference(user, thing, said.changed(), message, now=now)

    return own(request, Kind.RECTIFICATION, file)


@never_cache
@login_required
@both
def complete(request: HttpRequest) -> HttpResponse:
    """A signed-in person puts a statement beside a record."""
    user, now = cast("Account", request.user), timezone.now()

    def file(thing: Thing, said: Any, message: str) -> None:
        filing.file_statement(user, thing, said.cleaned_data["statement"], message, now=now)

    return own(request, Kind.COMPLETION, file)


def own(request: HttpRequest, kind: Kind, file: File) -> HttpResponse:
    try:
        again = step(request, subjects.of(request.user), kind, file)
    except NotPossible:
        messages.info(request, DECIDED)
        return redirect("privacy:requests")
    if again is None:
        messages.success(request, _("The officer has your request. You see here how it goes on."))
    return again or redirect("privacy:requests")


@never_cache
@both
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A guest who proved his address goes on with what he asked for."""
    case, now = to_go_on.behind(token), timezone.now()
    if case is None:
        return no_such_link(request)

    def file(thing: Thing, said: Any, message: str) -> None:
        if case.kind == Kind.COMPLETION:
            filing.add_statement(case, thing, said.cleaned_data["statement"], now=now)
        else:
            propose(case, thing, said.changed(), now=now)

    try:
        shown = {"case": case, "corrections": desk.differences(case)}
        again = step(request, subject_of(case), Kind(case.kind), file, **shown)
    except NotPossible:
        messages.info(request, DECIDED)
        return redirect("privacy:filed", case.reference)
    if again is None:
        messages.success(request, _("The officer has it. Is something else wrong? Add it here."))
    return again or redirect("privacy:correct-by-link", token)


def step(
    request: HttpRequest, subject: Subject, kind: Kind, file: File, **context: Any
) -> HttpResponse | None:
    """The page to choose a thing, or the one to say it; None once that is filed."""
    chosen = request.POST.get("what") or request.GET.get("what", "")
    thing = disputable.find(subject, chosen) if chosen else None
    context |= {"kind": kind, "thing": thing, "statement": kind == Kind.COMPLETION}
    page = "privacy/dispute_by_link.html" if "case" in context else "privacy/dispute.html"
    if thing is None:
        context |= {"things": disputable.things(subject), "unknown": bool(chosen)}
        return render(request, page, context)
    data = request.POST if request.method == "POST" else None
    said = StatementForm(data) if context["statement"] else Difference(thing, data)
    around = AroundForm(data)
    if data is not None and said.is_valid() and around.is_valid():
        file(thing, said, around.cleaned_data["message"])
        return None
    return render(request, page, {**context, "said": said, "around": around})
