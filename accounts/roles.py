"""Who of the people who work here may do what. The groups follow this table after every migrate."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

WORK = ("add", "change", "view")  # never delete: nobody deletes by hand
LOOK = ("view",)
RETRY = ("view", "retry")
SECRETS = ("socialapp", "socialtoken", "emailconfirmation")  # keys to doors, for nobody to read

# role → (app, what may be done with its models); "" is every app
ROLES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "staff": (("catalog", WORK), ("orders", WORK), ("mailings", WORK), ("outbox", RETRY)),
    "support": (),  # enters the admin; threads come with the support room
    "dpo": (("privacy", WORK), ("cookies", LOOK)),
    "auditor": (("", LOOK),),
}


def permissions(role: str) -> set[Permission]:
    wanted = Q(pk__in=[])
    for app, verbs in ROLES[role]:
        for verb in verbs:
            wanted |= Q(codename__startswith=f"{verb}_", content_type__app_label__startswith=app)
    return set(Permission.objects.filter(wanted).exclude(content_type__model__in=SECRETS))


def sync(sender: AppConfig, **kwargs: Any) -> None:
    """Make the groups what the table says, once, after the last app has its permissions."""
    if sender.name != [app.name for app in apps.get_app_configs() if app.models_module][-1]:
        return
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(permissions(role))
