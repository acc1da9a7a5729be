"""The diagram of the axes is what the code says, and every event has words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from orders import diagram
from orders.admin import wording
from orders.axes import AXES
from orders.mails import NAMES

ROOM = Path(diagram.__file__).parent


def test_the_page_in_the_docs_is_what_the_code_says() -> None:
    call_command("order_states", "--check")


def test_a_stale_page_fails_and_is_put_right_by_writing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "order-states.md"
    page.write_text(diagram.page().replace("placed --> expired", "placed --> nowhere"))
    monkeypatch.setattr(diagram, "PAGE", page)

    with pytest.raises(CommandError, match="stale"):
        call_command("order_states", "--check")
    assert "nowhere" in page.read_text()
    call_command("order_states")
    call_command("order_states", "--check")


def test_every_way_is_drawn_and_no_other() -> None:
    drawn = diagram.page()

    assert drawn.count("stateDiagram-v2") == len(AXES)
    ways = sum(len(origins) for _, ways in AXES.values() for origins in ways.values())
    ends = drawn.count("--> [*]")
    assert drawn.count(" --> ") == ways + ends + len(AXES)


def test_the_page_is_english_whoever_draws_it() -> None:
    with translation.override("nl"):
        dutch = diagram.page()

    assert dutch == diagram.page()
    assert "## Payment" in dutch


def test_somebody_moves_to_every_state_there_is() -> None:
    rows = [line for line in diagram.page().splitlines() if line.startswith("| ")]
    idle = [line for line in rows if line.endswith("|  |")]

    assert len(rows) > 30
    assert idle == []


def test_every_event_that_the_code_records_has_words() -> None:
    kinds = set(_recorded())
    kinds |= {f"{axis}_{to}" for axis, ways in AXES.values() for to in ways}

    assert "order_placed" in kinds
    assert {kind for kind in kinds if kind not in wording.EVENTS} == set()


def test_every_mail_has_words() -> None:
    sent = {f"orders/{path.stem}" for path in Path("templates/orders/email").glob("[!_]*.txt")}

    assert {kind for kind in sent if kind not in NAMES} == set()
    assert "orders/confirmed" in sent


def _recorded() -> Iterator[str]:
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                yield from (str(a.value) for a in node.args if isinstance(a, ast.Constant))
