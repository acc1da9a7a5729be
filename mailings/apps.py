from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    name = "mailings"
    verbose_name = _("newsletters")

    def ready(self) -> None:
        from mailings import checks, suppression  # noqa: F401  (registers itself)
        from outbox import gate

        gate.veto(suppression.forbids)
