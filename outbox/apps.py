from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("outgoing mail")

    def ready(self) -> None:
        from outbox.services import fate, post
        from privacy import letters

        letters.register(post, fate)
