"""A production process with a missing or unsafe setting does not start, whatever it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "SOOCAS_ENVIRONMENT": "production",
    "SOOCAS_SECRET_KEY": "q8Zt-4fJx0vW2nLr6yKb9sHd3mPc7gTa1uEo5iXwQzRjVkNf",
    "SOOCAS_SUPPRESSION_PEPPER": "7gTa1uEo5iXwQzRj2mVbNc8kLpYd4sHf",
    "SOOCAS_TOMBSTONES": "/shop/var/erasures/ledger.jsonl",
    "SOOCAS_TOMBSTONE_KEYS": "3pMc7gTa1uEo5iXwQzRjVkNfYb2q8Zt4",
    "SOOCAS_SITE_URL": "https://soocas.example",
    "SOOCAS_ALLOWED_HOSTS": "soocas.example",
    "SOOCAS_MAIL_FROM": "Soocas <shop@soocas.example>",
    "SOOCAS_NEWSLETTER_FROM": "Soocas <letters@soocas.example>",
    "SOOCAS_SELLER_NAME": "Soocas B.V.",
    "SOOCAS_SELLER_STREET": "Voorbeeldkade 12",
    "SOOCAS_SELLER_PLACE": "1011 AB Amsterdam",
    "SOOCAS_SELLER_KVK": "12345678",
    "SOOCAS_SELLER_VAT": "NL123456789B01",
    "SOOCAS_RECIPIENT_ADDRESSES": "paypal=privacy@paypal.example,carrier=privacy@carrier.example",
    "SOOCAS_MAIL_PROVIDER": "Postbode,NL,30",
    "DATABASE_URL": "postgres://shop:secret@db.example/shop",
    "BROKER_URL": "redis://broker.example/0",
    "CACHE_URL": "redis://cache.example/0",
    "EMAIL_HOST": "mail.example",
    "PAYPAL_ENVIRONMENT": "live",
    "PAYPAL_CLIENT_ID": "AbC",
    "PAYPAL_CLIENT_SECRET": "DeF",
    "PAYPAL_WEBHOOK_ID": "GhI",
}
SAFE["SOOCAS_SECRET_KEY"] += "Yb2"  # 51 characters
MANAGE = ("manage.py", "check")


def start(*words: str, without: str = "", **changed: str) -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in {**SAFE, **changed}.items() if name != without}
    environment = {"PATH": os.environ["PATH"], **given}
    return subprocess.run(
        [sys.executable, *(words or MANAGE)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_complete_production_starts() -> None:
    started = start()

    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize("words", [MANAGE, ("-c", "import soocas.wsgi"), ("-c", "import soocas")])
def test_any_process_names_every_missing_setting_at_once(words: tuple[str, ...]) -> None:
    environment = {"PATH": os.environ["PATH"], "SOOCAS_ENVIRONMENT": "production"}
    refused = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "soocas.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode != 0
    missing = [name for name in SAFE if f"{name} is missing" not in refused.stderr]
    assert missing == ["SOOCAS_ENVIRONMENT"]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SOOCAS_DEBUG", "1", "SOOCAS_DEBUG shows visitors the inside"),
        ("SOOCAS_SECRET_KEY", "short", "SOOCAS_SECRET_KEY is too easily guessed"),
        ("SOOCAS_SECRET_KEY", "a" * 60, "SOOCAS_SECRET_KEY is too easily guessed"),
        ("SOOCAS_SITE_URL", "http://soocas.example", "SOOCAS_SITE_URL must begin with https://"),
        ("SOOCAS_ALLOWED_HOSTS", "*", "SOOCAS_ALLOWED_HOSTS lets any host name in"),
        ("SOOCAS_ALLOWED_HOSTS", "127.0.0.1", "SOOCAS_ALLOWED_HOSTS names this machine"),
        ("DATABASE_URL", "postgres://u:p@127.0.0.1/x", "DATABASE_URL points to this machine"),
        ("BROKER_URL", "redis://localhost/0", "BROKER_URL points to this machine"),
        ("CACHE_URL", "redis://[::1]/0", "CACHE_URL points to this machine"),
        ("CACHE_URL", "redis://broker.example/0", "CACHE_URL is the broker's"),
        ("EMAIL_HOST", "127.0.0.1", "EMAIL_HOST points to this machine"),
        ("CACHE_URL", "redis://broker.example:6379/3", "CACHE_URL is the broker's server"),
        ("DATABASE_URL", "sqlite:///x.db", "DATABASE_URL must begin with postgres://"),
        ("DATABASE_URL", "postgres:///soocas", "DATABASE_URL must begin with postgres://"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL must begin with postgres://"),
        ("BROKER_URL", "memory://", "BROKER_URL must begin with redis://"),
        ("CACHE_URL", "locmem://", "CACHE_URL must begin with redis://"),
        ("SOOCAS_TOMBSTONE_KEYS", "x,y", "SOOCAS_TOMBSTONE_KEYS are too easily guessed"),
        ("SOOCAS_SUPPRESSION_PEPPER", "x", "SOOCAS_SUPPRESSION_PEPPER is too easily guessed"),
        ("SOOCAS_ALLOWED_HOSTS", "other.example", "leaves out the host of SOOCAS_SITE_URL"),
        ("PAYPAL_ENVIRONMENT", "sandbox", "PAYPAL_ENVIRONMENT is sandbox"),
        ("PAYPAL_LOCAL_URL", "http://127.0.0.1:8010", "PAYPAL_LOCAL_URL is for a stand-in"),
        ("PAYPAL_CLIENT_ID", "local", "PAYPAL_CLIENT_ID is a stand-in's"),
        ("GOOGLE_URL", "http://127.0.0.1:8011", "GOOGLE_URL is for a stand-in"),
        ("FACEBOOK_CLIENT_ID", "123", "FACEBOOK_CLIENT_SECRET belong together"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name(name: str, value: str, fault: str) -> None:
    refused = start("-c", "import soocas.settings", **{name: value})

    assert refused.returncode != 0
    assert fault in refused.stderr
    assert "is missing" not in refused.stderr.partition("refuses to start")[2].replace(
        "one is missing", ""
    )


def test_a_list_of_commas_names_no_host() -> None:
    refused = start("-c", "import soocas.settings", SOOCAS_ALLOWED_HOSTS=" , ")

    assert "SOOCAS_ALLOWED_HOSTS is missing" in refused.stderr


@pytest.mark.parametrize("word", ["prod", "Production", "staging"])
def test_a_misspelt_environment_is_not_taken_for_a_checkout(word: str) -> None:
    refused = start("-c", "import soocas.settings", SOOCAS_ENVIRONMENT=word)

    assert refused.returncode != 0
    assert "SOOCAS_ENVIRONMENT must be development or production" in refused.stderr


def test_production_never_reads_what_a_checkout_runs_on(tmp_path: Path) -> None:
    (tmp_path / "services.env").write_text("DATABASE_URL=postgres://found/x\n", encoding="utf-8")

    refused = start(without="DATABASE_URL", SOOCAS_VAR=str(tmp_path))

    assert "DATABASE_URL is missing" in refused.stderr


def test_a_checkout_without_services_is_told_how_to_start_them(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "SOOCAS_VAR": str(tmp_path)}
    command = [sys.executable, "manage.py", "migrate"]

    refused = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert refused.returncode == 1
    assert "make run" in refused.stderr
    assert refused.stderr.count("\n") == 1
