"""What staff fills in about goods that come back, and about statements that need a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Return, ReturnLine
from orders.returns.inspecting import Finding
from orders.returns.pieces import Pieces

Condition = ReturnLine.Condition
Data = Mapping[str, Any] | None


class ReceiveForm(forms.Form):
    """Which pieces really arrived."""

    def __init__(self, back: Return, data: Data = None) -> None:
        super().__init__(data)
        self.lines = list(back.lines.select_related("line").order_by("pk"))
        for row in self.lines:
            self.fields[f"line-{row.pk}"] = _count(row.line.title, row.quantity, row.quantity)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and not any(self.arrived.values()):
            self.add_error(None, _("At least one piece arrived, or the return is called off."))
        return said

    @property
    def arrived(self) -> dict[int, int]:
        return {row.pk: self.cleaned_data.get(f"line-{row.pk}") or 0 for row in self.lines}


class InspectForm(forms.Form):
    """The condition of each line, and how much of it is fit to be sold."""

    def __init__(self, back: Return, data: Data = None) -> None:
        super().__init__(data)
        rows = back.lines.filter(received__gt=0).select_related("line")
        self.lines = list(rows.order_by("pk"))
        for row in self.lines:
            self.fields[f"condition-{row.pk}"] = forms.ChoiceField(
                label=row.line.title, choices=[("", "—"), *Condition.choices]
            )
            self.fields[f"shelf-{row.pk}"] = _count(
                _("Back on the shelf"), row.received, row.received
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for row in self.lines:
            count = said.get(f"shelf-{row.pk}")
            if count and said.get(f"condition-{row.pk}") not in {"", None, Condition.AS_NEW}:
                self.add_error(f"shelf-{row.pk}", _("Only what is as new goes back on the shelf."))
        return said

    @property
    def findings(self) -> dict[int, Finding]:
        said = self.cleaned_data
        return {
            row.pk: Finding(said[f"condition-{row.pk}"], said.get(f"shelf-{row.pk}") or 0)
            for row in self.lines
        }

    @property
    def rows(self) -> list[tuple[ReturnLine, forms.BoundField, forms.BoundField]]:
        return [(n, self[f"condition-{n.pk}"], self[f"shelf-{n.pk}"]) for n in self.lines]


class PayForm(forms.Form):
    amount = forms.DecimalField(
        label=_("Amount, if not all"),
        min_value=Decimal("0.01"),
        max_digits=9,
        decimal_places=2,
        required=False,
    )


class AcceptForm(forms.Form):
    """What a statement takes back, as staff reads it: pieces of an order's lines."""

    def __init__(self, found: Sequence[Pieces], data: Data = None, *, whole: bool = False) -> None:
        super().__init__(data)
        self.found = [one for one in found if one.all]
        for one in self.found:
            first = one.all if whole else 0
            self.fields[f"line-{one.line.pk}"] = _count(one.line.title, one.all, first)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and not self.wanted:
            self.add_error(None, _("Choose at least one piece."))
        return said

    @property
    def wanted(self) -> dict[int, int]:
        keys = [one.line.pk for one in self.found]
        counts = {key: self.cleaned_data.get(f"line-{key}") or 0 for key in keys}
        return {key: count for key, count in counts.items() if count}


def _count(label: Any, most: int, first: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        required=False,
        initial=first,
        help_text=_("at most %(most)s") % {"most": most},
    )
