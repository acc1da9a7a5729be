"""The side navigation of the account centre."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.template.context import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()


class Entry(NamedTuple):
    name: str  # of the page
    icon: str
    label: Promise
    also: tuple[str, ...] = ()  # pages by other names that belong to it


ENTRIES = (
    Entry("accounts:overview", "home", _("Overview")),
    Entry("orders:list", "box", _("Orders")),
    Entry("accounts:profile", "user", _("Profile and addresses"), ("accounts:address",)),
    Entry("accounts:safety", "key", _("Sign-in and safety"), ("account_", "socialaccount_")),
    Entry("mailings:subscriptions", "mail", _("Newsletters")),
    Entry("privacy:centre", "eye", _("Your data"), ("privacy:",)),
)


@register.inclusion_tag("accounts/_navigation.html", takes_context=True)
def centre_navigation(context: RequestContext) -> dict[str, Any]:
    match = context.request.resolver_match if "request" in context else None
    here = match.view_name if match else ""
    return {"links": [link for entry in ENTRIES if (link := _link(entry, here))]}


def _link(entry: Entry, here: str) -> dict[str, Any] | None:
    try:
        href = reverse(entry.name)
    except NoReverseMatch:  # a room that is not there yet
        return None
    current = here == entry.name or bool(entry.also and here.startswith(entry.also))
    return {"href": href, "icon": entry.icon, "label": entry.label, "current": current}
