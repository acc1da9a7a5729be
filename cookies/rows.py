"""django-cookie-consent's rows, made from the inventory after every migrate."""

from __future__ import annotations

from typing import Any

from cookie_consent.models import Cookie, CookieGroup

from cookies import inventory


def sync(**kwargs: Any) -> None:
    for place, group in enumerate(inventory.GROUPS):
        row, _ = CookieGroup.objects.update_or_create(
            varname=group.key,
            defaults={
                "name": str(group.name),
                "description": str(group.text),
                "is_required": group.necessary,
                "is_deletable": not group.necessary,
                "ordering": place,
            },
        )
        sync_cookies(row, group)
    CookieGroup.objects.exclude(varname__in=[group.key for group in inventory.GROUPS]).delete()


def sync_cookies(row: Any, group: inventory.Group) -> None:
    cookies = [item for item in group.items if item.kind == "cookie"]
    for item in cookies:
        row.cookie_set.update_or_create(
            name=item.pattern, domain="", defaults={"description": str(item.purpose)}
        )
    names = [item.pattern for item in cookies]
    Cookie.objects.filter(cookiegroup=row).exclude(name__in=names).delete()
