"""The buttons of a case page that take words, one function each: the form, then one service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext

from privacy import officer_forms, stops
from privacy.models import Request
from privacy.models.requests import Kind, Refusal, Topic
from privacy.requests import arriving, asking, decisions, extending, merging, reviewing, timing
from privacy.requests.events import Actor, officer
from privacy.requests.receipt import recipients
from privacy.requests.subject import subject_of

Deed = Callable[[HttpRequest, Request], "dict[str, Any] | None"]


def by(request: HttpRequest) -> Actor:
    return officer(cast("int", request.user.pk))


def refuse(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = officer_forms.RefusalForm(request.POST, case=case)
    if not form.is_valid():
        return {"refusal_form": form}
    ground, reasons = Refusal(form.cleaned_data["ground"]), form.cleaned_data["reasons"]
    decisions.refuse(case, ground, reasons, by=by(request), now=timezone.now())
    return None


def answer(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = officer_forms.AnswerForm(request.POST)
    if not form.is_valid():
        return {"answer_form": form}
    decisions.answer(case, form.cleaned_data["answer"], by=by(request), now=timezone.now())
    return None


def otherwise(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = officer_forms.OtherwiseForm(request.POST)
    if not form.is_valid():
        return {"otherwise_form": form}
    way, reason = arriving.Way(form.cleaned_data["way"]), form.cleaned_data["how"]
    arriving.otherwise(case, way, reason, by=by(request), now=timezone.now())
    return None


def ask(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = officer_forms.QuestionForm(request.POST)
    if not form.is_valid():
        return {"question_form": form}
    said = form.cleaned_data
    question = asking.Question(Topic(said["topic"]), said["question"], said["doubt"])
    asking.ask(case, question, by=by(request), now=timezone.now())
    return None


def extend(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = officer_forms.DelayForm(request.POST)
    if not form.is_valid():
        return {"delay_form": form}
    cause, reasons = extending.Cause(form.cleaned_data["cause"]), form.cleaned_data["delay"]
    extending.extend(case, cause, reasons, by=by(request), now=timezone.now())
    return None


def take_up(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = officer_forms.AnswerForm(request.POST)
    if not form.is_valid():
        return {"answer_form": form}
    reviewing.take_up(case, form.cleaned_data["answer"], by=by(request), now=timezone.now())
    return None


def merge(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = officer_forms.MergeForm(request.POST)
    if not form.is_valid():
        return {"merge_form": form}
    merging.merge(case, form.cleaned_data["earlier"], by=by(request), now=timezone.now())
    return None


def country(request: HttpRequest, case: Request) -> dict[str, Any] | None:
    form = officer_forms.CountryForm(request.POST)
    if not form.is_valid():
        return {"country_form": form}
    timing.move_to(case, form.cleaned_data["country"], by=by(request), now=timezone.now())
    return None


def simply(decision: Callable[..., None]) -> Deed:
    def decide(request: HttpRequest, case: Request) -> None:
        decision(case, by=by(request), now=timezone.now())

    return decide


def forms(case: Request) -> dict[str, Any]:
    """All of them, empty."""
    return {
        "refusal_form": officer_forms.RefusalForm(case=case),
        "answer_form": officer_forms.AnswerForm(initial={"answer": draft(case)}),
        "otherwise_form": officer_forms.OtherwiseForm(),
        "merge_form": officer_forms.MergeForm(),
        "question_form": officer_forms.QuestionForm(),
        "delay_form": officer_forms.DelayForm(),
        "country_form": officer_forms.CountryForm(country=case.country),
    }


def draft(case: Request) -> str:
    """The list of who was told, for the officer to send: the ledger of hand-overs has it."""
    if case.kind != Kind.RECIPIENTS or not case.email_proved_at:
        return ""
    told = recipients(subject_of(case), case.language)
    lines = [f"{one['name']}, {one['days']}: {', '.join(one['what'])}" for one in told]
    with translation.override(case.language):
        return "\n".join(lines) or gettext("We have given your data to nobody.")


DEEDS: dict[str, Deed] = {
    "refuse": refuse,
    "answer": answer,
    "otherwise": otherwise,
    "ask": ask,
    "go_on": simply(asking.go_on),
    "extend": extend,
    "country": country,
    "take_up": take_up,
    "merge": merge,
    "lift": simply(stops.write_again),
}
