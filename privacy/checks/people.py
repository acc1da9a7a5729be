"""Whose a row is can be found, and nobody gets a stranger's."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from privacy.declarations import Declaration


def check_people(declaration: Declaration) -> Iterator[CheckMessage]:
    model = declaration.model
    for group in declaration.personal:
        if group.about not in declaration.roles and (declaration.roles or not group.withheld):
            fields = ", ".join(group.fields)
            if group.about:
                hint = "Name the role in roles={…}."
                message = f"{fields}: nobody is called {group.about} here."
                yield Error(message, hint, model, "privacy.E014")
            else:
                hint = "Say user= or email=; data that nothing can find is withheld=<the reason>."
                yield Error(f"{fields}: nothing finds whose it is.", hint, model, "privacy.E016")
    for role in declaration.roles.values():
        if role.email and role.proved is None and not role.reference:
            hint = "Say proved=Q(…), Q() where the address is all there is, or reference=."
            yield Error(f"Nothing proves {role.email}.", hint, model, "privacy.E015")
