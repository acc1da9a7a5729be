"""What staff sees of orders. Each part registers its own pages."""

from orders.admin import order, paper, parcels, reconciliation

__all__ = ["order", "paper", "parcels", "reconciliation"]
