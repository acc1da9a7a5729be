from catalog.models.category import Category
from catalog.models.picture import Picture
from catalog.models.price import PriceChange
from catalog.models.product import Fact, Product
from catalog.models.variant import Variant

__all__ = ["Category", "Fact", "Picture", "PriceChange", "Product", "Variant"]
