from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.shop import Shop, running

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
COOLING_OFF = 8  # seconds


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    var = tmp_path_factory.mktemp("a shop") / "var"
    with running(var, SOOCAS_COOLING_OFF=f"{COOLING_OFF}s") as started:
        yield started


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = os.environ.get("SOOCAS_CHROMIUM") or shutil.which("chromium")
    return {**browser_type_launch_args, "args": FLAGS, "executable_path": found}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "nl-NL", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def page(page: Page) -> Page:
    """A page that fails its test on a script error or a request to anywhere but this machine."""
    page.set_default_timeout(15_000)
    return page
