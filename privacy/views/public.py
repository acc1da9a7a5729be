"""The pages that need no account: the request form and its code, the links from letters, the policy."""  # noqa: E501

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from privacy import limits, processing
from privacy.corrections import to_go_on
from privacy.forms import OTHERS, RIGHTS, WORDS, CodeForm, InquiryForm, ReplyForm
from privacy.models import Request
from privacy.models.requests import Kind, State
from privacy.requests import asking, decisions, filing, links, proof

HOUR = timedelta(hours=1)
ASKED, TRIED = 30, 40  # requests and codes of one connection an hour: each kind, and mistakes


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy/index.html")


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "privacy/policy.html",
        {"activities": processing.activities(), "recipients": processing.recipients()},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """A question, a complaint or a review: a case with a clock, answered by mail."""
    return asked(request, "privacy/contact.html", kinds=WORDS, first=Kind.QUESTION)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inquire(request: HttpRequest) -> HttpResponse:
    return asked(request, "privacy/request.html", kinds=RIGHTS + WORDS, first=Kind.ACCESS)


def asked(request: HttpRequest, template: str, *, kinds: Any, first: Kind) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = InquiryForm(data, kind=request.GET.get("kind", first), kinds=kinds)
    if request.method != "POST" or not form.is_valid():
        return render(request, template, {"form": form})
    inquiry = form.inquiry()
    if not may_ask(request, addresses=1 + len(inquiry.others)):
        return too_often(request)
    cases = filing.file_inquiries(inquiry, now=timezone.now())
    return redirect(code_page([case.reference for case in cases]))


def code_page(references: list[str]) -> str:
    """Where the code of the first is typed; the others wait there for theirs."""
    page = reverse("privacy:code", args=[references[0]])
    return f"{page}?{urlencode({'next': references[1:]}, doseq=True)}" if references[1:] else page


def may_ask(request: HttpRequest, *, addresses: int) -> bool:
    """Counted of who asks, never of whom he names: see ``proof.send_code`` for that."""
    client = limits.network(request)
    each = [limits.allows("request", client, times=ASKED, within=HOUR) for _one in range(addresses)]
    return all(each)


def may_try(request: HttpRequest) -> bool:
    return limits.allows("try", limits.network(request), times=TRIED, within=HOUR)


def too_often(request: HttpRequest) -> HttpResponse:
    answer = render(request, "privacy/too_often.html", status=429)
    answer["Retry-After"] = str(int(HOUR.total_seconds()))
    return answer


def inquiries(reference: str) -> Request:
    """A request from the public form, by its number; anything else is not found."""
    return get_object_or_404(Request, reference=reference, filing_key__isnull=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, reference: str) -> HttpResponse:
    case, others = inquiries(reference), following(request)
    if case.state != State.AWAITING_VERIFICATION:
        return redirect(code_page(others) if others else filed_page(case))
    if "again" in request.POST:
        return another_code(request, case)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not may_try(request):
            return too_often(request)
        if accepted(case, form):
            return redirect(code_page(others) if others else onward(case))
    return render(request, "privacy/code.html", {"form": form, "case": case, "others": others})


def accepted(case: Request, form: CodeForm) -> bool:
    try:
        proof.prove(case, form.cleaned_data["code"], now=timezone.now())
    except proof.ProofRefused as refused:
        form.add_error("code", why_refused(refused))
        return False
    return True


def filed_page(case: Request) -> str:
    return reverse("privacy:filed", args=[case.reference])


def following(request: HttpRequest) -> list[str]:
    """The requests of the other addresses in the form, whose codes come next."""
    typed = request.GET.getlist("next")[:OTHERS]
    return [reference for reference in typed if re.fullmatch(r"V(-[0-9A-Z]{4}){3}", reference)]


def onward(case: Request) -> str:
    """Who just proved his address says at once what is wrong, if that is what he asked."""
    case.refresh_from_db()
    if case.kind in to_go_on.BY_LINK:
        return reverse("privacy:correct-by-link", args=[to_go_on.token_of(case)])
    return filed_page(case)


def another_code(request: HttpRequest, case: Request) -> HttpResponse:
    form, sent = CodeForm(), True
    try:
        proof.send_code(case, now=timezone.now())
    except proof.NoMoreCodes as refused:
        form, sent = CodeForm({"code": "000000"}), False
        form.add_error("code", why_refused(refused))
    return render(
        request,
        "privacy/code.html",
        {"form": form, "case": case, "sent": sent, "others": following(request)},
    )


def why_refused(refused: proof.ProofRefused) -> str:
    match refused:
        case proof.WrongCode(left=left):
            return ngettext(
                "That code is not right. %(left)s try left.",
                "That code is not right. %(left)s tries left.",
                left,
            ) % {"left": left}
        case proof.CodeLocked():
            return _("That code was tried too often. Ask for a new one.")
        case proof.NoMoreCodes():
            return _("You had three codes for this request. Please send a new request.")
        case _other:
            return _("That code is no longer valid. Ask for a new one.")


@never_cache
@require_safe
def filed(request: HttpRequest, reference: str) -> HttpResponse:
    case = inquiries(reference)
    if case.state == State.AWAITING_VERIFICATION:
        return redirect("privacy:code", case.reference)
    context = {"case": case, "by_us": proof.written_down_by_us(case)}
    return render(request, "privacy/filed.html", context)


def no_such_link(request: HttpRequest) -> HttpResponse:
    """A link that is unknown, has had its use, or is for another page; it says not which."""
    return render(request, "privacy/no_link.html", status=404)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """The link that takes a deletion back; looking changes nothing, so link scanners do no harm."""
    case = links.behind(token, links.Door.KEEP).filter(kind=Kind.ERASURE).first()
    if case is None:
        return no_such_link(request)
    if request.method == "POST":
        try:
            decisions.withdraw(case, now=timezone.now())
        except decisions.NotPossible:
            case.refresh_from_db()
        if case.state != State.WITHDRAWN:
            raise Http404
        return redirect("privacy:keep", token)
    return render(request, "privacy/keep.html", {"case": case})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """The link to a question of the officer; looking at it answers nothing."""
    case = asking.behind(token)
    if case is None:
        return no_such_link(request)
    form = ReplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and case.asked_at and form.is_valid():
        with suppress(decisions.NotPossible):  # answered in another tab, or decided this moment
            asking.reply(case, form.cleaned_data["reply"], now=timezone.now())
        return redirect("privacy:reply", token)
    context = {"case": case, "form": form, "question": asking.question_of(case)}
    return render(request, "privacy/reply.html", context)
