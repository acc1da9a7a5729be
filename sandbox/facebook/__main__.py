"""``python -m sandbox.facebook --port P [--client-id ID --client-secret SECRET]``

With U its address, django-allauth's own Facebook provider is pointed here by
AUTHORIZE_URL U/v19.0/dialog/oauth and GRAPH_API_URL U/v19.0.
"""

from __future__ import annotations

from sandbox import serving
from sandbox.facebook.pages import Provider, create_app


def main() -> None:
    parser = serving.parser("facebook", "A stand-in for Facebook's sign-in.")
    parser.add_argument("--client-id", default="local")
    parser.add_argument("--client-secret", default="local")
    options = parser.parse_args()
    url = serving.public_url(options)
    provider = Provider(url, options.client_id, options.client_secret)
    serving.serve(create_app(provider), options.port)


if __name__ == "__main__":
    main()
