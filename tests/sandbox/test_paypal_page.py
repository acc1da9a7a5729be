"""The control page, on which a person plays PayPal's failures by hand."""

from __future__ import annotations

import re

import pytest
import requests

from tests.sandbox.paypal import PayPal, eur, order


def page(paypal: PayPal) -> str:
    answer = requests.get(paypal.url, timeout=5)
    assert answer.status_code == 200
    return answer.text


def press(paypal: PayPal, button: str, **fields: str) -> requests.Response:
    """Send the form of the first button with this label, as a browser does."""
    forms = re.findall(r"(?s)<form.*?</form>", page(paypal))
    form = next(form for form in forms if f">{button}</button>" in form)
    [pressed] = re.findall(rf"<button([^>]*)>{button}</button>", form)
    action = re.search(r'action="([^"]*)"', pressed) or re.search(r'action="([^"]*)"', form)
    assert action is not None
    name, value = re.search(r'name="([^"]*)"', pressed), re.search(r'value="([^"]*)"', pressed)
    data = dict(re.findall(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"', form))
    data |= dict(re.findall(r'(?s)<select[^>]*name="([^"]*)".*?<option value="([^"]*)"', form))
    if name and value:
        data[name[1]] = value[1]
    return requests.post(paypal.url + action[1], data=data | fields, timeout=5)


def test_an_order_shows_what_hangs_on_it_and_is_played_to_its_end(paypal: PayPal) -> None:
    key = paypal.create(order(invoice_id="S-1001")).json()["id"]
    assert "S-1001" in page(paypal)

    back = press(paypal, "Approve")
    assert back.url.endswith(f"#{key}")
    assert paypal.get(f"/v2/checkout/orders/{key}").json()["status"] == "APPROVED"
    paypal.fault(on="capture", kind="pending")
    paypal.capture(key)
    press(paypal, "Complete")
    assert "EUR 124.85" in page(paypal)

    press(paypal, "Refund by hand", amount="24.85")
    press(paypal, "Open a dispute")
    press(paypal, "Resolve")

    kinds = [(e["amount"], e["by"]) for e in paypal.ledger()["entries"]]
    assert kinds == [("124.85", ""), ("-24.85", "hand"), ("-100.00", "dispute")]
    assert "resolved buyer favour" in page(paypal)


def test_a_pending_refund_a_reversal_and_a_lapse_are_buttons(paypal: PayPal) -> None:
    taken = paypal.paid()
    paypal.fault(on="refund", kind="pending")
    pending = paypal.refund(taken["id"], {"amount": eur("1.00")})

    press(paypal, "Fail")
    press(paypal, "Reverse")
    key = paypal.approved()
    press(paypal, "Let the approval lapse")

    assert paypal.status("refunds", pending["id"]) == "FAILED"
    assert paypal.ledger()["totals"] == {"EUR": "0.00"}
    assert paypal.get(f"/v2/checkout/orders/{key}").json()["status"] == "PAYER_ACTION_REQUIRED"


def test_what_cannot_be_done_is_said_on_the_page(paypal: PayPal) -> None:
    paypal.paid(order(custom_id="<b>bold</b>"))

    answer = press(paypal, "Refund by hand", amount="999.00")

    assert 'role="alert">The refund amount must be less than' in answer.text
    assert "<b>bold" not in answer.text
    assert "<script" not in answer.text


def test_faults_are_switched_on_and_off_one_by_one(paypal: PayPal) -> None:
    address = f"{paypal.url}/control/faults"
    press(paypal, "Switch on", on="capture", kind="pending", times="1", seconds="30")
    press(paypal, "Switch on", on="get", kind="500", times="-1", seconds="30")
    assert "pending on capture, 1 ×" in page(paypal)
    assert "500 on get, for ever" in page(paypal)

    press(paypal, "Switch off")
    assert [f["kind"] for f in requests.get(address, timeout=5).json()] == ["500"]
    press(paypal, "Leave it to chance", rate="0.5")
    assert "capture 50 %" in page(paypal)
    press(paypal, "Switch all off")

    assert requests.get(address, timeout=5).json() == []
    assert requests.get(f"{address}/random", timeout=5).json() == {}
    assert "None is switched on." in page(paypal)


def test_a_senseless_fault_is_explained(paypal: PayPal) -> None:
    answer = press(paypal, "Switch on", on="get", kind="held", times="1", seconds="1")

    assert 'role="alert">on webhook, and only there' in answer.text


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("captures/NONE/refund", {"amount": "1"}),
        ("captures/{capture}/refund", {"amount": "a lot"}),
        ("captures/{capture}/dispute", {"reason": "BOREDOM"}),
        ("captures/{capture}/dispute", {"amount": "-1"}),
        ("disputes/{dispute}/resolve", {"outcome": "ACCEPTED", "amount": "all"}),
        ("disputes/{dispute}/resolve", {"outcome": "LOST"}),
        ("disputes/{dispute}/update", {"status": "RESOLVED"}),
        ("clock", {"forward": "tomorrow"}),
        ("clock", {"forward": "nan"}),
        ("faults", {"on": "get", "kind": "slow", "seconds": "nan"}),
        ("faults", {"on": "get", "kind": "slow", "times": "often"}),
        ("faults/random", {"rate": "inf"}),
        ("faults/random", {"rate": "0.1", "seconds": "-1"}),
    ],
)
def test_what_nobody_could_mean_is_refused(paypal: PayPal, path: str, form: dict[str, str]) -> None:
    capture = paypal.paid()["id"]
    dispute = paypal.say(f"captures/{capture}/dispute")["dispute_id"]
    address = f"{paypal.url}/control/{path.format(capture=capture, dispute=dispute)}"
    ledger = paypal.ledger()

    by_program = requests.post(address, json=form, timeout=5)
    by_person = requests.post(address, data=form, timeout=5)

    assert 400 <= by_program.status_code < 500
    assert 'role="alert"' in by_person.text
    assert paypal.ledger() == ledger


def test_held_webhooks_are_released_and_sent_again(paypal: PayPal) -> None:
    paypal.fault(on="webhook", kind="held")
    paypal.approved()
    assert "CHECKOUT.ORDER.APPROVED" in page(paypal)

    press(paypal, "Release held ones")
    [event] = requests.get(f"{paypal.url}/control/webhooks", timeout=5).json()
    assert event["state"] == "waiting"
    assert press(paypal, "Send again").url.endswith("#webhooks")


def test_the_clock_goes_on_and_everything_is_forgotten(paypal: PayPal) -> None:
    paypal.create()

    press(paypal, "3 hours on")
    assert "clock is 3.0 hours ahead" in page(paypal)
    press(paypal, "Forget all request ids")
    press(paypal, "Forget everything")

    assert "No order yet." in page(paypal)
    assert "clock is 0.0 hours ahead" in page(paypal)


def test_a_paid_order_is_neither_approved_nor_lapses(paypal: PayPal) -> None:
    key = paypal.create(order()).json()["id"]
    press(paypal, "Approve")
    paypal.capture(key)

    for deed in ("approve", "lapse", "reverse-approval"):
        answer = requests.post(f"{paypal.url}/control/orders/{key}/{deed}", json={}, timeout=5)
        assert answer.status_code == 409
    assert paypal.get(f"/v2/checkout/orders/{key}").json()["status"] == "COMPLETED"
