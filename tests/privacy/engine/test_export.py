from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import translation
from pytest_django import Settings

from privacy import export, rectification
from privacy.declarations import (
    Category,
    Subject,
    declare_elsewhere,
    purposes,
    recipients,
    registry,
)
from tests.privacy.archives import zipped
from tests.privacy.engine.toyshop.people import NOW, order, person, subject

pytestmark = pytest.mark.usefixtures("toyshop")


def cells(collected: dict[str, Any], model: str) -> dict[str, Any]:
    section = next(s for s in collected["sections"] if s["model"] == model)
    return {datum["field"]: datum for row in section["rows"] for datum in row["data"]}


def test_all_of_hers_and_nothing_of_anothers() -> None:
    ada, bob = person("ada"), person("bob")
    order("1", ada)
    order("2", bob, name="Bob Smith", street="Nowhere 2")

    text = json.dumps(export.collect(subject(ada)))

    assert "Herengracht 1" in text
    assert "bob" not in text.lower()
    assert "Nowhere" not in text


def test_each_value_says_why_on_what_ground_and_until_when() -> None:
    ada = person("ada")
    order("1", ada)

    street = cells(export.collect(subject(ada)), "toyshop.Order")["street"]

    deliver, books = street["purposes"]
    assert deliver["basis"].endswith("(Art. 6(1)(b))")
    assert deliver["recipients"] == ["Courier B.V."]
    assert books["until"] == "2034-01-01T00:00:00+01:00"
    assert street["portable"]


def test_a_running_contract_has_no_end_yet() -> None:
    ada = person("ada")
    order("1", ada, closed_at=None)

    street = cells(export.collect(subject(ada)), "toyshop.Order")["street"]

    assert [(p["until"], p["running"]) for p in street["purposes"]] == [(None, True)] * 2


def test_a_secret_is_named_and_not_shown() -> None:
    ada = person("ada")
    ada.set_password("secret")
    ada.save()

    password = cells(export.collect(subject(ada)), "accounts.User")["password"]

    assert (password["value"], password["withheld"]) == (None, "(secret)")
    assert ada.password not in json.dumps(export.collect(subject(ada)))


def test_a_guest_with_a_mistyped_address_in_his_order_gives_it_to_nobody() -> None:
    order("1", email="ada@example.org")

    assert export.collect(Subject(emails=frozenset({"ada@example.org"})))["sections"] == []


def test_a_recipient_sees_the_delivery_and_none_of_the_buyer() -> None:
    order("1", person("ada"), recipient="Bob", recipient_email="bob@example.org")

    collected = export.collect(Subject(emails=frozenset({"bob@example.org"})))

    assert set(cells(collected, "toyshop.Order")) == {"recipient", "recipient_email"}


def test_it_names_who_actually_received_what() -> None:
    ada = person("ada")
    recipients["courier-bv"].received(
        ada, purpose=purposes["toy-deliver"], fields=["street"], about="order:1", now=NOW
    )

    told = export.collect(subject(ada))["recipients"]

    assert [(t["name"], t["fields"], t["about"]) for t in told] == [
        ("Courier B.V.", ["street"], "order:1")
    ]


def test_an_account_with_an_unproved_address_reads_nothing_of_its_owner() -> None:
    recipients["courier-bv"].received(
        "ada@example.org", purpose=purposes["toy-deliver"], fields=["street"], now=NOW
    )
    order("1", proved_at=NOW)
    claimant = Subject(person("ada"))

    collected = export.collect(claimant)

    assert collected["recipients"] == []
    assert {s["model"] for s in collected["sections"]} == {"accounts.User"}


def test_a_place_that_cannot_be_read_is_named_as_missing() -> None:
    def broken(who: Subject) -> list[dict[str, Any]]:
        raise OSError("gone")

    declare_elsewhere("Sessions", [Category.ONLINE], [], find=broken)

    manifest = json.loads(zipped(subject(person("ada"))).read("manifest.json"))

    assert (manifest["partial"], manifest["missing"]) == (True, ["Sessions"])


def test_the_page_is_inert_and_in_her_language() -> None:
    ada = person("ada")
    ada.name = "<script>alert(1)</script>"
    ada.save()

    with translation.override("nl"):
        page = zipped(subject(ada)).read("index.html").decode()

    assert '<html lang="nl">' in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_files_are_in_the_zip_with_their_digest(settings: Settings, tmp_path: Path) -> None:
    from tests.privacy.engine.toyshop.models import Picture

    settings.MEDIA_ROOT = tmp_path
    ada = person("ada")
    Picture.objects.create(user=ada, image=ContentFile(b"pixels", name="me.png"))

    archive = zipped(subject(ada))

    name = next(name for name in archive.namelist() if name.endswith("me.png"))
    assert archive.read(name) == b"pixels"
    entries = json.loads(archive.read("manifest.json"))["files"]
    named = {entry["name"] for entry in entries}
    assert {"index.html", "about.html", "data.json", "style.css", name} < named
    assert named | {"manifest.json"} == set(archive.namelist())


def test_she_corrects_what_is_hers_to_correct() -> None:
    ada = person("ada")
    order("1", ada)

    offered = rectification.forms(subject(ada))
    assert [list(form.fields) for form in offered] == [["email", "name", "nickname", "language"]]
    values = {f"{offered[0].prefix}-{n}": v for n, v in offered[0].initial.items()}
    values[f"{offered[0].prefix}-name"] = "Ada King"
    assert rectification.save(rectification.forms(subject(ada), values))

    ada.refresh_from_db()
    assert ada.name == "Ada King"


def test_a_wrong_correction_changes_nothing() -> None:
    ada = person("ada")
    prefix = rectification.forms(subject(ada))[0].prefix

    bound = rectification.forms(subject(ada), {f"{prefix}-email": "no address"})

    assert not rectification.save(bound)
    assert bound[0].errors["email"]
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"


def test_what_another_wrote_is_redacted_with_a_reason_where_that_is_declared() -> None:
    from tests.privacy.engine.toyshop.models import Order

    declared = registry[Order]
    written = tuple(
        replace(g, author="", redacted="others' rights") if "recipient" in g.fields else g
        for g in declared.groups
    )
    registry[Order] = replace(declared, groups=written)
    ada = person("ada")
    order("1", ada, recipient="Cheeky Bea", recipient_email="bea@example.org")
    bea = Subject(None, frozenset({"bea@example.org"}))

    hers = zipped(bea)
    [row] = next(
        source["rows"]
        for source in json.loads(hers.read("data.json"))["sources"]
        if source["model"] == "toyshop.Order"
    )
    shown = cells(export.collect(bea), "toyshop.Order")["recipient"]

    assert row["redacted"]["recipient"] == "others_rights"
    assert (row["values"]["recipient"], shown["value"]) == (None, None)
    assert shown["withheld"] == "others' rights"
    assert "Cheeky" not in hers.read("index.html").decode()
    assert "Cheeky" not in hers.read("csv/toyshop-order.csv").decode()
