"""Staff edits the catalogue while people buy: no piece of stock is lost, no order follows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.db.models.fields.files import FieldFile
from django.test import Client

from catalog import demo, stock
from catalog.models import Product, Variant
from tests.pages import Page
from tests.people import staff_member

SKU = "STILPRO-INK"
WITHIN = 10  # seconds


@pytest.fixture
def staff(shelves: None) -> Client:
    return signed_in()


def signed_in() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff_member(role="staff"))
    return client


def variant() -> Variant:
    return Variant.objects.get(sku=SKU)


def shelf() -> tuple[int, int]:
    return variant().on_hand, variant().reserved


def put(on_hand: int, reserved: int) -> int:
    Variant.objects.filter(sku=SKU).update(on_hand=on_hand, reserved=reserved)
    return variant().pk


def page(row: Variant | Product) -> str:
    return f"/admin/catalog/{row._meta.model_name}/{row.pk}/change/"


def as_shown(client: Client, address: str) -> dict[str, Any]:
    """The form of a page as a browser would send it back untouched."""
    answer = client.get(address)
    assert answer.status_code == 200
    found: dict[str, Any] = {}
    for form in [answer.context["adminform"].form, *_inline_forms(answer)]:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False and not isinstance(value, FieldFile):
                found[bound.html_name] = "on" if value is True else value
    return found


def _inline_forms(answer: Any) -> list[Any]:
    formsets = [inline.formset for inline in answer.context["inline_admin_formsets"]]
    return [form for formset in formsets for form in (formset.management_form, *formset.forms)]


def by_its_own_page(client: Client) -> Callable[..., Any]:
    shown = as_shown(client, page(variant()))
    return lambda **changed: client.post(page(variant()), {**shown, **changed})


def by_the_page_of_its_product(client: Client) -> Callable[..., Any]:
    product = variant().product
    shown = as_shown(client, page(product))
    prefix = next(name[: -len("-sku")] for name, value in shown.items() if value == SKU)
    return lambda **changed: client.post(
        page(product), {**shown, **{f"{prefix}-{name}": v for name, v in changed.items()}}
    )


both_pages = pytest.mark.parametrize("opened", [by_its_own_page, by_the_page_of_its_product])
Opened = Callable[[Client], Callable[..., Any]]


@both_pages
def test_stock_is_added_to_what_is_there_when_it_is_saved(staff: Client, opened: Opened) -> None:
    key = put(20, 0)
    save = opened(staff)
    stock.reserve({key: 5})
    stock.sell({key: 3})  # both after the page was opened

    answer = save(change_stock="10", name_en="Midnight")

    assert answer.status_code == 302
    assert shelf() == (20 - 3 + 10, 2)
    assert variant().name_en == "Midnight"


@both_pages
def test_a_page_opened_long_ago_writes_no_stock_it_read_then(staff: Client, opened: Opened) -> None:
    key = put(20, 0)
    save = opened(staff)
    stock.reserve({key: 5})

    answer = save(price="119.00", on_hand="20", reserved="0")

    assert answer.status_code == 302
    assert shelf() == (20, 5)


@both_pages
@pytest.mark.parametrize("change", ["-16", "-100000"])
def test_less_than_orders_have_reserved_is_refused_with_the_numbers(
    staff: Client, opened: Opened, change: str
) -> None:
    key = put(20, 0)
    save = opened(staff)
    stock.reserve({key: 5})

    answer = save(change_stock=change, price="1.00")

    said = Page(answer.content.decode()).text
    assert answer.status_code == 200
    assert "20 are there, of which 5 are reserved for orders: at most 15 can be taken away." in said
    assert shelf() == (20, 5)
    assert variant().price != 1


@both_pages
def test_all_that_is_not_reserved_can_be_taken_away(staff: Client, opened: Opened) -> None:
    put(20, 5)

    opened(staff)(change_stock="-15")

    assert shelf() == (5, 5)


@both_pages
@pytest.mark.parametrize("nonsense", ["9" * 30, "-" + "9" * 30, "1.5", "x", "\x00", "１２", "--3"])
def test_what_is_no_number_of_pieces_changes_nothing(
    staff: Client, opened: Opened, nonsense: str
) -> None:
    put(20, 5)

    answer = opened(staff)(change_stock=nonsense, price="1.00")

    assert answer.status_code in {200, 302}
    assert shelf() == (20, 5) or nonsense == "１２"


def test_a_new_variant_starts_with_what_was_put_on_the_shelf(staff: Client) -> None:
    shown = as_shown(staff, "/admin/catalog/variant/add/")
    new = {"sku": "NEW-1", "ean": "2000000099991", "price": "5.00", "change_stock": "7"}

    staff.post("/admin/catalog/variant/add/", {**shown, **new, "product": variant().product_id})

    assert Variant.objects.get(sku="NEW-1").on_hand == 7


def test_who_changed_stock_is_in_the_log(staff: Client) -> None:
    put(20, 0)

    by_its_own_page(staff)(change_stock="-2")

    assert "to add or take away" in LogEntry.objects.get().get_change_message().lower()


# at once


@pytest.mark.django_db(transaction=True)
@both_pages
def test_an_order_in_the_same_moment_is_not_overwritten(opened: Opened) -> None:
    """The page read its row before the buyer committed, and writes after."""
    demo.load()
    client, key = signed_in(), put(20, 0)
    save, answers = opened(client), []

    def staff_saves() -> None:
        try:
            answers.append(save(change_stock="-15", price="119.00").status_code)
        finally:
            connection.close()

    colleague = threading.Thread(target=staff_saves)
    with transaction.atomic():
        stock.reserve({key: 5})
        colleague.start()
        wait_until_somebody_waits_for_a_lock()
    colleague.join(WITHIN)

    assert answers == [302]
    assert shelf() == (5, 5)
    assert variant().price == 119


@pytest.mark.django_db(transaction=True)
def test_buyers_and_staff_on_the_same_shelf_neither_lose_pieces_nor_hinder_each_other() -> None:
    demo.load()
    product = variant().product
    keys = sorted(product.variants.values_list("pk", flat=True))
    Variant.objects.filter(pk__in=keys).update(on_hand=1000, reserved=0)
    failed: list[str] = []

    def work(what: Callable[[], Any]) -> None:
        try:
            for _ in range(5):
                what()
        except Exception as error:  # noqa: BLE001  a deadlock, or a page that broke
            failed.append(repr(error))
        finally:
            connection.close()

    client = signed_in()
    forwards, backwards = dict.fromkeys(keys, 1), dict.fromkeys(reversed(keys), 1)

    def staff_adds() -> None:
        answer = by_the_page_of_its_product(client)(change_stock="1")
        assert answer.status_code == 302

    jobs = [lambda: stock.reserve(forwards), lambda: stock.reserve(backwards), staff_adds]
    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failed == []
    assert shelf() == (1005, 10)
    assert set(product.variants.values_list("reserved", flat=True)) == {10}


def wait_until_somebody_waits_for_a_lock() -> None:
    ask = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    for _ in range(WITHIN * 100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.01)")
            cursor.execute(ask)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


# what runs low


def test_what_runs_low_is_listed_by_a_setting(staff: Client, settings: Any) -> None:
    settings.LOW_STOCK = 3
    Variant.objects.update(on_hand=50, reserved=0)
    put(10, 7)
    Variant.objects.filter(sku="STIL-SPRUCE").update(on_hand=4)
    Variant.objects.filter(sku="PIP-LILAC").update(on_hand=2, reserved=2)

    low = staff.get("/admin/catalog/variant/?stock=low").content.decode()
    out = staff.get("/admin/catalog/variant/?stock=out").content.decode()

    assert SKU in low
    assert "PIP-LILAC" in low
    assert "STIL-SPRUCE" not in low
    assert "PIP-LILAC" in out
    assert SKU not in out
    assert "3 or fewer left" in low


def test_what_is_off_sale_does_not_run_low(staff: Client) -> None:
    Variant.objects.update(on_hand=50, reserved=0)
    Variant.objects.filter(pk=put(0, 0)).update(active=False)

    assert SKU not in staff.get("/admin/catalog/variant/?stock=low").content.decode()
    assert settings.LOW_STOCK == 5
