from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from orders import checks, shipping  # noqa: F401  # registers them
        from orders.mails import introduce

        introduce()

        post_migrate.connect(shipping.ensure_defaults, sender=self, dispatch_uid="orders.shipping")
