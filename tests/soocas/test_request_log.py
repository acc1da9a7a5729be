"""The request log knows pages, not persons."""

from __future__ import annotations

import io
import json
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from logging.config import dictConfig
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from accounts.models import User
from soocas.logs import Daily, Discreet, configuration
from soocas.requestlog import masked

pytestmark = pytest.mark.django_db
Lines = Callable[[], list[dict[str, Any]]]
TOKEN = "kJ8-x_Zp2QwErTyUiOpAsDfGh"


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Lines]:
    handler = Daily(str(tmp_path), "requests")
    handler.setFormatter(Discreet(["message"]))
    log = logging.getLogger("soocas.request")
    log.addHandler(handler)
    yield lambda: [json.loads(line) for line in "".join(_texts(tmp_path)).splitlines()]
    log.removeHandler(handler)
    handler.close()


def _texts(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jsonl"))]


def test_the_address_is_cut_and_the_query_is_left_out(client: Client, lines: Lines) -> None:
    client.get("/nl/search/?q=anna@example.org", REMOTE_ADDR="203.0.113.77")
    client.get("/nl/search/", REMOTE_ADDR="2001:db8:1:2:3::4")
    client.get("/nl/search/", REMOTE_ADDR="::ffff:203.0.113.77")

    seen = lines()
    assert [line["network"] for line in seen] == [
        "203.0.113.0/24",
        "2001:db8:1::/48",
        "203.0.113.0/24",
    ]
    assert {line["path"] for line in seen} == {"/nl/search/"}
    assert "anna" not in json.dumps(seen)
    assert "113.77" not in json.dumps(seen)


@pytest.mark.parametrize(
    "path",
    [
        f"/nl/orders/{TOKEN}/",
        f"/u/{TOKEN}",
        f"/nl/account/confirm-email/{TOKEN}:1abc:xyz/",
        f"/nl/account/password/reset/key/1-{TOKEN}/",
        f"/nowhere/{TOKEN}/",
    ],
)
def test_what_opens_a_persons_page_is_masked(client: Client, lines: Lines, path: str) -> None:
    client.get(path)

    (line,) = lines()
    assert TOKEN not in json.dumps(line)
    assert "…" in line["path"]


def test_it_knows_no_account_and_only_where_a_visitor_came_from(
    client: Client, lines: Lines, django_user_model: type[User]
) -> None:
    user = django_user_model.objects.create_user(email="anna@example.org", password="x-9-Yt-4")
    client.force_login(user)

    client.get("/nl/", HTTP_REFERER=f"https://me:pw@search.example/find?q=anna&t={TOKEN}")

    (line,) = lines()
    assert line["referrer"] == "https://search.example"
    assert set(line) == {
        "message",
        "method",
        "path",
        "status",
        "ms",
        "network",
        "agent",
        "referrer",
    }


def test_machines_and_open_counts_are_not_logged(client: Client, lines: Lines) -> None:
    client.get("/healthz")
    client.get("/px/spring.gif")

    assert lines() == []


def test_a_day_has_its_file_and_thirty_days_end_it(tmp_path: Path) -> None:
    for name in ("requests-2026-01-01.jsonl", "requests-2026-02-20.jsonl", "worker.log"):
        (tmp_path / name).write_text("{}\n", encoding="utf-8")
    handler = Daily(str(tmp_path), "requests")
    record = logging.makeLogRecord({"msg": "request"})
    record.created = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()

    handler.emit(record)
    handler.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "requests-2026-02-20.jsonl",
        "requests-2026-03-01.jsonl",
        "worker.log",
    ]


def test_a_traceback_loses_addresses_and_tokens(tmp_path: Path) -> None:
    handler = Daily(str(tmp_path), "requests")
    handler.setFormatter(Discreet(["message"]))
    fault = ValueError(f"anna@example.org asked for /orders/{TOKEN}/")
    what = (ValueError, fault, None)

    handler.emit(logging.makeLogRecord({"msg": "broken", "exc_info": what}))
    handler.close()

    (line,) = _texts(tmp_path)
    assert "ValueError" in line
    assert "anna" not in line
    assert TOKEN not in line


SHORT = "kJ8-x_Zp2QwErTyUiOpAsD"  # as the newsletter's tokens are
CASE = "V-7K2M-9QXR-3FHT"


@pytest.fixture
def said() -> Iterator[Callable[[], str]]:
    """What the error stream of a running shop gets, from any logger."""
    stream = io.StringIO()
    dictConfig(configuration("", json=True))
    (handler,) = logging.getLogger().handlers[-1:]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream.getvalue
    dictConfig(settings.LOGGING)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"/u/{SHORT}"),
        ("GET", f"/u/{SHORT}/"),
        ("POST", f"/nl/newsletter/confirm/{SHORT}/"),
        ("GET", f"/nl/privacy/request/{CASE}/"),
        ("GET", f"/nl/nowhere/{CASE.lower()}/"),
        ("GET", f"/nl/orders/{CASE}"),
    ],
)
def test_no_log_holds_a_short_token_or_a_case_number(
    lines: Lines, said: Callable[[], str], method: str, path: str
) -> None:
    Client(enforce_csrf_checks=True).generic(method, path)

    everything = said() + json.dumps(lines())
    assert '"django.' in said()
    assert SHORT not in everything
    assert CASE not in everything.upper()


def test_pages_and_source_files_keep_their_names() -> None:
    text = (
        'File "/srv/shop/privacy/personal_data.py", line 3: /nl/product/soft-bamboo-toothbrush-2/'
    )

    assert masked(text) == text


def test_a_foreign_host_is_one_line_without_a_traceback(
    client: Client, said: Callable[[], str]
) -> None:
    answer = client.get("/nl/", HTTP_HOST="evil.example")

    assert answer.status_code == 400
    (line,) = said().splitlines()
    assert "evil.example" in line
    assert "Traceback" not in line


def test_the_web_server_names_no_whole_address(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.set_inheritable(True)
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{door.fileno()}"]
        with (tmp_path / "web.log").open("wb") as log:
            web = subprocess.Popen(
                [*command, "--workers", "1", "soocas.wsgi"], stderr=log, pass_fds=[door.fileno()]
            )
        with socket.create_connection(door.getsockname(), timeout=60) as visitor:
            visitor.sendall(f"NON SENSE /u/{SHORT} /\r\n\r\n".encode())
            assert visitor.recv(100).startswith(b"HTTP/1.1 400")
        web.terminate()
        web.wait(30)

    said = (tmp_path / "web.log").read_text(encoding="utf-8")
    assert "Invalid request from ip=127.0.0.0/24: " in said
    assert "127.0.0.1:" not in said.replace("http://127.0.0.1:", "")
    assert SHORT not in said


def test_a_request_that_is_refused_leaves_no_query_in_any_log() -> None:
    request = RequestFactory().get("/nl/nope", {"mail": "anna@example.org"})
    record = logging.makeLogRecord(
        {"msg": "Not Found: %s", "args": ("/nl/nope",), "request": request, "status_code": 404}
    )

    line = Discreet(["message"]).format(record)

    assert "/nl/nope" in line
    assert "404" in line
    assert "anna" not in line
    assert "WSGIRequest" not in line
