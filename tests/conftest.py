from __future__ import annotations

import pytest

from soocas import wording


def pytest_configure(config: pytest.Config) -> None:
    """The words are compiled once, before any worker reads them."""
    if not hasattr(config, "workerinput"):
        for room in wording.rooms():
            wording.compile_(room)
