"""Starts what the tests run on, unless the environment names it: each test run its own."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from sandbox.launcher.folder import Folder
from sandbox.launcher.services import Services


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Before pytest-django reads the settings; a wrapper goes before all that are none."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        _take_own_valkey_databases(worker)
        _take_own_files(worker)
    elif not (early_config.known_args_namespace.help or early_config.known_args_namespace.version):
        _prepare(early_config)
    return (yield)


def _prepare(config: pytest.Config) -> None:
    """A folder of this run's own: what a developer's shop runs on is never touched."""
    folder = Path(tempfile.mkdtemp(prefix="soocas-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["SOOCAS_VAR"] = str(folder)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop stays in a worker's thread
    os.environ["SOOCAS_COOKIES_STRICT"] = "1"  # an undeclared cookie raises
    if os.environ.get("DATABASE_URL"):
        return
    services = Services(Folder(folder / "services"), temporary=True, standins=False)
    os.environ |= services.start()
    os.environ["SOOCAS_TEST_SERVICES"] = str(folder)
    config.add_cleanup(services.stop)


def _take_own_valkey_databases(worker: str) -> None:
    """Workers share the two Valkeys of the run; each has its own database in them."""
    if not os.environ.get("SOOCAS_TEST_SERVICES"):
        return
    number = int(re.sub(r"\D", "", worker)) + 1
    for variable in ("BROKER_URL", "CACHE_URL"):
        server, _, _ = os.environ[variable].rpartition("/")
        os.environ[variable] = f"{server}/{number}"


def _take_own_files(worker: str) -> None:
    """A scan for a person must not find what another worker's test keeps of its own."""
    folder = Path(os.environ["SOOCAS_VAR"]) / worker
    os.environ["SOOCAS_PRIVATE_ROOT"] = str(folder / "private")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's journeys share one shop, so one worker takes them all."""
    for item in items:
        if "tests/browser" in item.nodeid:
            item.add_marker(pytest.mark.xdist_group("browser"))
