from __future__ import annotations

import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from tests.sandbox.process import Process, Start, free_port

Received = list[tuple[dict[str, str], bytes]]


@pytest.fixture
def smtp_port() -> int:
    return free_port()


@pytest.fixture
def inbox(start: Start, smtp_port: int) -> Process:
    return start("inbox", "--smtp-port", str(smtp_port))


@pytest.fixture
def shop() -> Iterator[tuple[str, Received]]:
    """A web server that remembers what is posted to it."""
    received: Received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.append((dict(self.headers), self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()


def letter(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "Je bestelling é 1042"
    mail["From"] = "Soocas <shop@soocas.example>"
    mail["To"] = "noor@example.test"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Bekijk http://shop.test/orders/abc.\n")
    mail.add_alternative(
        '<p>Bekijk <a href="http://shop.test/orders/abc?a=1&amp;b=2">hier</a><script>alert(1)</script>',
        subtype="html",
    )
    return mail


def send(port: int, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(mail)


def test_a_mail_is_listed_with_its_headers_bodies_and_links(inbox: Process, smtp_port: int) -> None:
    send(smtp_port, letter(X_Kind="orders/confirmed"))

    [mail] = requests.get(f"{inbox.url}/messages.json", timeout=5).json()

    assert mail["to"] == ["noor@example.test"]
    assert mail["subject"] == "Je bestelling é 1042"
    assert ["X-Kind", "orders/confirmed"] in mail["headers"]
    assert mail["text"] == "Bekijk http://shop.test/orders/abc.\n"
    assert mail["links"] == ["http://shop.test/orders/abc", "http://shop.test/orders/abc?a=1&b=2"]


def test_a_person_reads_a_mail_whose_scripts_cannot_run(inbox: Process, smtp_port: int) -> None:
    send(smtp_port, letter())

    index = requests.get(inbox.url, timeout=5)
    page = requests.get(f"{inbox.url}/messages/1", timeout=5)
    html = requests.get(f"{inbox.url}/messages/1/html", timeout=5)

    assert "Je bestelling é 1042" in index.text
    assert '<a href="http://shop.test/orders/abc"' in page.text
    assert "<script>" not in page.text
    assert html.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-scripts" not in html.headers["Content-Security-Policy"]


def test_an_unknown_mail_is_not_found(inbox: Process) -> None:
    assert requests.get(f"{inbox.url}/messages/99", timeout=5).status_code == 404


def test_the_inbox_can_be_emptied_and_asked_for_one_address(inbox: Process, smtp_port: int) -> None:
    send(smtp_port, letter())
    address = f"{inbox.url}/messages.json"

    assert len(requests.get(address, params={"to": "NOOR@example.test"}, timeout=5).json()) == 1
    assert requests.get(address, params={"to": "daan@example.test"}, timeout=5).json() == []
    assert requests.delete(f"{inbox.url}/messages", timeout=5).status_code == 204
    assert requests.get(address, timeout=5).json() == []


def test_the_unsubscribe_button_posts_what_a_mail_program_posts(
    inbox: Process, smtp_port: int, shop: tuple[str, Received]
) -> None:
    url, received = shop
    send(
        smtp_port,
        letter(
            List_Unsubscribe=f"<{url}/u/abc>", List_Unsubscribe_Post="List-Unsubscribe=One-Click"
        ),
    )

    page = requests.post(f"{inbox.url}/messages/1/unsubscribe", timeout=20)

    [(headers, body)] = received
    assert body == b"List-Unsubscribe=One-Click"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Cookie" not in headers
    assert "the answer was 200" in page.text


def test_a_mail_without_one_click_offers_no_button(
    inbox: Process, smtp_port: int, shop: tuple[str, Received]
) -> None:
    url, received = shop
    send(smtp_port, letter(List_Unsubscribe=f"<{url}/u/abc>"))

    assert "Unsubscribe</button>" not in requests.get(f"{inbox.url}/messages/1", timeout=5).text
    assert requests.post(f"{inbox.url}/messages/1/unsubscribe", timeout=5).status_code == 400
    assert received == []


@pytest.mark.parametrize(("code", "on"), [(451, "data"), (550, "data"), (450, "rcpt")])
def test_mail_is_refused_as_often_as_told(
    inbox: Process, smtp_port: int, code: int, on: str
) -> None:
    fault = {"code": code, "on": on, "times": 1}
    assert requests.post(f"{inbox.url}/control/faults", json=fault, timeout=5).status_code == 201

    with pytest.raises(smtplib.SMTPException, match=str(code)):
        send(smtp_port, letter())
    assert requests.get(f"{inbox.url}/messages.json", timeout=5).json() == []

    send(smtp_port, letter())
    assert len(requests.get(f"{inbox.url}/messages.json", timeout=5).json()) == 1


def test_only_the_named_address_is_refused(inbox: Process, smtp_port: int) -> None:
    fault = {"code": 550, "on": "rcpt", "address": "gone@example.test"}
    requests.post(f"{inbox.url}/control/faults", json=fault, timeout=5)

    send(smtp_port, letter())

    assert len(requests.get(f"{inbox.url}/messages.json", timeout=5).json()) == 1


def test_a_senseless_fault_is_refused(inbox: Process) -> None:
    for fault in ({"code": 250}, {"code": 451, "on": "moon"}, {"colour": "red"}):
        answer = requests.post(f"{inbox.url}/control/faults", json=fault, timeout=5)
        assert answer.status_code == 400


def test_the_mails_survive_a_restart(start: Start, smtp_port: int, tmp_path: Path) -> None:
    options = ("--smtp-port", str(smtp_port), "--state", str(tmp_path / "inbox"))
    first = start("inbox", *options)
    send(smtp_port, letter())
    assert first.stop() == 0

    second = start("inbox", *options)
    send(smtp_port, letter())

    mails = requests.get(f"{second.url}/messages.json", timeout=5).json()
    assert [mail["id"] for mail in mails] == [1, 2]
