"""Rows that staff picks in a list of the administration, to do something with all of them."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

KEY = re.compile("[0-9]{1,18}")


class Picked:
    """A list of numbered rows, of which nothing but numbers can be picked: else it answers 400."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not all(map(KEY.fullmatch, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise SuspiciousOperation
        shown: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
        return shown
