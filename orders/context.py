from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from orders.cart import Cart


def cart(request: HttpRequest) -> dict[str, Any]:
    """How many things the cart in the page's head shows; a page without a session has none."""
    if not hasattr(request, "session"):
        return {"cart_count": 0}
    return {"cart_count": Cart(request.session).count}
