from __future__ import annotations

from typing import Any

from django import template

from catalog.models import Variant
from orders import countries, shipping
from orders.cart import Cart

register = template.Library()


@register.inclusion_tag("orders/_delivery.html", takes_context=True)
def delivery_of(context: template.Context, variant: Variant) -> dict[str, Any]:
    """``{% delivery_of variant %}``: what bringing one costs, before any address is asked."""
    session = getattr(context.get("request"), "session", None)
    chosen = Cart(session).chosen() if session is not None else {}
    country = chosen.get("country", countries.HOME)
    ways = shipping.options(country, variant.weight_g, variant.price)
    return {"ways": ways[:1], "country": countries.title(country)}
