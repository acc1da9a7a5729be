"""What staff fills in to ask for a refund: pieces, delivery, or an amount; and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Order, Refund
from orders.money import euros
from orders.refunds import limits, rows
from orders.refunds.limits import NOTHING
from orders.refunds.services import Wanted

Reason = Refund.Reason
REASONS = (Reason.RETURNED, Reason.WITHDRAWN, Reason.LOST, Reason.GOODWILL)


class RefundForm(forms.Form):
    """``position``: the refund of the order that this will be, so that two clicks make one."""

    reason = forms.ChoiceField(label=_("Why"), choices=[(one.value, one.label) for one in REASONS])
    shipping = forms.BooleanField(required=False, label=_("Delivery"))
    amount = forms.DecimalField(
        label=_("Amount in euro"),
        required=False,
        localize=True,
        max_digits=9,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("Empty: what is chosen above. With something chosen: so much for it."),
    )
    position = forms.IntegerField(min_value=1, max_value=32767, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.order, self.next = order, rows.next_position(order)
        gone, self.most = limits.lines_gone(order), dict[int, int]()
        for line in order.lines.order_by("pk"):
            self.most[line.pk] = line.quantity - gone.get(line.pk, (0, NOTHING))[0]
            self.fields[f"line-{line.pk}"] = forms.IntegerField(
                label=f"{line.sku} {line.title}",
                min_value=0,
                max_value=self.most[line.pk],
                required=False,
                initial=0,
                help_text=str(self.most[line.pk]),
            )
        delivery = limits.shipping_left(order)
        self.fields["shipping"].help_text = euros(delivery)
        self.fields["shipping"].disabled = delivery <= 0

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and not any(self.wanted().values()):
            raise forms.ValidationError(_("Choose pieces, delivery, or an amount."))
        return said

    def wanted(self) -> Wanted:
        """Of the valid form."""
        said = self.cleaned_data
        lines = {pk: said[f"line-{pk}"] for pk in self.most if said.get(f"line-{pk}")}
        return {"lines": lines, "shipping": bool(said["shipping"]), "amount": said["amount"]}

    def digest(self) -> str:
        """Of what is wanted: what somebody saw a preview of is what he asks for."""
        return hashlib.sha256(repr(sorted(self.wanted().items())).encode()).hexdigest()[:32]

    def line_fields(self) -> list[forms.BoundField]:
        return [self[f"line-{pk}"] for pk in self.most]
