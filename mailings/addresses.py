"""One spelling for every e-mail address."""

from __future__ import annotations


def canonical(email: str) -> str:
    """The address as stored: the domain in lower case and in its own script, not in ``xn--``."""
    local, _at, domain = email.strip().rpartition("@")
    return f"{local}@{ascii_domain(domain).encode().decode('idna')}"


def key(email: str) -> str:
    """The same for every spelling of an address, whatever its case or script."""
    local, _at, domain = email.strip().rpartition("@")
    return f"{local.lower()}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    try:
        return domain.lower().encode("idna").decode()
    except UnicodeError:  # no domain by the rules; the form refuses it
        return domain.lower().encode("ascii", "replace").decode()
