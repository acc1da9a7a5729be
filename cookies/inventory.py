"""Everything the shop keeps in a browser: the one source for guard, banner, pages and rows.

Whoever adds, changes or removes something optional raises ``VERSION`` and states the new
``FINGERPRINT`` (a system check names it): then everybody who accepted is asked again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

VERSION = 1
FINGERPRINT = "66a3fce7c2ce2086"
KEPT = timedelta(days=182)  # how long a choice counts
LONGEST = timedelta(days=395)  # no lifetime is longer
HOUSE = "Soocas"


@dataclass(frozen=True)
class Group:
    key: str
    name: str | Promise
    text: str | Promise  # what it is for
    allows: str | Promise = ""  # the same after "With your yes we"

    @property
    def necessary(self) -> bool:
        return self.key == "necessary"

    @property
    def items(self) -> list[Item]:
        return [item for item in ITEMS if item.group == self.key]

    @property
    def parties(self) -> list[str]:
        return sorted({str(item.party) for item in self.items})


@dataclass(frozen=True)
class Item:
    pattern: str  # of the name; * stands for anything
    group: str
    purpose: str | Promise
    lifetime: timedelta | None = None  # None: until the browser closes
    party: str | Promise = HOUSE
    kind: str = "cookie"  # or "local storage", "session storage"

    @property
    def kept(self) -> str:
        if self.lifetime is None:
            return gettext("until you close the browser")
        days = self.lifetime.days
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}

    @property
    def where(self) -> str:
        """Said only of what is no cookie."""
        known = {"local storage": gettext("local storage")}
        known["session storage"] = gettext("session storage")
        return known.get(self.kind, "")


GROUPS = (
    Group("necessary", _("Necessary"), _("Your cart, sign-in and safety. Cannot be off.")),
    Group(
        "functional",
        _("Functional"),
        _("Remembers your language."),
        _("remember your preferences"),
    ),
    Group(
        "analytics",
        _("Analytics"),
        _("Shows which pages do not work."),
        _("see which pages do not work"),
    ),
    Group(
        "advertising",
        _("Advertising"),
        _("Shows elsewhere what you looked at here."),
        _("show elsewhere what you looked at here"),
    ),
    Group(
        "social",
        _("Social media"),
        _("Plays videos from other sites."),
        _("play videos from other sites"),
    ),
)
ITEMS: tuple[Item, ...] = (
    Item(
        settings.SESSION_COOKIE_NAME,
        "necessary",
        _("Keeps you signed in and holds the cart"),
        timedelta(seconds=settings.SESSION_COOKIE_AGE),
    ),
    Item(settings.CSRF_COOKIE_NAME, "necessary", _("Proves that a form came from this site")),
    Item(settings.COOKIE_CONSENT_NAME, "necessary", _("Remembers your answer to this page"), KEPT),
    Item(settings.LANGUAGE_COOKIE_NAME, "functional", _("Remembers Dutch or English"), KEPT),
)


def optional() -> list[Group]:
    return [group for group in GROUPS if not group.necessary]


def in_use() -> list[Group]:
    """The optional groups in which something is kept at present."""
    return [group for group in optional() if group.items]


def find(name: str) -> Item | None:
    """The declared cookie of that name; an exact name goes before a pattern."""
    fitting = [i for i in ITEMS if i.kind == "cookie" and fnmatchcase(name, i.pattern)]
    return min(fitting, key=lambda item: "*" in item.pattern, default=None)


def facts() -> Iterator[list[str]]:
    """What a consent rests on, in English: a change of any of it needs a new one."""
    with translation.override(None):
        for group in optional():
            yield [group.key, str(group.text)]
            for item in group.items:
                lifetime = str(item.lifetime)
                yield [item.pattern, item.kind, str(item.purpose), str(item.party), lifetime]


def fingerprint() -> str:
    return hashlib.sha256(json.dumps(list(facts())).encode()).hexdigest()[:16]
