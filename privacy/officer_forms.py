"""What officers type on a case page. All of it is read by the person, but where it says not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from privacy import countries
from privacy.forms import InquiryForm
from privacy.models import Request
from privacy.models.requests import Refusal, Topic
from privacy.requests import decisions
from privacy.requests.arriving import Way
from privacy.requests.extending import Cause
from privacy.requests.filing import Inquiry


def words(label: Any, rows: int = 5, **said: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=said.pop("most", 4000), widget=area, **said)


class LetterForm(InquiryForm):
    """A request that came by post or by phone: as the person would have typed it."""

    language = forms.ChoiceField(label=_("Language of the person"), choices=settings.LANGUAGES)

    def inquiry(self) -> Inquiry:
        return replace(super().inquiry(), language=self.cleaned_data["language"])


class RefusalForm(forms.Form):
    ground = forms.ChoiceField(label=_("Ground"), choices=[("", "—"), *Refusal.choices])
    reasons = words(_("Reasons, as the person will read them"))

    def __init__(self, data: Any = None, *, case: Request | None = None) -> None:
        super().__init__(data)
        if case is not None:
            fit = [(ground.value, ground.label) for ground in decisions.grounds(case)]
            self.fields["ground"] = forms.ChoiceField(label=_("Ground"), choices=[("", "—"), *fit])


class AnswerForm(forms.Form):
    answer = words(_("Answer, as the person will read it"), rows=8, most=8000)


class OtherwiseForm(forms.Form):
    way = forms.ChoiceField(label=_("How the person was answered"), choices=Way.choices)
    how = words(_("What was said, when, and why not by e-mail (for the record)"), rows=3)


class QuestionForm(forms.Form):
    topic = forms.ChoiceField(label=_("What it is about"), choices=Topic.choices)
    question = words(_("Question, as the person will read it"))
    doubt = words(
        _("Why you doubt who is asking (for the record; the person reads it in an export)"),
        rows=2,
        required=False,
    )

    def clean(self) -> dict[str, Any] | None:
        said = super().clean() or {}
        if said.get("topic") == Topic.IDENTITY and not said.get("doubt"):
            self.add_error("doubt", _("Write down the doubt first: without one nobody is asked."))
        return said


class DelayForm(forms.Form):
    cause = forms.ChoiceField(label=_("Why it takes longer"), choices=Cause.choices)
    delay = words(_("Reasons, as the person will read them"))


class MergeForm(forms.Form):
    earlier = forms.CharField(label=_("Number of the earlier request"), max_length=20)


class CountryForm(forms.Form):
    country = forms.ChoiceField(label=_("Country where the person lives"))

    def __init__(self, data: Any = None, *, country: str = "") -> None:
        super().__init__(data, initial={"country": country or countries.FIRST[0]})
        self.fields["country"] = forms.ChoiceField(
            label=_("Country where the person lives"), choices=[*countries.names().items()]
        )
