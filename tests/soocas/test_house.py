"""The tags that every page may use."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from soocas.icons import ICONS
from tests.pages import Page


def drawn(source: str, language: str = "nl", **context: Any) -> str:
    with translation.override(language):
        return Template(source).render(Context(context))


class Letter(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="With an @.")
    phone = forms.CharField(label="Phone", required=False)
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    agree = forms.BooleanField(label="I agree", required=False)
    who = forms.ChoiceField(
        label="Who", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, required=False
    )
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        ("129.95", "€\N{NO-BREAK SPACE}129,95", "€\N{NO-BREAK SPACE}129.95"),
        ("1129.9", "€\N{NO-BREAK SPACE}1.129,90", "€\N{NO-BREAK SPACE}1,129.90"),
        ("-5", "−€\N{NO-BREAK SPACE}5,00", "−€\N{NO-BREAK SPACE}5.00"),
        (None, "", ""),
    ],
)
def test_money_is_written_as_the_language_writes_it(value: Any, dutch: str, english: str) -> None:
    assert drawn("{{ value|money }}", "nl", value=value) == dutch
    assert drawn("{{ value|money }}", "en", value=value) == english


def test_dates_are_written_in_full_in_dutch_time() -> None:
    late = datetime(2026, 12, 13, 23, 30, tzinfo=UTC)

    assert drawn("{{ at|long_date }}", "nl", at=late) == "14 december 2026"
    assert drawn("{{ at|long_moment }}", "en", at=late) == "14 December 2026, 00:30"
    assert drawn("{{ at|weekday }}", "nl", at=date(2026, 11, 24)) == "dinsdag 24 november"
    assert drawn("{{ at|long_date }}", "nl", at=None) == ""


def test_bristles_say_a_fraction_to_the_eye_alone() -> None:
    page = Page(drawn('{% bristles 12 5 "bristles-l" %}'))

    assert len(page.all("rect")) == 12
    assert len([bar for bar in page.all("rect") if bar.get("class") == "on"]) == 5
    assert page.all("svg")[0]["aria-hidden"] == "true"


def test_stars_are_said_in_words() -> None:
    assert Page(drawn("{% stars 4.7 1284 %}", "nl")).all("svg")[0]["aria-label"] == "4,7 van 5"
    assert "4.7 (1,284)" in drawn("{% stars 4.7 1284 %}", "en")


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_is_hidden_from_readers_and_whole(name: str) -> None:
    html = drawn(f'{{% icon "{name}" %}}')

    assert Page(html).all("svg")[0]["aria-hidden"] == "true"
    assert html.count("<") == html.count(">")


def test_a_row_says_hint_then_error_then_why() -> None:
    form = Letter({"email": "jansen.voorbeeld.nl"})

    page = Page(
        drawn('{% field form.email note="So that we can write." autocomplete="email" %}', form=form)
    )

    (control,) = page.all("input")
    ids = {a["id"] for _, a in page.tags if "id" in a}
    assert control["aria-describedby"] == "id_email-hint id_email-error id_email-why"
    assert set(str(control["aria-describedby"]).split()) <= ids
    assert control["aria-invalid"] == "true"
    assert control["value"] == "jansen.voorbeeld.nl"
    assert control["autocomplete"] == "email"
    assert "required" in control
    assert page.all("label")[0]["for"] == control["id"]
    assert "(verplicht)" in page.text
    assert page.inline() == []


def test_a_row_gives_the_declared_reason() -> None:
    page = Page(drawn('{% field form.email why="accounts.User:email" %}', form=Letter()))

    reasons = [p for p in page.all("p") if p.get("class") == "why"]
    assert [reason["id"] for reason in reasons] == ["id_email-why"]
    assert str(page.all("input")[0]["aria-describedby"]).split()[-1] == "id_email-why"
    assert page.said("p")[-1] != ""


def test_a_row_without_fault_describes_only_what_is_there() -> None:
    page = Page(drawn("{% field form.phone %}", "en", form=Letter()))

    (control,) = page.all("input")
    assert "aria-describedby" not in control
    assert "aria-invalid" not in control
    assert "(optional)" in page.text


def test_choices_stand_in_a_fieldset_and_a_tick_in_its_label() -> None:
    page = Page(
        drawn("{% field form.who %}{% field form.agree %}{% field form.note %}", form=Letter())
    )

    assert [i["type"] for i in page.all("input")] == ["radio", "radio", "checkbox"]
    assert len(page.all("fieldset")) == 1
    assert page.said("legend") == ["Who (mag leeg)"]
    assert page.all("textarea")[0]["class"] == "input"


def test_a_hidden_field_is_only_itself() -> None:
    page = Page(drawn("{% field form.secret %}", form=Letter()))

    assert [tag for tag, _ in page.tags] == ["input"]


def test_the_summary_leads_to_each_field_and_is_absent_without_fault() -> None:
    wrong = Page(drawn("{% error_summary form %}", form=Letter({"email": "x"})))

    assert wrong.all("div")[0]["role"] == "alert"
    assert [link["href"] for link in wrong.all("a")] == ["#id_email"]
    assert drawn("{% error_summary form %}", form=Letter({"email": "a@b.nl"})).strip() == ""
    assert drawn("{% error_summary form %}", form=Letter()).strip() == ""


def test_what_a_person_typed_is_never_markup() -> None:
    form = Letter({"email": '"><b>'})

    html = drawn("{% error_summary form %}{% field form.email note=note %}", form=form, note="<i>")

    assert "<b>" not in html
    assert "<i>" not in html
