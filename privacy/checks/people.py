"""Whose a row is can be found, and nobody gets a stranger's."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from privacy.declarations import Declaration, Group
from privacy.vocabulary import Category, Erase


def check_people(declaration: Declaration) -> Iterator[CheckMessage]:
    for group in declaration.personal:
        yield from check_group(declaration, group)
    for role in declaration.roles.values():
        if role.email and role.proved is None and not role.reference:
            hint = "Say proved=Q(…), Q() where the address is all there is, or reference=."
            yield Error(f"Nothing proves {role.email}.", hint, declaration.model, "privacy.E015")


def check_group(declaration: Declaration, group: Group) -> Iterator[CheckMessage]:
    model, fields = declaration.model, ", ".join(group.fields)
    lost = group.about not in declaration.roles
    if lost and group.about:
        hint = "Name the role in roles={…}."
        message = f"{fields}: nobody is called {group.about} here."
        yield Error(message, hint, model, "privacy.E014")
    elif lost and (declaration.roles or not group.withheld):
        hint = "Say user= or email=; data that nothing can find is withheld=<the reason>."
        yield Error(f"{fields}: nothing finds whose it is.", hint, model, "privacy.E016")
    if group.author is not None and group.author not in {*declaration.roles} - {group.about}:
        hint = "Name the role of who wrote it, another than the one that it is about."
        yield Error(f"{fields}: nobody is known to have written it.", hint, model, "privacy.E018")
    if group.erase is Erase.UNLINKED and group.category is Category.CONTACT:
        hint = "A name or an address identifies by itself: blank it."
        yield Error(f"{fields}: never anonymous.", hint, model, "privacy.E017")
