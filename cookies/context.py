from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from cookies import consent as choices


def consent(request: HttpRequest) -> dict[str, Any]:
    return {"consent": choices.of(request)}
