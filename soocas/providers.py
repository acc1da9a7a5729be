"""Where Google and Facebook are, and what is asked of them: as little as will do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from soocas import environment as env

GOOGLE = "https://accounts.google.com"
FACEBOOK = ("https://www.facebook.com", "https://m.facebook.com")


def configured() -> dict[str, Any]:
    """The providers that have a client id, as allauth wants them. Read when the settings load."""
    urls = stand_ins()
    found = {"google": google(urls["google"]), "facebook": facebook(urls["facebook"])}
    return {name: provider for name, provider in found.items() if provider["APPS"]}


def origins() -> list[str]:
    """Where a sign-in form may lead to, for the content security policy."""
    local = [_origin(url) for url in stand_ins().values() if url]
    return [GOOGLE, *FACEBOOK, *local] if configured() else []


def google(url: str) -> dict[str, Any]:
    elsewhere = {
        "AUTHORIZE_URL": f"{url}/o/oauth2/v2/auth",
        "ACCESS_TOKEN_URL": f"{url}/token",
        "CERTS_URL": f"{url}/oauth2/v1/certs",
        "IDENTITY_URL": f"{url}/oauth2/v2/userinfo",
        "ID_TOKEN_ISSUER": url,
    }
    return {
        "APPS": _apps("GOOGLE", url),
        "SCOPE": ["profile", "email"],
        "OAUTH_PKCE_ENABLED": True,
        **(elsewhere if url else {}),
    }


def facebook(url: str) -> dict[str, Any]:
    version = "v23.0"
    elsewhere = {
        "AUTHORIZE_URL": f"{url}/{version}/dialog/oauth",
        "GRAPH_API_URL": f"{url}/{version}",
    }
    return {
        "APPS": _apps("FACEBOOK", url),
        "VERSION": version,
        "SCOPE": ["email"],
        "FIELDS": ["id", "email", "name"],
        **(elsewhere if url else {}),
    }


def stand_ins() -> dict[str, str]:
    return {"google": env.text("GOOGLE_URL"), "facebook": env.text("FACEBOOK_URL")}


def _apps(name: str, url: str) -> list[dict[str, str]]:
    stand_in = "local" if url else ""
    client_id = env.text(f"{name}_CLIENT_ID", stand_in)
    secret = env.text(f"{name}_CLIENT_SECRET", stand_in)
    return [{"client_id": client_id, "secret": secret, "key": ""}] if client_id else []


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
