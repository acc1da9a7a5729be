from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CookiesConfig(AppConfig):
    name = "cookies"
    verbose_name = _("cookies")

    def ready(self) -> None:
        from cookies import checks, rows  # noqa: F401  (registers itself)

        post_migrate.connect(rows.sync, sender=self)
