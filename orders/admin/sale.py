"""What a sale is made with, for staff to keep: ways of delivery, their prices, vouchers.

Orders copy what they are placed by, so nothing here changes an order. What was once offered is
offered no more, never deleted.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from orders import vouchers
from orders.models import ShippingMethod, ShippingRate, Voucher


class NeverDeleted:
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RateInline(NeverDeleted, admin.TabularInline):  # type: ignore[type-arg]  # no [] at run time
    model = ShippingRate
    extra = 1


@admin.register(ShippingMethod)
class ShippingMethodAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    list_display = ("slug", "name_nl", "name_en", "carrier", "position", "active")
    inlines = (RateInline,)


class VoucherForm(forms.ModelForm):  # type: ignore[type-arg]  # no [] at run time
    class Meta:
        model = Voucher
        exclude = ("uses",)  # noqa: DJ006  what is new is asked for as well

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if bool(said.get("amount")) == bool(said.get("percent")):
            self.add_error("percent", _("Fill in either an amount or a percentage"))
        begins, ends = said.get("valid_from"), said.get("valid_until")
        if begins and ends and ends <= begins:
            self.add_error("valid_until", _("Choose a later moment than the first one"))
        most = said.get("most_uses")
        if most is not None and most < self._uses():
            self.add_error("most_uses", _("It was used more often than that already"))
        return said

    def _uses(self) -> int:
        """As counted now; the row stays locked until the change is written."""
        row = Voucher.objects.select_for_update().filter(pk=self.instance.pk)
        return row.values_list("uses", flat=True).first() or 0


class CodeField(forms.CharField):
    def to_python(self, value: Any) -> str:
        """As codes are stored, however it is typed."""
        typed = str(super().to_python(value) or "")
        return vouchers.clean(typed) or typed


@admin.register(Voucher)
class VoucherAdmin(NeverDeleted, admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    form = VoucherForm
    list_display = ("code", "amount", "percent", "minimum", "valid_until", "uses", "most_uses")
    list_filter = ("active",)
    search_fields = ("code",)
    readonly_fields = ("uses",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "code":
            kwargs["form_class"] = CodeField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Voucher, form: Any, change: bool) -> None:
        """Write what was changed on the page: uses are counted by buyers at the same time."""
        fields = {field.name for field in obj._meta.concrete_fields}
        named = [name for name in form.changed_data if name in fields]
        obj.save(update_fields=named if change else None)
