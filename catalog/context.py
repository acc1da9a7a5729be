from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from catalog.models import Category


def shop(request: HttpRequest) -> dict[str, Any]:
    """The categories of the navigation, read only by a page that shows them."""
    return {"shop_categories": Category.objects.all()}
