"""Which pages are asked for, by nobody in particular: shortened address, no account, no query."""

from __future__ import annotations

import ipaddress
import logging
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

log = logging.getLogger("soocas.request")

QUIET = ("/px/", "/static/", "/healthz", "/readyz")
OPEN = {"slug", "category", "language", "path", "campaign"}  # parts of a path that name no person
WORD = r"(?:[a-z]{1,20}|\d{1,4})"  # of a slug or a file's name; tokens and references mix
LONG = re.compile(
    rf"(?:(?<=/)|(?<=%2[Ff]))(?!{WORD}(?:[-_.]{WORD})*(?=[,:;)]?(?:[/\s\"'?>]|$)))[^/\s\"'?>]{{16,}}"
)
CASE = re.compile(r"\bV(?:-[A-Z0-9]{4}){3}\b", re.IGNORECASE)
CLIENT = re.compile(r"(?<=\bip=)[\da-fA-F.:]*[\da-fA-F]")  # gunicorn's "request from ip=…: …"
EMAIL = re.compile(r"[^\s/\"'<>=:,()]+@[^\s/\"'<>,()]+")
PREFIX = {4: 24, 6: 48}

Respond = Callable[[HttpRequest], HttpResponseBase]


def request_log(respond: Respond) -> Respond:
    """Middleware; the outermost, so that it sees every answer."""

    def logged(request: HttpRequest) -> HttpResponseBase:
        since = time.perf_counter()
        response = respond(request)
        if not request.path.startswith(QUIET):
            took = round((time.perf_counter() - since) * 1000)
            log.info("request", extra=_line(request, response, took))
        return response

    return logged


def _line(request: HttpRequest, response: HttpResponseBase, took: int) -> dict[str, str | int]:
    return {
        "method": request.method or "",
        "path": masked_path(request),
        "status": response.status_code,
        "ms": took,
        "network": network(_address(request)),
        "agent": request.headers.get("User-Agent", "")[:200],
        "referrer": origin(request.headers.get("Referer", "")),
    }


def masked_path(request: HttpRequest) -> str:
    """The path without whatever opens a person's page."""
    path = request.path
    found = request.resolver_match
    captured = found.kwargs if found else {}
    for name, value in captured.items():
        if name not in OPEN:
            path = path.replace(str(value), "…")
    return masked(path)


def masked(text: str) -> str:
    """Any text for a log, without what looks like a token or an e-mail address."""
    text = CLIENT.sub(lambda found: network(found[0]), text)
    return EMAIL.sub("…@…", LONG.sub("…", CASE.sub("…", text)))


def network(address: str) -> str:
    """The /24 or /48 that an address is in; cut before anything is written."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ipaddress.ip_network(f"{ip}/{PREFIX[ip.version]}", strict=False))


def origin(address: str) -> str:
    """Who sent a visitor, without the page: its address may speak of a person."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if parts.scheme in {"http", "https"} else ""


def _address(request: HttpRequest) -> str:
    """As many hops back as there are proxies of our own in front."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
