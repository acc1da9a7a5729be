"""What is in an archive, and what never is."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import DatabaseError
from django.utils import timezone, translation
from pytest_django import Settings

from accounts.models import Address, User
from orders.models import Order, OrderEvent
from orders.personal_data import PAYMENT, PAYPAL
from privacy import subjects
from privacy.archives import cells, portability
from privacy.archives.checking import Invalid, check
from privacy.archives.sources import is_portable
from privacy.declarations import registry
from privacy.models import Request, RequestEvent
from privacy.subjects import Subject
from privacy.vocabulary import LegalBasis, Source
from tests.factories import Canary, Planter, everything
from tests.privacy.archives import manifest, text, zipped
from tests.privacy.test_canaries import NOBODY_FINDS, installed, subject
from tests.privacy.test_requests_own_data import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted(settings: Settings, tmp_path: Path) -> tuple[Planter, Planter]:
    settings.MEDIA_ROOT = tmp_path
    shared: dict[Any, Any] = {}
    his, hers = Planter("a", shared), Planter("b", shared)
    for planter in (his, hers):
        everything(planter, iter(installed()))
    return his, hers


def withheld(canary: Canary) -> bool:
    declaration = registry.get(canary.model)
    groups = declaration.personal if declaration else []
    return any(canary.field in group.fields and group.withheld for group in groups)


def shown(canary: Canary) -> bool:
    """Whether it belongs to the person of the row, and is no secret."""
    declaration = registry.get(canary.model)
    groups = declaration.personal if declaration else []
    return any(
        canary.field in group.fields and not group.withheld and group.about in ("", "receiver")
        for group in groups
    )


def test_all_of_his_is_there_no_secret_of_his_and_nothing_of_anothers(
    planted: tuple[Planter, Planter],
) -> None:
    his, hers = planted

    archive = zipped(subject(his))

    told = text(archive)
    mine = [c for c in his.canaries if shown(c) and c.model._meta.label not in NOBODY_FINDS]
    assert len(mine) > 40
    assert [f"{c.model}.{c.field}" for c in mine if c.text not in told] == []
    secrets = [canary for canary in his.canaries if withheld(canary)]
    assert len(secrets) > 5
    assert [f"{c.model}.{c.field}" for c in secrets if c.text in told] == []
    assert [f"{c.model}.{c.field}" for c in hers.canaries if c.text in told] == []
    assert hers.email not in told


def test_the_manifest_counts_and_seals_every_source_and_every_file(
    planted: tuple[Planter, Planter],
) -> None:
    archive = zipped(subject(planted[0]))

    said = manifest(archive)
    assert said["schema"] == "soocas-export/2"
    assert (said["partial"], said["missing"]) == (False, [])
    for entry in said["files"]:
        assert sha256(archive.read(entry["name"])).hexdigest() == entry["sha256"], entry
    assert {e["name"] for e in said["files"]} | {"manifest.json"} == set(archive.namelist())
    data = json.loads(archive.read("data.json"))
    assert [len(source["rows"]) for source in data["sources"]] == [
        source["rows"] for source in said["sources"]
    ]
    for source in said["sources"]:
        content = archive.read(source["csv"])
        assert sha256(content).hexdigest() == source["sha256"]
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) == 1 + source["rows"] or not source["model"]


@pytest.mark.parametrize("portable", [False, True])
def test_no_table_has_two_columns_of_one_name(
    planted: tuple[Planter, Planter], portable: bool
) -> None:
    archive, headers = zipped(subject(planted[0]), portable=portable), {}
    for name in (name for name in archive.namelist() if name.startswith("csv/")):
        lines = archive.read(name).decode("utf-8-sig").splitlines()
        headers[name.removeprefix("csv/").removesuffix(".csv")] = next(csv.reader(lines))

    assert [name for name, header in headers.items() if len({*header}) < len(header)] == []
    assert portable or headers["privacy-request"][:2] == ["id", "row_reference"]
    assert portable or len(headers) > 20


def test_a_source_that_cannot_be_read_is_named_and_the_rest_is_there(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from privacy.declarations import Elsewhere, elsewhere

    def broken(who: Subject) -> list[dict[str, Any]]:
        raise DatabaseError("gone")

    monkeypatch.setattr(
        "privacy.archives.making.elsewhere", [*elsewhere, Elsewhere("Paper", (), (), broken)]
    )

    with translation.override("nl"):
        archive = zipped(subjects.of(anna))

    said = manifest(archive)
    assert (said["partial"], said["missing"]) == (True, ["Paper"])
    assert "Dit was nu niet te lezen" in archive.read("index.html").decode()
    assert "Anna Jansen" in text(archive)


FORMULAS = ("=1+1", "+31612345678", "-2", "@cell", "\tx", "\rx", " =1+1", "'x", "＝1", "plain")


@pytest.mark.parametrize("typed", FORMULAS)
def test_a_cell_that_a_spreadsheet_would_run_is_inert_and_reads_back(typed: str) -> None:
    [[cell]] = csv.reader(io.StringIO(cells.line([typed]), newline=""))

    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert cells.original(cell) == typed


def test_what_a_person_typed_runs_nowhere(anna: User) -> None:
    Address.objects.create(
        user=anna,
        name='=HYPERLINK("http://evil.example")',
        street="<script>alert(1)</script>",
        house_number="1",
        postcode="1015 AA",
        city="Amsterdam",
    )

    archive = zipped(subjects.of(anna))

    assert "\"'=HYPERLINK" in archive.read("csv/accounts-address.csv").decode()
    pages = [archive.read(n).decode() for n in archive.namelist() if n.endswith(".html")]
    assert any("&lt;script&gt;alert(1)" in page for page in pages)
    assert not any("<script" in page for page in pages)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_opens_without_internet_and_without_script_in_either_language(
    anna: User, language: str
) -> None:
    with translation.override(language):
        archive = zipped(subjects.of(anna))

    for name in (n for n in archive.namelist() if n.endswith(".html")):
        page = archive.read(name).decode()
        assert f'<html lang="{language}">' in page
        assert not re.search(r"<script|<iframe|https?://|//[a-z]", page)
        for link in re.findall(r'(?:href|src)="([^"#]+)"', page):
            assert str((Path("/") / name).parent.joinpath(link).resolve()).lstrip("/") in set(
                archive.namelist()
            ), (name, link)


def test_a_source_with_many_rows_has_pages_and_the_first_page_stays_small(anna: User) -> None:
    order = make_order("2026-000001")
    Order.objects.update(customer=anna)
    now = timezone.now()
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, kind="placed", at=now + timedelta(seconds=n), detail=f"step {n}.")
        for n in range(450)
    )

    archive = zipped(subjects.of(anna))

    pages = sorted(n for n in archive.namelist() if n.startswith("pages/orders-orderevent-"))
    assert len(pages) == 3
    front = archive.read("index.html").decode()
    assert 'href="pages/orders-orderevent-1.html"' in front
    assert front.count("<dd>step ") == 20
    whole = "".join(archive.read(page).decode() for page in pages)
    assert all(f"<dd>step {n}.</dd>" in whole for n in range(450))
    assert 'href="orders-orderevent-2.html" rel="next"' in archive.read(pages[0]).decode()
    data = json.loads(archive.read("data.json"))
    [events] = [s for s in data["sources"] if s["model"] == "orders.OrderEvent"]
    assert [row["values"]["detail"] for row in events["rows"]] == [f"step {n}." for n in range(450)]


def test_who_works_here_is_not_named_and_the_reason_is_said(anna: User) -> None:
    staff = User.objects.create_user("maud@soocas.example", "x", name="Maud Kijker", is_staff=True)
    case = Request.objects.create(
        kind="question",
        state="in_assessment",
        user=anna,
        email=anna.email,
        assigned_to=staff,
        received_at=timezone.now(),
        due_at=timezone.now(),
    )
    RequestEvent.objects.create(
        request=case,
        sequence=1,
        action="looked",
        role="officer",
        staff=staff,
        happened_at=timezone.now(),
        digest="x",
    )

    with translation.override("en"):
        archive = zipped(subjects.of(anna))

    told = text(archive)
    assert "Case opened by staff" in told
    assert "maud" not in told.lower()
    data = json.loads(archive.read("data.json"))
    [requests] = [s for s in data["sources"] if s["model"] == "privacy.Request"]
    assert {"label": "Handled by", "reason": "it names who works here"} in requests["left_out"]
    assert "left out: it names who works here" in " ".join(
        archive.read("index.html").decode().replace("<td>", "").split()
    )


def test_what_article_15_asks_is_said_with_the_actual_recipients(anna: User) -> None:
    make_order("2026-000001")
    Order.objects.update(customer=anna)
    for n in range(3):
        PAYPAL.received(
            anna, purpose=PAYMENT, fields=["number", "total"], about=f"o:{n}", now=timezone.now()
        )

    with translation.override("en"):
        page = zipped(subjects.of(anna)).read("about.html").decode()

    assert "PayPal (Europe)" in page
    assert "3 times" in page
    assert "PostNL" not in page.partition("Who received what")[2]  # it may, and it did not yet
    for said in (
        *("Handle your order", "Art. 6(1)(b)", "7 years", "given by you", "contact details"),
        *("Art. 16", "Art. 17", "Art. 18", "Art. 20", "Art. 21", "Art. 7(3)"),
        *("autoriteitpersoonsgegevens.nl", "made by a machine alone"),
        "country that needs a safeguard",
    ):
        assert said in page, said


# to take along (Art. 20)


def test_what_is_taken_along_is_a_strict_subset(planted: tuple[Planter, Planter]) -> None:
    his, _hers = planted

    everything_told, taken = text(zipped(subject(his))), zipped(subject(his), portable=True)

    told = text(taken)
    groups = {(d.model, f): g for d in registry.values() for g in d.personal for f in g.fields}
    for canary in his.canaries:
        group = groups.get((canary.model, canary.field))
        if canary.text in told and canary.text not in his.email:
            assert group is not None
            assert is_portable(group)
            assert group.source in (Source.SUBJECT, Source.OBSERVED)
            assert {LegalBasis.CONSENT, LegalBasis.CONTRACT} & {p.basis for p in group.purposes}
            assert canary.text in everything_told
    models = {source["model"] for source in manifest(taken)["sources"]}
    assert {"accounts.User", "orders.Order", "accounts.Address"} <= models
    assert not models & {"orders.Invoice", "privacy.Request", "accounts.SocialAccount"}
    assert "index.html" not in taken.namelist()


def test_what_is_taken_along_reads_back_to_equal_values(planted: tuple[Planter, Planter]) -> None:
    his, _hers = planted
    archive = zipped(subject(his), portable=True)

    read = list(portability.read_back(archive))

    assert len(read) > 5
    for label, values in read:
        model = apps.get_model(label)
        row = his.rows[model]
        row.refresh_from_db()
        for name, value in values.items():
            field = model._meta.get_field(name)
            if not field.is_relation and field.get_internal_type() != "FileField":
                assert value == getattr(row, name), f"{label}.{name}"


def test_a_gifts_receiver_takes_nothing_along_that_the_buyer_typed() -> None:
    order = make_order("2026-000001", proved=False)
    Order.objects.filter(pk=order.pk).update(gift=True, gift_code="ABCD-EFGH-JKLM-NPQR")
    receiver = Subject(None, frozenset({"bea@example.org"}), frozenset({"ABCD-EFGH-JKLM-NPQR"}))

    assert "Lindenlaan" in text(zipped(receiver))
    assert "Lindenlaan" not in text(zipped(receiver, portable=True))


WRONG = {
    "another type": {"email": 7},
    "no date": {"date_joined": "yesterday"},
    "a field too many": {"shoe_size": "43"},
    "a field too few": {"email": ...},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=list(WRONG))
def test_the_schema_refuses_what_it_does_not_describe(anna: User, change: dict[str, Any]) -> None:
    archive = zipped(subjects.of(anna), portable=True)
    data, schema = json.loads(archive.read("data.json")), json.loads(archive.read("schema.json"))
    check(data, schema)

    [row] = data["data"]["accounts.User"]
    for name, value in change.items():
        row.pop(name, None) if value is ... else row.update({name: value})

    with pytest.raises(Invalid, match=r"accounts\.User"):
        check(data, schema)


def test_a_file_that_was_changed_since_is_refused(anna: User) -> None:
    archive, changed = zipped(subjects.of(anna), portable=True), io.BytesIO()
    with ZipFile(changed, "w") as target:
        for name in archive.namelist():
            target.writestr(name, archive.read(name).replace(b"Anna Jansen", b"Bob Jansen"))

    with pytest.raises(Invalid, match="is not as it was made"):
        list(portability.read_back(ZipFile(changed)))
