"""A variant as staff edits it: its stock is added to or taken from, never overwritten.

A page that was opened an hour ago knows nothing of what was sold since. So it says how many pieces
came or went, and only what was changed on it is written.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import stock
from catalog.models import Variant

MOST = 100_000  # pieces that come or go at once


class VariantForm(forms.ModelForm):  # type: ignore[type-arg]  # no [] at run time
    change_stock = forms.IntegerField(
        label=gettext_lazy("pieces to add or take away"),
        help_text=gettext_lazy(
            "Such as 12, or −3. It is counted from what is there when you save."
        ),
        required=False,
        min_value=-MOST,
        max_value=MOST,
    )

    class Meta:
        model = Variant
        exclude = ("on_hand", "reserved")  # noqa: DJ006  what is new is asked for as well

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "sku" in self.fields and self.instance.pk and self.instance.ordered():
            self.fields["sku"].disabled = True
            self.fields["sku"].help_text = _("It was ordered under this number, so it keeps it.")

    def clean_change_stock(self) -> int:
        """Against what is there now; the row stays locked until the change is written."""
        change: int = self.cleaned_data["change_stock"] or 0
        on_hand, reserved = 0, 0
        if self.instance.pk and change:
            row = Variant.objects.select_for_update().filter(pk=self.instance.pk)
            on_hand, reserved = row.values_list("on_hand", "reserved").get()
        if on_hand + change < reserved:
            said = _(
                "%(there)s are there, of which %(reserved)s are reserved for orders: at most "
                "%(most)s can be taken away."
            )
            numbers = {"there": on_hand, "reserved": reserved, "most": on_hand - reserved}
            raise ValidationError(said % numbers)
        return change

    def save(self, commit: bool = True) -> Variant:
        if not commit:
            return super().save(commit=False)  # type: ignore[no-any-return]
        variant: Variant = self.instance
        change = self.cleaned_data.get("change_stock") or 0
        if variant._state.adding:
            variant.on_hand = change
            variant.save()
            return variant
        columns = {column.name for column in variant._meta.concrete_fields}
        written = [name for name in self.changed_data if name in columns]
        variant.save(update_fields=written)
        if change:
            stock.correct(variant.pk, change)
        return variant


class VariantFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # no [] at run time
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Lock all of a product's variants in the order that every buyer locks them in."""
        super().__init__(*args, **kwargs)
        if self.is_bound and self.instance.pk:
            rows = Variant.objects.select_for_update().filter(product=self.instance.pk)
            list(rows.order_by("pk").values("pk"))
