"""A row of a form: what stands around one control, and how the control says it to a reader."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import cached_property
from django.utils.translation import gettext

CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


class Row:
    """One field with its label, need, hint, error and the reason why we ask.

    ``why`` names a declared field as ``app.Model:field``; ``note`` stands where none is declared.
    """

    def __init__(self, bound: BoundField, options: dict[str, Any]) -> None:
        self.bound = bound
        self.why_model, _, self.why_field = str(options.pop("why", "")).partition(":")
        self.note = options.pop("note", "")
        self.need = self._need(options.pop("need", None))
        self.hint = options.pop("hint", bound.help_text)
        self.classes = options.pop("classes", "")
        self.plain = options.pop("plain", False)
        self.attributes = options

    def _need(self, said: str | None) -> str:
        words = {"required": gettext("required"), "optional": gettext("optional"), "": ""}
        if said is None:
            said = "required" if self.bound.field.required else "optional"
        return words.get(said, said)

    @property
    def id(self) -> str:
        return self.bound.id_for_label or self.bound.auto_id or self.bound.html_name

    @property
    def why_id(self) -> str:
        return f"{self.id}-why"

    @property
    def kind(self) -> str:
        """Which of the three shapes: one box to tick, several to choose from, or a control."""
        widget = self.bound.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return "tick"
        return "choices" if isinstance(widget, CHOICES) else "control"

    @property
    def explained(self) -> bool:
        return bool(self.why_model or self.note)

    @property
    def described_by(self) -> str:
        """Hint, error, why: the order in which a reader hears them."""
        parts = {"hint": self.hint, "error": self.bound.errors, "why": self.explained}
        return " ".join(f"{self.id}-{part}" for part, there in parts.items() if there)

    @cached_property
    def control(self) -> str:
        attrs = {name.replace("_", "-"): value for name, value in self.attributes.items()}
        if self.kind == "control":
            attrs["class"] = f"input {self.classes}".strip()
        if self.described_by:
            attrs["aria-describedby"] = self.described_by
        if self.bound.errors:
            attrs["aria-invalid"] = "true"
        return self.bound.as_widget(attrs=attrs)
