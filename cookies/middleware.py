"""The guard: what leaves for the browser's cookie store is decided here and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http.cookies import Morsel
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.utils.cache import patch_vary_headers

from cookies import consent, inventory

logger = logging.getLogger(__name__)
EPOCH = "Thu, 01 Jan 1970 00:00:00 GMT"  # how Django deletes


class UndeclaredCookie(Exception):
    """Somebody set a cookie that the inventory does not know."""


class CookieGuard:
    """Outermost. A cookie leaves only if it is a deletion, strictly necessary, or its group is
    accepted at the current notice version. An undeclared one never does; under
    ``COOKIES_STRICT``, as in tests, it raises."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.logged: set[str] = set()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        allowed = consent.of(request)
        for key, morsel in list(response.cookies.items()):
            if not is_deletion(morsel) and not allowed.allows(self.group(morsel.key)):
                del response.cookies[key]
        delete_refused(request, response, allowed)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie", "Sec-GPC"])
        return response

    def group(self, name: str) -> str:
        """The group of a declared cookie; of an undeclared one a group that nobody accepts."""
        item = inventory.find(name)
        if item:
            return item.group
        if settings.COOKIES_STRICT:
            raise UndeclaredCookie(f"{name}: declare it in cookies/inventory.py")
        if name not in self.logged:
            self.logged.add(name)
            logger.error("An undeclared cookie was stopped.", extra={"cookie": name})
        return ""


def is_deletion(morsel: Morsel[str]) -> bool:
    return str(morsel["max-age"]) == "0" or morsel["expires"] == EPOCH


def delete_refused(request: HttpRequest, response: HttpResponse, allowed: consent.Consent) -> None:
    """Take back what the browser still sends of groups that are not accepted (any more)."""
    for name in request.COOKIES:
        item = inventory.find(name)
        if item and not allowed.allows(item.group) and name not in response.cookies:
            for domain in domains(request):
                delete(response, name, domain)


def domains(request: HttpRequest) -> list[str | None]:
    """Host-only, and each domain above the host that a cookie could have been set for."""
    try:
        host, _ = split_domain_port(request.get_host())
    except DisallowedHost:
        return [None]
    labels = host.split(".")
    if len(labels) < 2 or is_address(host):
        return [None]
    return [None, *(".".join(labels[start:]) for start in range(len(labels) - 1))]


def is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def delete(response: HttpResponse, name: str, domain: str | None) -> None:
    """As Django does, but once per domain under one name."""
    gone = HttpResponse()
    gone.delete_cookie(name, domain=domain)
    dict.__setitem__(response.cookies, f"{name};{domain or ''}", gone.cookies[name])
