"""What no reviewer should have to look for."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = [
    "soocas",
    "privacy",
    "cookies",
    "accounts",
    "catalog",
    "mailings",
    "outbox",
    "orders",
    "sandbox",
]
REFUSED = {"utils", "helpers", "common", "core", "signals", "selectors", "managers", "exceptions"}
FILE_LINES, FUNCTION_LINES = 250, 25


def sources() -> list[Path]:
    return [
        path
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_named_for_nothing() -> None:
    assert [str(p) for p in sources() if p.stem in REFUSED or p.parent.name in REFUSED] == []


def test_files_and_functions_stay_short() -> None:
    long = [
        str(path.relative_to(ROOT))
        for path in sources()
        if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES
    ]
    long += [
        f"{path.relative_to(ROOT)}: {name}, {lines} lines"
        for path in sources()
        for name, lines in functions(path)
        if lines > FUNCTION_LINES
    ]

    assert long == []


@pytest.mark.parametrize("room", [r for r in ROOMS if r not in ("privacy", "sandbox", "soocas")])
def test_an_app_knows_privacy_only_where_it_declares(room: str) -> None:
    """The declaration is the seam; apps.py may hand the privacy room a callable."""
    allowed = {"personal_data.py", "apps.py"}
    told = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / room).rglob("*.py"))
        if not allowed & {path.name, f"{path.parent.name}.py"} and "migrations" not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("from privacy", "import privacy"))
    ]

    assert told == []


def test_nothing_secret_or_generated_is_kept_in_the_repository() -> None:
    kept = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")

    assert [name for name in kept if name.endswith((".mo", ".pyc", ".env", ".pem", ".key"))] == []
    assert [name for name in kept if name.startswith(("var/", ".venv/", "staticfiles/"))] == []
