from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_django import Settings

from cookies.models import ConsentEvent, ConsentNotice
from tests.cookies.conftest import OURS, Visitor

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FORM = {"choice": "accept", "place": "banner", "known": "0", "language": "nl"}


def known(page: bytes) -> str:
    """The time of the choice that a page's forms were shown under."""
    found = re.search(rb'name="known" value="(\d+)"', page)
    assert found
    return found[1].decode()


def test_the_banner_offers_reject_and_accept_alike_and_sets_nothing(visitor: Visitor) -> None:
    page = visitor.get("/en/").content.decode()

    banner = page[page.index("data-consent") : page.index("<dialog")]
    buttons = re.findall(r"<(?:button|a) class=\"(button[^\"]*)\"", banner)
    assert buttons == ["button button-quiet"] * 3
    for value, words in (("reject", "Reject"), ("accept", "Accept")):
        assert f'name="choice" value="{value}">{words}</button>' in banner
    assert page.index("data-consent") < page.index("<main")
    assert list(visitor.cookies) == []
    assert ConsentEvent.objects.count() == 0


@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_a_choice_is_recorded_and_the_banner_is_gone(visitor: Visitor, choice: str) -> None:
    response = visitor.post("/privacy/choice", FORM | {"choice": choice, "next": "/en/shop/"}, headers=OURS)  # fmt: skip  # noqa: E501

    event = ConsentEvent.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, "/en/shop/")
    assert (event.action, event.method, event.language) == (choice, "banner", "nl")
    assert set(event.decisions.values()) == {choice == "accept"}
    assert event.notice.content["question"] == "Mogen we cookies gebruiken?"
    assert b"data-consent" not in visitor.get("/nl/").content
    assert response.cookies["choice"]["max-age"] == 182 * 24 * 3600
    assert response.cookies["choice"]["httponly"]


def test_a_record_names_no_person_address_or_browser(visitor: Visitor) -> None:
    visitor.choose("accept")

    names = {field.name for field in ConsentEvent._meta.get_fields()}
    assert names == {
        "id", "subject_id", "happened_at", "action", "decisions", "notice", "language", "method",
    }  # fmt: skip


def test_who_rejects_everything_is_given_no_mark(visitor: Visitor) -> None:
    visitor.choose("reject")

    assert "id=" not in visitor.kept


def test_a_withdrawal_belongs_to_the_consent_it_ends(visitor: Visitor) -> None:
    visitor.choose("accept")
    visitor.choose("reject", known=known(visitor.get("/nl/privacy/cookies/").content))

    first, second = ConsentEvent.objects.order_by("happened_at")
    assert first.subject_id == second.subject_id
    assert "id=" not in visitor.kept


def test_only_what_was_switched_on_is_accepted(visitor: Visitor) -> None:
    visitor.choose("save", "analytics")

    decisions = ConsentEvent.objects.get().decisions
    assert [group for group, yes in decisions.items() if yes] == ["analytics"]
    page = visitor.get("/en/privacy/cookies/").content.decode()
    assert re.findall(r'name="(\w+)" checked', page) == ["necessary", "analytics"]


def test_what_was_set_before_is_removed_with_the_withdrawal(
    visitor: Visitor, measured: None
) -> None:
    visitor.choose("accept")
    visitor.cookies["_ga"] = "1"

    now = known(visitor.get("/nl/privacy/cookies/").content)
    response = visitor.post(
        "/privacy/choice", FORM | {"choice": "reject", "known": now}, headers=OURS
    )

    assert {str(m["max-age"]) for m in response.cookies.values() if m.key == "_ga"} == {"0"}


def test_a_script_is_told_what_counts_now(visitor: Visitor) -> None:
    response = visitor.post("/privacy/choice", FORM, headers=OURS | {"Accept": "application/json"})

    assert response.status_code == 200
    assert response.json()["accepted"] == ["advertising", "analytics", "functional", "social"]
    assert "no-store" in response.headers["Cache-Control"]


