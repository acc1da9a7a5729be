"""Cells of a CSV file that no spreadsheet runs, and that can be read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
MARK = "'"  # a spreadsheet takes what follows for text


def text(value: Any) -> str:
    """A plain value as a cell says it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def inert(value: str) -> str:
    """Marked where a spreadsheet would take it for a formula, and where it begins with the mark."""
    return MARK + value if value.lstrip(" ").startswith((*RUN, MARK)) else value


def original(cell: str) -> str:
    return cell.removeprefix(MARK)


def line(values: Iterable[Any]) -> str:
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_ALL).writerow([inert(text(value)) for value in values])
    return target.getvalue()
