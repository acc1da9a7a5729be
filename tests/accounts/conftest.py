from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache

from tests.accounts.visitor import Visitor

ROOT = Path(__file__).parents[2]


def started(name: str, url: str) -> Iterator[str]:
    """A stand-in, started as `make run` starts it."""
    command = [sys.executable, "-m", f"sandbox.{name}", "--port", str(urlsplit(url).port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield url
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def google() -> Iterator[str]:
    yield from started("google", settings.GOOGLE_URL)


@pytest.fixture(scope="session")
def facebook() -> Iterator[str]:
    yield from started("facebook", settings.FACEBOOK_URL)


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Any) -> None:
    """A million rounds for each password would be most of the time that these tests take."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """Rate limits are kept in the cache, and each test is another day."""
    cache.clear()


@pytest.fixture
def visitor(db: None) -> Visitor:
    return Visitor()


@pytest.fixture
def attacker(db: None) -> Visitor:
    return Visitor()
