"""What is sold speaks of nobody."""

from __future__ import annotations

from catalog.models import Category, Fact, Picture, PriceChange, Product, Variant
from privacy.declarations import declare_impersonal

declare_impersonal(Category, Product, Fact, Variant, Picture, PriceChange)
