"""With SOOCAS_ENVIRONMENT=production no process starts until every setting is there and safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

Environment = Mapping[str, str]

NEEDED = {
    "SOOCAS_SECRET_KEY": "a random text of at least 50 characters",
    "SOOCAS_SUPPRESSION_PEPPER": "a random text that never changes",
    "SOOCAS_TOMBSTONES": "the file of erasures, where no backup of the database reaches",
    "SOOCAS_TOMBSTONE_KEYS": "random texts, the newest first, commas between",
    "SOOCAS_SITE_URL": "where the shop is, https://…",
    "SOOCAS_ALLOWED_HOSTS": "the host names of the shop, with commas between",
    "DATABASE_URL": "postgres://…",
    "BROKER_URL": "redis://… or rediss://…",
    "CACHE_URL": "redis://… or rediss://…, another server than the broker's",
    "EMAIL_HOST": "the mail server",
    "SOOCAS_MAIL_FROM": "the sender of the shop's mail",
    "SOOCAS_NEWSLETTER_FROM": "the sender of the newsletter",
    "SOOCAS_SELLER_NAME": "who sells, as invoices say it",
    "SOOCAS_SELLER_STREET": "the seller's street and number",
    "SOOCAS_SELLER_PLACE": "the seller's postcode and town",
    "SOOCAS_SELLER_KVK": "the seller's number at the chamber of commerce",
    "SOOCAS_SELLER_VAT": "the seller's VAT number, NL…",
    "SOOCAS_RECIPIENT_ADDRESSES": "who is written to of an erasure: paypal=…,carrier=…",
    "SOOCAS_MAIL_PROVIDER": "who carries the mail: name, country, days it keeps what it carried",
    "PAYPAL_ENVIRONMENT": "live",
    "PAYPAL_CLIENT_ID": "from PayPal",
    "PAYPAL_CLIENT_SECRET": "from PayPal",
    "PAYPAL_WEBHOOK_ID": "from PayPal",
}
REFUSED = {  # addresses of stand-ins
    "PAYPAL_LOCAL_URL": "is for a stand-in only",
    "GOOGLE_URL": "is for a stand-in only",
    "FACEBOOK_URL": "is for a stand-in only",
}
PAIRS = [
    ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
    ("FACEBOOK_CLIENT_ID", "FACEBOOK_CLIENT_SECRET"),
]
SCHEMES = {
    "DATABASE_URL": ("postgres", "postgresql"),
    "BROKER_URL": ("redis", "rediss"),
    "CACHE_URL": ("redis", "rediss"),
}
SERVERS = ("SOOCAS_SITE_URL", "DATABASE_URL", "BROKER_URL", "CACHE_URL")
LOOPBACK = ("localhost", "127.", "0.0.0.0", "::1")  # noqa: S104 - refused, not bound to
TRUE = {"1", "true", "yes", "on"}


def refuse_if_unsafe(environment: Environment) -> None:
    """ImproperlyConfigured names each fault on a line of its own."""
    faults = list(dict.fromkeys(fault for rule in RULES for fault in rule(environment)))
    if faults:
        lines = "\n".join(f"  {fault}" for fault in faults)
        raise ImproperlyConfigured(f"Production refuses to start:\n{lines}")


def _missing(env: Environment) -> Iterator[str]:
    for name, meaning in NEEDED.items():
        if not env.get(name, "").strip(", "):
            yield f"{name} is missing: {meaning}."


def _stand_ins(env: Environment) -> Iterator[str]:
    for name, why in REFUSED.items():
        if env.get(name):
            yield f"{name} {why}."
    paypal = env.get("PAYPAL_ENVIRONMENT", "")
    if paypal and paypal != "live":
        yield f"PAYPAL_ENVIRONMENT is {paypal}: only live takes real payments."
    for name in env:
        if name.endswith(("_CLIENT_ID", "_CLIENT_SECRET", "_WEBHOOK_ID")) and env[name] == "local":
            yield f"{name} is a stand-in's."


def _addresses(env: Environment) -> Iterator[str]:
    for name in SERVERS:
        if _is_loopback(_host(env.get(name, ""))):
            yield f"{name} points to this machine."
    if _is_loopback(env.get("EMAIL_HOST", "")):
        yield "EMAIL_HOST points to this machine."
    site = env.get("SOOCAS_SITE_URL", "")
    if site and not site.startswith("https://"):
        yield "SOOCAS_SITE_URL must begin with https://."


def _servers(env: Environment) -> Iterator[str]:
    for name, schemes in SCHEMES.items():
        address = env.get(name, "")
        if address and (_scheme(address) not in schemes or not _host(address)):
            yield f"{name} must begin with {schemes[0]}:// and name a host."
    broker, cache = env.get("BROKER_URL", ""), env.get("CACHE_URL", "")
    if broker and _place(broker) == _place(cache):
        yield "CACHE_URL is the broker's server: what is due must never be evicted."


def _secrets(env: Environment) -> Iterator[str]:
    key = env.get("SOOCAS_SECRET_KEY", "")
    if key and (len(key) < 50 or len(set(key)) < 10 or key.startswith("django-insecure")):
        yield "SOOCAS_SECRET_KEY is too easily guessed: at least 50 random characters."
    pepper = env.get("SOOCAS_SUPPRESSION_PEPPER", "")
    if pepper and (len(pepper) < 32 or len(set(pepper)) < 10):
        yield "SOOCAS_SUPPRESSION_PEPPER is too easily guessed: at least 32 random characters."
    if env.get("EMAIL_HOST_PASSWORD") and env.get("EMAIL_USE_TLS", "true").lower() not in TRUE:
        yield "EMAIL_USE_TLS is off: the mail password would travel in clear."
    for one, other in PAIRS:
        if bool(env.get(one)) != bool(env.get(other)):
            yield f"{one} and {other} belong together: one is missing."


def _keys(env: Environment) -> Iterator[str]:
    keys = [key.strip() for key in env.get("SOOCAS_TOMBSTONE_KEYS", "").split(",") if key.strip()]
    if any(len(key) < 32 or len(set(key)) < 10 for key in keys):
        yield "SOOCAS_TOMBSTONE_KEYS are too easily guessed: at least 32 random characters each."


def _openness(env: Environment) -> Iterator[str]:
    if env.get("SOOCAS_DEBUG", "").strip().lower() in TRUE:
        yield "SOOCAS_DEBUG shows visitors the inside."
    hosts = [host.strip() for host in env.get("SOOCAS_ALLOWED_HOSTS", "").split(",")]
    site = _host(env.get("SOOCAS_SITE_URL", ""))
    if any(hosts) and site and not validate_host(site, hosts):
        yield f"SOOCAS_ALLOWED_HOSTS leaves out the host of SOOCAS_SITE_URL: {site}."
    if "*" in hosts:
        yield "SOOCAS_ALLOWED_HOSTS lets any host name in."
    for host in hosts:
        if _is_loopback(host):
            yield f"SOOCAS_ALLOWED_HOSTS names this machine: {host}."


RULES: list[Callable[[Environment], Iterator[str]]] = [
    _missing,
    _stand_ins,
    _addresses,
    _servers,
    _secrets,
    _keys,
    _openness,
]


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _scheme(address: str) -> str:
    return address.partition("://")[0].lower()


def _place(address: str) -> str:
    """Host and port of a server, whatever the user or the database on it."""
    rest = address.partition("://")[2].partition("/")[0].rpartition("@")[2].lower()
    return rest if ":" in rest else f"{rest}:6379"


def _is_loopback(host: str) -> bool:
    return host.strip("[]").lower().startswith(LOOPBACK)
