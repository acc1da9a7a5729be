"""The form of a difference: what stands there, to be changed where it is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import modelform_factory
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from privacy.corrections.applying import text
from privacy.corrections.disputable import Thing

NOTHING_CHANGED = _("Change what is wrong: nothing is different yet.")


class AroundForm(forms.Form):
    """What goes with a difference."""

    message = forms.CharField(
        label=_("Anything we should know"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StatementForm(forms.Form):
    statement = forms.CharField(
        label=_("What should stand beside it?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class Difference:
    """The form of one thing: its own fields where they may change, words where they stay."""

    def __init__(self, thing: Thing, data: Any = None) -> None:
        self.thing = thing
        self.before = {name: text(thing.row, name) for name in (*thing.changeable, *thing.fixed)}
        made = modelform_factory(type(thing.row), fields=thing.changeable)
        self.changes = made(self.sent(data, "change"), instance=thing.row, prefix="change")
        for name, field in self.changes.fields.items():
            field.required = field.required and bool(self.before[name])  # it may have been blanked
        self.words = words(thing)(self.sent(data, "words"), prefix="words")
        self.error = ""

    def sent(self, data: Any, prefix: str) -> dict[str, Any] | None:
        """What was sent; a field that was not is no field made empty: it stays as it stands."""
        if data is None:
            return None
        standing = {f"{prefix}-{name}": value for name, value in self.before.items()}
        return {**standing, **{name: data[name] for name in data}}

    def changing(self) -> Iterator[Any]:
        """The fields that may change, by the names that people have for them."""
        for bound in self.changes:
            bound.label = capfirst(self.thing.declaration.name_of(bound.name))
            if isinstance(bound.field.widget, forms.Textarea):
                bound.field.widget.attrs["rows"] = 3
            yield bound

    def is_valid(self) -> bool:
        sound = [form.is_valid() for form in (self.changes, self.words)]
        if all(sound) and not self.changed():
            self.error = str(NOTHING_CHANGED)
        return all(sound) and not self.error

    def changed(self) -> dict[str, tuple[str, str]]:
        """The fields that differ: as it stands, and as it should be."""
        after = {name: text(self.thing.row, name) for name in self.changes.changed_data}
        after |= {name: self.words.cleaned_data[name] for name in self.words.changed_data}
        return {name: (self.before[name], value) for name, value in after.items()}


def words(thing: Thing) -> type[forms.Form]:
    """A form with a line of text for each field that stays as it was issued."""
    lines = {
        name: forms.CharField(
            label=capfirst(thing.declaration.name_of(name)),
            initial=text(thing.row, name),
            max_length=500,
            required=False,
        )
        for name in thing.fixed
    }
    return type("WordsForm", (forms.Form,), lines)
