"""Staff see accounts and who works here; nobody deletes by hand, nobody reads a password."""

from __future__ import annotations

from typing import Any

from allauth.account import admin as _account_admin  # noqa: F401  registers before we undo it
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.socialaccount import admin as _social_admin  # noqa: F401  as above
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, User

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
for model in (EmailAddress, SocialAccount, SocialApp, SocialToken, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class NoDeletion:
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookedAt(NoDeletion):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AddressInline(LookedAt, admin.TabularInline):  # type: ignore[type-arg]
    model = Address
    extra = 0


@admin.register(EmailAddress)
class EmailAddressAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    search_fields = ("email",)


@admin.register(SocialAccount)
class SocialAccountAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "provider", "date_joined", "last_login")
    list_filter = ("provider",)
    search_fields = ("user__email",)


@admin.register(User)
class UserAdmin(NoDeletion, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("email", "name", "is_staff", "is_active", "last_seen_at")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ("groups",)
    inlines = (AddressInline,)
    readonly_fields = ("email", "subject_id", "date_joined", "last_login", "last_seen_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "nickname", "language")}),
        (_("Works here"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Visits"), {"fields": ("subject_id", "date_joined", "last_login", "last_seen_at")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves, and prove their address; then a role is given here."""
        return False

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        """The log outlives the account: it names it by its random id, never by its address."""
        entry = super().log_change(request, obj, message)
        entry.object_repr = str(obj.subject_id)
        entry.save(update_fields=["object_repr"])
        return entry

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a superuser gives roles, else whoever may change accounts could give himself all."""
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return (*fields, "is_active", "is_staff", "is_superuser", "groups")