def test_an_older_choice_does_not_override_a_newer_one(visitor: Visitor) -> None:
    stale = known(visitor.get("/en/").content)
    visitor.choose("reject")

    status = visitor.choose("accept", known=stale)
    told = visitor.post("/privacy/choice", FORM | {"language": "en", "known": stale}, headers=OURS)

    assert status == 409
    assert "You chose something else meanwhile." in told.content.decode()
    assert [event.action for event in ConsentEvent.objects.all()] == ["reject"]
    assert "functional=-1" in visitor.kept


def test_the_same_choice_twice_is_one_record(visitor: Visitor) -> None:
    assert [visitor.choose("reject"), visitor.choose("reject")] == [302, 302]

    assert ConsentEvent.objects.count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"choice": "everything"},
        {"choice": ""},
        {"necessary": "off"},
        {"tracking": "on"},
        {"analytics": "yes"},
        {"known": "yesterday"},
        {"known": "-1"},
        {"language": "xx"},
        {"place": "nowhere"},
        {"decisions": '{"analytics": true}'},
    ],
)
def test_a_forged_decision_writes_nothing(visitor: Visitor, forged: dict[str, str]) -> None:
    response = visitor.post("/privacy/choice", FORM | forged, headers=OURS)

    assert response.status_code == 400
    assert ConsentEvent.objects.count() == 0
    assert list(visitor.cookies) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_another_site_cannot_choose(visitor: Visitor, headers: dict[str, str]) -> None:
    response = visitor.post("/privacy/choice", FORM, headers=headers)

    assert response.status_code == 403
    assert ConsentEvent.objects.count() == 0


def test_an_older_browser_proves_itself_by_its_origin() -> None:
    checking = Client(enforce_csrf_checks=True)

    response = checking.post("/privacy/choice", FORM, headers={"Origin": "http://testserver"})

    assert response.status_code == 302


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "java:x"])
def test_nobody_is_sent_elsewhere(visitor: Visitor, target: str) -> None:
    response = visitor.post("/privacy/choice", FORM | {"next": target}, headers=OURS)

    assert response.headers["Location"] == "/"


def test_a_choice_is_only_posted(visitor: Visitor) -> None:
    assert visitor.get("/privacy/choice").status_code == 405


def test_the_hundred_and_first_choice_in_a_minute_must_wait(visitor: Visitor) -> None:
    with time_machine.travel(NOON, tick=False):
        statuses = {visitor.choose("reject") for _ in range(100)}
        response = visitor.post("/privacy/choice", FORM, headers=OURS)
        another = Client(REMOTE_ADDR="192.0.2.7").post("/privacy/choice", FORM, headers=OURS)

    assert statuses == {302}
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert another.status_code == 302
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert visitor.choose("reject") == 302


