"""What must not be forgotten about PayPal."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from orders import paypal


@register("orders")
def paypal_address(**_: Any) -> list[CheckMessage]:
    """A live shop must not speak to a stand-in, nor a stand-in's shop to PayPal."""
    if settings.PAYPAL_ENVIRONMENT == "local" and not settings.PAYPAL_LOCAL_URL:
        return []  # nothing runs yet: orders are kept, and their pages say that PayPal is silent
    try:
        paypal.endpoint()
    except ImproperlyConfigured as error:
        hint = "Set PAYPAL_ENVIRONMENT to live or sandbox, and PAYPAL_LOCAL_URL only with local."
        return [Error(str(error), hint=hint, id="orders.E001")]
    return []
