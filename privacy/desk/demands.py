"""The officer's book of what authorities were given: a list, and a form to decide one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from privacy import authorities, handovers
from privacy.authorities import AUTHORITIES, DEMANDS, GIVEN, Demand, Ground
from privacy.case_page import masked
from privacy.deeds import by
from privacy.models import Disclosure
from privacy.requests.undecided import OwnRequest
from privacy.subjects import Subject
from privacy.vocabulary import Category, midnight

NO_ADDRESS = RegexValidator(
    r"^[^@\x00]*$", gettext_lazy("Leave out names and addresses: the person is chosen above.")
)


class DemandForm(forms.Form):
    """One demand. What the person may read stands in the person's own list."""

    nonce = forms.UUIDField(widget=forms.HiddenInput)
    whom = forms.CharField(
        label=gettext_lazy("Of whom: the number of a request, or an e-mail address"), max_length=254
    )
    authority = forms.ChoiceField(
        label=gettext_lazy("Authority"),
        choices=[("", "—"), *((one.key, one.name) for one in AUTHORITIES)],
    )
    named = forms.CharField(
        label=gettext_lazy("Which office"), max_length=100, validators=[NO_ADDRESS]
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("Ground of the demand"), choices=[("", "—"), *Ground.choices]
    )
    number = forms.CharField(
        label=gettext_lazy("Number of the demand; no names"),
        max_length=60,
        validators=[NO_ADDRESS],
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("What is handed over"),
        choices=[(one.value, one.label) for one in GIVEN],
        widget=forms.CheckboxSelectMultiple,
    )
    told_from = forms.DateField(
        label=gettext_lazy("The demand forbids to tell the person until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_whom(self) -> Subject:
        try:
            return authorities.person(self.cleaned_data["whom"])
        except authorities.Unknown:
            raise ValidationError(_("We hold nothing of such a person, proved.")) from None

    def clean_told_from(self) -> datetime | None:
        """Not longer than the hand-over itself is kept: or the person would never hear of it."""
        day: date | None = self.cleaned_data["told_from"]
        today = timezone.localdate()
        if day is None:
            return None
        if not today < day <= DEMANDS.retention.after(today):
            raise ValidationError(_("Choose a day from tomorrow to two years on, or none."))
        return midnight(day)

    def demand(self) -> Demand:
        said = self.cleaned_data
        return Demand(
            nonce=said["nonce"],
            authority=said["authority"],
            named=said["named"],
            ground=Ground(said["ground"]),
            number=said["number"],
            categories=[Category(one) for one in said["categories"]],
            told_from=said["told_from"],
        )


class Demands(admin.ModelAdmin):  # type: ignore[type-arg]  # no [] at run time
    """Of the ledger no more is shown than what authorities were given."""

    list_display = (
        *("disclosed_at", "shown_whom", "named", "about", "shown_ground"),
        *("shown_what", "decided_by", "shown_gag"),
    )
    list_display_links = None
    list_select_related = ("user", "decided_by")
    ordering = ("-disclosed_at", "-pk")
    change_list_template = "privacy/admin/demands.html"
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Disclosure]:
        return Disclosure.objects.filter(recipient__in=authorities.KEYS)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No page of one: a look at it would be on record, and that the person reads."""
        return obj is None and request.user.has_perm("privacy.view_disclosure")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["privacy.add_disclosure", "privacy.change_request"])

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        if not self.has_add_permission(request):
            raise PermissionDenied
        known = {"nonce": uuid4(), "whom": request.GET.get("case", "")[:20].replace("\x00", "")}
        form = DemandForm(request.POST if request.method == "POST" else None, initial=known)
        if request.method == "POST" and form.is_valid() and self.decided(request, form):
            return redirect("admin:privacy_disclosure_changelist")
        context = {**self.admin_site.each_context(request), "form": form, "opts": self.opts}
        return render(request, "privacy/admin/demand.html", context)

    def decided(self, request: HttpRequest, form: DemandForm) -> bool:
        now, who = timezone.now(), by(request)
        try:
            new = authorities.hand_over(form.cleaned_data["whom"], form.demand(), by=who, now=now)
        except OwnRequest as why:
            form.add_error(None, str(why.words))
            return False
        said = _("On record. Now it may be handed over.") if new else _("It was on record already.")
        messages.success(request, said)
        return True

    @admin.display(description=gettext_lazy("of whom"))
    def shown_whom(self, row: Disclosure) -> str:
        return masked(row.email or getattr(row.user, "email", "")) or "—"

    @admin.display(description=gettext_lazy("ground"), ordering="ground")
    def shown_ground(self, row: Disclosure) -> str:
        return str(dict(Ground.choices).get(row.ground, row.ground))

    @admin.display(description=gettext_lazy("what was handed over"))
    def shown_what(self, row: Disclosure) -> str:
        return ", ".join(handovers.what(row.purpose, field) for field in row.fields)

    @admin.display(description=gettext_lazy("not told until"), ordering="told_from_at")
    def shown_gag(self, row: Disclosure) -> str:
        """Until when the person is not told; empty: it stands in the person's list."""
        until = row.told_from_at
        hidden = until and until > timezone.now()
        return date_format(timezone.localtime(until), "j F Y") if until and hidden else ""
