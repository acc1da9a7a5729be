"""Where PayPal is: its interface, and the pages its buyers are sent to."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ENDPOINTS = {
    "live": "https://api-m.paypal.com",
    "sandbox": "https://api-m.sandbox.paypal.com",
}
PAGES = {"live": "https://www.paypal.com", "sandbox": "https://www.sandbox.paypal.com"}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def endpoint() -> str:
    """Where the interface is; ImproperlyConfigured if the environment and the address disagree."""
    environment = settings.PAYPAL_ENVIRONMENT
    if environment in ENDPOINTS:
        if settings.PAYPAL_LOCAL_URL:
            raise ImproperlyConfigured(f"PAYPAL_LOCAL_URL is set beside {environment=}.")
        return ENDPOINTS[environment]
    if environment != "local" or not _loopback(settings.PAYPAL_LOCAL_URL):
        raise ImproperlyConfigured("PAYPAL_LOCAL_URL must be a loopback address, and local.")
    return str(settings.PAYPAL_LOCAL_URL).rstrip("/")


def page_origin() -> str:
    """Where the buyer is sent to; the pages that send him say so in their CSP."""
    if settings.PAYPAL_ENVIRONMENT in PAGES:
        return PAGES[settings.PAYPAL_ENVIRONMENT]
    parts = urlsplit(settings.PAYPAL_LOCAL_URL)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"


def _loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK
