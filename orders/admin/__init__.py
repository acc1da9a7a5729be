"""What staff sees of orders. Each part registers its own pages."""

from orders.admin import order, paper, parcels, reconciliation, refunds, returns, sale, withdrawals

__all__ = [
    "order",
    "paper",
    "parcels",
    "reconciliation",
    "refunds",
    "returns",
    "sale",
    "withdrawals",
]
