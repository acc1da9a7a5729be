"""``python -m sandbox.google --port P [--client-id ID --client-secret SECRET]``

With U its address, django-allauth's own Google provider is pointed here by
AUTHORIZE_URL U/o/oauth2/v2/auth, ACCESS_TOKEN_URL U/token, CERTS_URL U/oauth2/v1/certs,
IDENTITY_URL U/oauth2/v2/userinfo and ID_TOKEN_ISSUER U.
"""

from __future__ import annotations

from sandbox import serving
from sandbox.google.pages import Provider, create_app


def main() -> None:
    parser = serving.parser("google", "A stand-in for Google's sign-in.")
    parser.add_argument("--client-id", default="local")
    parser.add_argument("--client-secret", default="local")
    options = parser.parse_args()
    url = serving.public_url(options)
    provider = Provider(url, options.client_id, options.client_secret)
    serving.serve(create_app(provider), options.port)


if __name__ == "__main__":
    main()