def test_a_dead_cache_stops_nobody_from_choosing(visitor: Visitor, settings: Settings) -> None:
    dead = {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": settings.CACHES["default"] | dead}
    headers = OURS | {"Accept": "application/json"}

    response = visitor.post("/privacy/choice", FORM | {"choice": "reject"}, headers=headers)

    assert response.status_code == 200
    assert ConsentEvent.objects.get().action == "reject"


def test_clients_behind_a_trusted_proxy_are_told_apart(
    visitor: Visitor, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    with time_machine.travel(NOON, tick=False):
        for _ in range(100):
            visitor.post("/privacy/choice", FORM, headers=OURS | {"X-Forwarded-For": "192.0.2.1"})
        other = visitor.post(
            "/privacy/choice", FORM, headers=OURS | {"X-Forwarded-For": "6.6.6.6, 192.0.2.2"}
        )
        same = visitor.post(
            "/privacy/choice", FORM, headers=OURS | {"X-Forwarded-For": "6.6.6.6, 192.0.2.1"}
        )

    assert (other.status_code, same.status_code) == (302, 429)


def test_who_accepted_is_asked_again_by_a_new_notice_and_who_refused_is_not(
    visitor: Visitor, request: pytest.FixtureRequest
) -> None:
    refuser = Visitor()
    visitor.choose("accept")
    refuser.choose("reject")

    request.getfixturevalue("new_notice")

    assert b"data-consent" in visitor.get("/nl/").content
    assert b"data-consent" not in refuser.get("/nl/").content
    assert re.findall(rb'name="(\w+)" checked', visitor.get("/nl/").content) == [b"necessary"]


def test_after_182_days_everybody_is_asked_again_and_a_visit_extends_nothing() -> None:
    with time_machine.travel(NOON, tick=False):
        visitor = Visitor()
        visitor.choose("reject")
    with time_machine.travel(NOON + timedelta(days=181), tick=False):
        page = visitor.get("/nl/")
        assert b"data-consent" not in page.content
        assert list(page.cookies) == []
    with time_machine.travel(NOON + timedelta(days=183), tick=False):
        visitor.cookies["choice"]["expires"] = ""
        assert b"data-consent" in visitor.get("/nl/").content


def test_notice_and_record_cannot_be_changed(visitor: Visitor) -> None:
    visitor.choose("accept")

    for rows in (ConsentEvent.objects.all(), ConsentNotice.objects.all()):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows.update(language="en")


def test_one_notice_is_kept_per_language_and_version(visitor: Visitor) -> None:
    for browser, language in ((visitor, "nl"), (Visitor(), "nl"), (Visitor(), "en")):
        browser.choose("accept", language=language)

    notices = list(ConsentNotice.objects.values_list("version", "language"))
    assert notices == [(1, "en"), (1, "nl")]
    assert ConsentNotice.objects.filter(sha256="").count() == 0


def test_global_privacy_control_is_honoured_without_a_click(visitor: Visitor) -> None:
    response = visitor.get("/en/", headers={"Sec-GPC": "1"})
    page = visitor.get("/en/privacy/cookies/", headers={"Sec-GPC": "1"})

    assert b"data-consent" not in response.content
    assert b"Your browser sends Global Privacy Control" in response.content
    assert b"Your browser sends Global Privacy Control" in page.content
    assert re.findall(rb'name="(\w+)" checked', page.content) == [b"necessary"]
    assert list(visitor.cookies) == []
    assert ConsentEvent.objects.count() == 0


def test_an_explicit_yes_wins_over_the_signal(visitor: Visitor) -> None:
    form = FORM | {"place": "preferences"}
    visitor.post("/privacy/choice", form, headers=OURS | {"Sec-GPC": "1"})

    page = visitor.get("/en/privacy/cookies/", headers={"Sec-GPC": "1"}).content

    assert b"Your browser sends Global Privacy Control" not in page
    assert b"functional" in b" ".join(re.findall(rb'name="(\w+)" checked', page))


def test_do_not_track_changes_nothing(visitor: Visitor) -> None:
    assert b"data-consent" in visitor.get("/en/", headers={"DNT": "1"}).content


def test_the_signal_is_announced_for_machines(client: Client) -> None:
    answer: dict[str, Any] = client.get("/.well-known/gpc.json").json()

    assert answer == {"gpc": True, "lastUpdate": "2026-11-24"}


def test_a_browser_takes_its_own_choice_along(visitor: Visitor) -> None:
    Visitor().choose("accept")
    visitor.choose("save", "functional")

    answer = visitor.get("/privacy/choice/receipt")

    receipt = answer.json()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [event["event_state"]["functional"] for event in receipt["events"]] == [True]
    assert [event["event_state"]["analytics"] for event in receipt["events"]] == [False]
    assert receipt["events"][0]["privacy_notice"]["content"]["version"] == 1
    assert receipt["pii_principal_id"] == str(ConsentEvent.objects.latest("pk").subject_id)


def test_a_refusal_takes_along_what_the_browser_itself_knows(visitor: Visitor) -> None:
    assert visitor.get("/privacy/choice/receipt").status_code == 404
    visitor.choose("reject")

    receipt = visitor.get("/privacy/choice/receipt").json()

    assert set(receipt["current"]["purposes"].values()) == {False}
    assert (receipt["pii_principal_id"], receipt["events"]) == (None, [])
