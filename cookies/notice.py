"""What is shown to whoever is asked: drawn by the templates, kept as proof."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.utils import translation
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cookies import inventory


def shown(language: str) -> dict[str, Any]:
    """The whole notice in that language, as plain values."""
    with translation.override(language):
        return {
            "version": inventory.VERSION,
            "language": language,
            "question": _("May we use cookies?"),
            "answer": _answer(),
            "way_back": _("You can withdraw at the foot of every page."),
            "groups": [_group(group) for group in inventory.GROUPS],
        }


def _answer() -> str:
    groups = inventory.in_use()
    if not groups:
        return _("The shop works without.")
    lifetimes = [item.lifetime or timedelta() for group in groups for item in group.items]
    days = max(lifetimes).days
    allowed = get_text_list([str(group.allows) for group in groups], _("and"))
    sentence = ngettext(
        "The shop works without. With your yes we %(allowed)s, for at most %(days)s day.",
        "The shop works without. With your yes we %(allowed)s, for at most %(days)s days.",
        days,
    )
    parties = sorted({p for g in groups for p in g.parties} - {inventory.HOUSE})
    third = _("Also involved: %(parties)s.") % {"parties": ", ".join(parties)} if parties else ""
    return " ".join(filter(None, [sentence % {"allowed": allowed, "days": days}, third]))


def _group(group: inventory.Group) -> dict[str, Any]:
    items = [
        {
            "name": item.pattern,
            "where": item.where,
            "purpose": str(item.purpose),
            "party": str(item.party),
            "kept": item.kept,
        }
        for item in group.items
    ]
    return {
        "key": group.key,
        "name": str(group.name),
        "text": str(group.text),
        "parties": ", ".join(group.parties),
        "items": items,
    }


def digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
