"""Facts about who receives personal data that are a deployment's own, from the environment."""

from __future__ import annotations

from soocas import environment as env

COUNTRY_LETTERS = 2


def addresses() -> dict[str, str]:
    """Where each recipient is told of an erasure, a correction or a restriction, by its key."""
    return env.pairs("SOOCAS_RECIPIENT_ADDRESSES", made_up(("paypal", "carrier", "google")))


def made_up(keys: tuple[str, ...]) -> str:
    if env.text("SOOCAS_ENVIRONMENT") == "production":
        return ""
    return ",".join(f"{key}=privacy@{key}.example" for key in keys)


def mail_provider() -> tuple[str, str, int]:
    """Who carries the mail, its country, and after how many days it forgets by contract."""
    given = env.text("SOOCAS_MAIL_PROVIDER", "Postbode,NL,30")
    name, country, days = [*(part.strip() for part in given.split(",")), "", ""][:3]
    if not name or len(country) != COUNTRY_LETTERS or not days.isdecimal():
        raise ValueError("SOOCAS_MAIL_PROVIDER must be a name, a country and days: Postbode,NL,30.")
    return name, country.upper(), int(days)
