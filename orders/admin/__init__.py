"""What staff sees of orders. Each part registers its own pages."""

from orders.admin import order, parcels, reconciliation

__all__ = ["order", "parcels", "reconciliation"]
