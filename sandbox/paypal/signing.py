"""The certificate chain and the signature of webhooks.

Root, intermediate and leaf are made at the first start and kept in the state folder, so that a
shop which pinned the root still trusts it after a restart.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "messageverificationcerts.paypal.com"  # the subject of the real ones
ALGORITHM = "SHA256withRSA"
VALID = timedelta(days=3650)
FILES = ("root.pem", "chain.pem", "leaf.key")


@dataclass(frozen=True)
class Issuer:
    name: x509.Name
    key: rsa.RSAPrivateKey


@dataclass(frozen=True)
class Signer:
    root: bytes  # PEM
    chain: bytes  # PEM: leaf, then intermediate
    key: rsa.RSAPrivateKey

    @classmethod
    def kept_in(cls, folder: Path | None) -> Signer:
        """The one of the folder, made if need be; without folder a new one."""
        if folder is None:
            return cls.fresh()
        paths = [folder / name for name in FILES]
        if not all(path.exists() for path in paths):
            made = cls.fresh()
            for path, content in zip(paths, made.files(), strict=True):
                path.touch(mode=0o600)
                path.write_bytes(content)
        root, chain, key = (path.read_bytes() for path in paths)
        loaded = load_pem_private_key(key, None)
        assert isinstance(loaded, rsa.RSAPrivateKey)  # noqa: S101  # written above
        return cls(root, chain, loaded)

    @classmethod
    def fresh(cls) -> Signer:
        root = Issuer(named("Sandbox Root"), new_key())
        middle = Issuer(named("Sandbox Intermediate"), new_key())
        key = new_key()
        leaf = certificate(named(HOST), key, root=middle, authority=False)
        link = certificate(middle.name, middle.key, root=root, authority=True)
        top = certificate(root.name, root.key, root=root, authority=True)
        return cls(top, leaf + link, key)

    def files(self) -> tuple[bytes, bytes, bytes]:
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self.root, self.chain, key

    def sign(self, message: bytes) -> str:
        signature = self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(signature).decode()

    def verifies(self, message: bytes, signature: str) -> bool:
        try:
            given = base64.b64decode(signature, validate=True)
            self.key.public_key().verify(given, message, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


def signed_message(transmission_id: str, time: str, webhook_id: str, raw: bytes) -> bytes:
    """What PayPal signs; the checksum as an unsigned decimal."""
    return f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(raw)}".encode()


def named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "PayPal sandbox on this machine"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(name: x509.Name, key: rsa.RSAPrivateKey, *, root: Issuer, authority: bool) -> bytes:
    now = datetime.now(UTC)
    public, issuer = key.public_key(), root.key.public_key()
    builder = (
        x509.CertificateBuilder(root.name, name, public, x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
        .add_extension(usage(authority=authority), critical=True)
    )
    if not authority:
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        host = x509.SubjectAlternativeName([x509.DNSName(HOST)])
        builder = builder.add_extension(host, critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return builder.sign(root.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
