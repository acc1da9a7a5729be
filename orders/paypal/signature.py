"""Whether a webhook is PayPal's: its signature, its certificate, and who vouches for that.

Nothing of the message is believed before; the address of the certificate comes from the message,
so it is fetched only from PayPal itself.
"""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtensionOID, NameOID
from django.conf import settings
from django.core.cache import cache
from urllib3.exceptions import HTTPError

HEADERS = ("auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time")
ALGORITHMS = frozenset({"SHA256withRSA"})
PAYPALS = re.compile(r"https://(?:[a-z0-9-]+\.)+paypal\.com/[A-Za-z0-9/_.-]*")
LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::\d{1,5})?/[A-Za-z0-9/_.-]*")
SUBJECTS = frozenset(
    {"messageverificationcerts.paypal.com", "messageverificationcerts.sandbox.paypal.com"}
)
LARGEST = 64 * 1024  # bytes of certificates
TIMEOUT = (3, 5)  # seconds to connect, to read
CERTIFICATE_LASTS = 3600  # seconds in the cache
ROOT_LASTS = 30  # seconds; a stand-in makes a new one when it starts
LONGEST_CHAIN = 4
FETCHES = threading.BoundedSemaphore(2)  # of one process

Certificates = list[x509.Certificate]


class Forged(Exception):
    """The message is not PayPal's. Nothing of it is kept."""


class Unreachable(Exception):
    """The certificate cannot be had now: neither true nor forged."""


def verify(headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """Raises Forged or Unreachable. ``body`` is what came over the line, byte for byte."""
    said = {name: headers.get(f"paypal-{name}", "") for name in HEADERS}
    if not all(said.values()) or said["auth-algo"] not in ALGORITHMS:
        raise Forged("headers")
    if not _allowed(said["cert-url"]):
        raise Forged("certificate address")
    try:
        signature = base64.b64decode(said["transmission-sig"], validate=True)
    except ValueError:  # not base64, or not even ASCII
        raise Forged("signature") from None
    parts = [
        said["transmission-id"],
        said["transmission-time"],
        settings.PAYPAL_WEBHOOK_ID,
        str(zlib.crc32(body)),
    ]
    _check(signature, "|".join(parts).encode(), _certificate(said["cert-url"], now=now))


def _check(signature: bytes, message: bytes, certificate: x509.Certificate) -> None:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise Forged("key")
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Forged("signature") from None


def _allowed(url: str) -> bool:
    if settings.PAYPAL_ENVIRONMENT == "local" and LOOPBACK.fullmatch(url):
        return True
    return bool(PAYPALS.fullmatch(url))


def _certificate(url: str, *, now: datetime) -> x509.Certificate:
    """The certificate at that address, if one of the pinned roots vouches for it now."""
    key = f"paypal.certificate.{hashlib.sha256(url.encode()).hexdigest()[:32]}"
    text = cache.get(key)
    found = _parsed(text or _fetched_in_turn(url))
    leaf = _trusted(found, _roots(), now=now)
    if text is None:
        cache.set(key, _written(found), CERTIFICATE_LASTS)
    return leaf


def _trusted(presented: Certificates, pinned: Certificates, *, now: datetime) -> x509.Certificate:
    if not presented or not SUBJECTS & _names(presented[0]):
        raise Forged("subject")
    roots = [c for c in pinned if c.issuer == c.subject]
    current, pool = presented[0], [*presented[1:], *pinned]
    for _ in range(LONGEST_CHAIN):
        if not _valid(current, now):
            raise Forged("dates")
        if any(_issued(current, root) and _valid(root, now) for root in roots):
            return presented[0]
        above = next((c for c in pool if c != current and _issued(current, c)), None)
        if above is None:
            break
        current = above
    raise Forged("chain")


def _issued(child: x509.Certificate, parent: x509.Certificate) -> bool:
    try:
        limits = parent.extensions.get_extension_for_oid(ExtensionOID.BASIC_CONSTRAINTS).value
        child.verify_directly_issued_by(parent)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return isinstance(limits, x509.BasicConstraints) and limits.ca


def _valid(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _names(certificate: x509.Certificate) -> set[str]:
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    names = {str(name.value) for name in common}
    try:
        other = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return names
    return names | set(other.value.get_values_for_type(x509.DNSName))


def _roots() -> Certificates:
    """Those of the file, and beside them, for a local PayPal only, its own."""
    pinned = _parsed(Path(settings.PAYPAL_WEBHOOK_ROOTS).read_text(encoding="ascii"))
    if settings.PAYPAL_ENVIRONMENT == "local":
        pinned += _parsed(_local_root())
    return pinned


def _local_root() -> str:
    url = f"{settings.PAYPAL_LOCAL_URL.rstrip('/')}/control/root.pem"
    key = f"paypal.root.{hashlib.sha256(url.encode()).hexdigest()[:32]}"
    text: str = cache.get(key) or _fetched(url)
    cache.set(key, text, ROOT_LASTS)
    return text


def _parsed(text: str) -> Certificates:
    try:
        return x509.load_pem_x509_certificates(text.encode("ascii", "replace"))
    except ValueError:
        raise Forged("certificate") from None


def _written(certificates: Iterable[x509.Certificate]) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return "".join(c.public_bytes(Encoding.PEM).decode("ascii") for c in certificates)


def _fetched_in_turn(url: str) -> str:
    """Whoever makes up messages makes us fetch: never with more than a few threads at once."""
    if not FETCHES.acquire(blocking=False):
        raise Unreachable(url)
    try:
        return _fetched(url)
    finally:
        FETCHES.release()


def _fetched(url: str) -> str:
    """A small file, without redirects, the machine's proxies or a long wait."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(url, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
                text = answer.raw.read(LARGEST + 1, decode_content=True)
    except (requests.RequestException, HTTPError, OSError) as error:  # read() raises urllib3's own
        raise Unreachable(url) from error
    if answer.status_code != 200 or len(text) > LARGEST:
        raise Unreachable(url)
    return str(text, "ascii", "replace")
