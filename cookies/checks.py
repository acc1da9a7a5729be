from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from cookies import inventory


@register("cookies")
def check_version(**kwargs: Any) -> list[CheckMessage]:
    """Whoever changes what a consent rests on asks again."""
    now = inventory.fingerprint()
    if now == inventory.FINGERPRINT:
        return []
    hint = f'Raise VERSION and set FINGERPRINT = "{now}" in cookies/inventory.py.'
    text = "What a cookie consent rests on has changed under the same notice version."
    return [Error(text, hint=hint, id="cookies.E001")]


@register("cookies")
def check_items(**kwargs: Any) -> list[CheckMessage]:
    groups = {group.key for group in inventory.GROUPS}
    wrong: list[CheckMessage] = []
    for item in inventory.ITEMS:
        if item.group not in groups:
            wrong.append(Error(f"{item.pattern} is of no known group.", id="cookies.E002"))
        if item.lifetime and item.lifetime > inventory.LONGEST:
            days = inventory.LONGEST.days
            wrong.append(Error(f"{item.pattern} is kept over {days} days.", id="cookies.E003"))
    return wrong
