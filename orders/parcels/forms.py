"""What staff fills in about one parcel: pieces of its lines, and for a redelivery why and where."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Order, Shipment
from orders.parcels.redelivery import PLACE, Again, Reason


@dataclass(frozen=True)
class Most:
    """A line of a parcel, how many pieces may be chosen, and how many are to begin with."""

    key: int
    title: str
    most: int
    first: int


class PiecesForm(forms.Form):
    """How many pieces of each line."""

    def __init__(self, rows: list[Most], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.rows = rows
        for row in rows:
            self.fields[f"line-{row.key}"] = forms.IntegerField(
                label=row.title,
                min_value=0,
                max_value=row.most,
                required=False,
                initial=row.first,
                help_text=str(row.most),
            )

    def pieces(self) -> dict[int, int]:
        """Of the valid form: by the line's key, those with none left out."""
        found = {row.key: self.cleaned_data[f"line-{row.key}"] or 0 for row in self.rows}
        return {key: n for key, n in found.items() if n}

    def line_fields(self) -> list[forms.BoundField]:
        return [self[f"line-{row.key}"] for row in self.rows]

    def other_fields(self) -> list[forms.BoundField]:
        lines = {f"line-{row.key}" for row in self.rows}
        return [self[name] for name in self.fields if name not in lines]


class RedeliveryForm(PiecesForm):
    """Which pieces, why, and to which address if the first was wrong."""

    nonce = forms.CharField(max_length=40, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("Why"), choices=Reason.choices)

    def __init__(
        self, parcel: Shipment, rows: list[Most], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(rows, data)
        self.fields["nonce"].initial = secrets.token_urlsafe(24)
        model = forms.fields_for_model(
            Order, [f"delivery_{name}" for name in PLACE if name != "country"]
        )
        for name, field in model.items():
            field.initial = getattr(parcel.order, name)
            self.fields[name] = field

    def wish(self) -> Again:
        place = {name: self.cleaned_data[name] for name in self.fields if "delivery_" in name}
        return Again(self.cleaned_data["nonce"], self.cleaned_data["reason"], self.pieces(), place)


def rows(parcel: Shipment, most: Mapping[int, int], *, all_of_it: bool) -> list[Most]:
    parts = parcel.lines.select_related("line").order_by("line__pk")
    return [
        Most(
            part.line_id,
            f"{part.line.sku} {part.line.title}",
            most.get(part.line_id, 0),
            most.get(part.line_id, 0) if all_of_it else 0,
        )
        for part in parts
    ]
