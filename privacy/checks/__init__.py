"""What keeps the map of personal data whole: each check an error with an id and a hint.

E001 undeclared model. E002 undeclared field. E003 unknown name or lookup. E004 doubled name.
E005 field that cannot be erased. E006 a person behind something called impersonal. E007 a cascade
into what is kept. E008 a person who cannot be erased. E009 no purpose. E010 clock that may never
start. E011 clock without index. E012 doubled purpose key. E013 foreign keys in a circle.
E014 unknown role. E015 a guest's address that nothing proves. E016 nothing finds whose it is.
E017 contact details called anonymous. E018 undeclared job. E019 job that is not there. E020 job
that says nothing of people. E021 a row that points anywhere, and nothing finds at whom. E022 a
cascade into other people's rows. E023 a field that a late write could fill again. E024 an eraser
made of the old value. E030 a recipient without contract. E031 a legitimate interest that nobody
named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from privacy import purposes
from privacy.checks.clocks import check_clocks
from privacy.checks.fields import check_erasers, check_names
from privacy.checks.jobs import check_jobs
from privacy.checks.links import check_links
from privacy.checks.people import check_people
from privacy.declarations import registry
from privacy.dependants import cycle
from privacy.vocabulary import LegalBasis


@register("privacy")
def check_declarations(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        *check_models(),
        *check_purposes(),
        *check_words(),
        *check_order(),
        *check_jobs(),
    ]


def check_models() -> Iterator[CheckMessage]:
    for model in apps.get_models():
        declaration = registry.get(model)
        if declaration is None:
            if not model._meta.proxy:
                hint = f"Declare it in {model._meta.app_label}/personal_data.py."
                yield Error("The model is undeclared.", hint, model, "privacy.E001")
            continue
        unknown = list(check_names(declaration))
        yield from unknown
        if not any(message.id == "privacy.E003" for message in unknown):
            for check in (check_people, check_clocks, check_erasers, check_links):
                yield from check(declaration)


def check_purposes() -> Iterator[CheckMessage]:
    for key in purposes.doubled:
        hint = "Rows keep the key: give each purpose its own."
        yield Error(f"Two purposes have the key {key}.", hint, key, "privacy.E012")


def check_words() -> Iterator[CheckMessage]:
    """What the gate would refuse, and what a person could not be told."""
    for purpose in purposes.purposes.values():
        for recipient in purpose.recipients:
            if not recipient.bound:
                hint = "Say contract=<what is on file>: without it the gate refuses them."
                said = f"{recipient.name} is bound by nothing."
                yield Error(said, hint, purpose.key, "privacy.E030")
        if purpose.basis is LegalBasis.LEGITIMATE_INTERESTS and not purpose.interest:
            hint = "Say interest=<which one> (Art. 13(1)(d) GDPR)."
            yield Error("No interest is named.", hint, purpose.key, "privacy.E031")


def check_order() -> Iterator[CheckMessage]:
    if circle := cycle():
        labels = " → ".join(model._meta.label for model in circle)
        hint = "Without an order nothing can be erased: take one of the foreign keys away."
        yield Error(f"The foreign keys go in a circle: {labels}.", hint, circle[0], "privacy.E013")
