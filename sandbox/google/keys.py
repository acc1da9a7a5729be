"""The key that signs ID tokens, as Google publishes it: certificates and JWKS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

VALID = timedelta(days=30)


@dataclass(frozen=True)
class SigningKey:
    private: rsa.RSAPrivateKey

    @classmethod
    def fresh(cls) -> SigningKey:
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @cached_property
    def certificate(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "federated-signon.sandbox")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, self.private.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + VALID)
        return builder.sign(self.private, hashes.SHA256())

    @cached_property
    def kid(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()[:40]

    @property
    def certificates(self) -> dict[str, str]:
        return {self.kid: self.certificate.public_bytes(Encoding.PEM).decode()}

    @property
    def jwks(self) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        return {"keys": [{**key, "kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.kid})
