from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    name = "mailings"
    verbose_name = _("newsletters")

    def ready(self) -> None:
        from mailings import checks, suppression  # noqa: F401  (registers itself)
        from mailings.personal_data import CONFIRMING, NEWSLETTER
        from outbox import gate, kinds

        kinds.serve(CONFIRMING.key, "mailings/confirm")
        kinds.serve(NEWSLETTER.key, "mailings/newsletter")
        gate.veto(suppression.forbids)
