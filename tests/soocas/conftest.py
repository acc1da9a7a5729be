from __future__ import annotations

import pytest

from catalog import demo


@pytest.fixture
def shelves(db: None) -> None:
    """The demo catalogue."""
    demo.load()
