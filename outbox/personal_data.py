from __future__ import annotations

from typing import Any

purposes: dict[str, Any] = {}
