from tests.orders.conftest import letterbox, paypal, paypal_process, shopper

__all__ = ["letterbox", "paypal", "paypal_process", "shopper"]
