"""The officer's figures: right, from few statements, and telling of nobody."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from mailings.models import SignUp
from privacy.desk import cells
from privacy.desk.cells import FEW, grain_of, sheltered, summed
from privacy.models import Duty, Request
from privacy.models.events import Action
from privacy.requests.events import SYSTEM, record
from tests.privacy.conftest import officer

HOME = "/admin/privacy/request/"
FIGURES = f"{HOME}figures/"


def report() -> str:
    return f"{HOME}report/{timezone.localdate().year}/"


def closed(number: int, took: float = 2, **said: Any) -> list[Request]:
    now = timezone.now()
    values: dict[str, Any] = {
        "kind": "access",
        "state": "fulfilled",
        "received_at": now - timedelta(hours=1),
    }
    ends: dict[str, Any] = {
        "closed_at": values["received_at"] + timedelta(days=took),
        "due_at": now,
    }
    ends["due_at"] += timedelta(days=30)
    made = [Request(**{**values, **ends, **said}) for _ in range(number)]
    return Request.objects.bulk_create(made)


def figures(client: Client, page: str = FIGURES) -> dict[str, Any]:
    answer = client.get(page)
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.context["figures"]
    return shown


def test_the_figures_count_what_was_received_answered_late_extended_and_refused(db: None) -> None:
    closed(10, took=1)
    closed(10, took=3)
    closed(6, took=40)
    closed(5, extended_at=timezone.now())
    closed(7, state="refused", refusal="no_match")
    closed(8, state="awaiting_verification", closed_at=None)

    shown = figures(officer())

    assert (shown["received"], shown["answered"], shown["refused"]) == (38, 38, 7)
    assert (shown["overdue"], shown["extended"]) == (6, 5)
    assert (shown["median"], shown["p95"]) == (2.0, 40.0)


def test_the_share_of_erasures_that_left_something_comes_from_the_events(db: None) -> None:
    for number, case in enumerate(closed(20, kind="erasure")):
        found = Action.RESIDUE if number < FEW else Action.CLEAN
        record(case, found, by=SYSTEM, now=timezone.now())

    shown = figures(officer())

    assert shown["rate"] == 25.0


def test_small_numbers_are_told_together_with_the_next_larger(db: None) -> None:
    closed(6, state="refused", refusal="no_match")
    closed(7, kind="erasure")
    closed(3, kind="portability")
    closed(20)

    answer = officer().get(report())
    kinds = answer.context["tables"]["kind"]

    assert sorted(n for _name, n in kinds.rows) == [26]
    assert (len(kinds.names), kinds.together) == (2, 10)
    assert "Samen: Wissen, Gegevens om mee te nemen" in answer.content.decode()


def test_where_few_were_left_unanswered_neither_is_told(db: None) -> None:
    closed(12)
    closed(3, state="withdrawn")
    closed(20, state="refused", refusal="no_match")

    answer = officer().get(report())

    assert answer.context["figures"]["received"] == 35
    assert answer.context["figures"]["answered"] is None  # 35 - 32 would be the three
    assert answer.context["figures"]["refused"] is None
    for name in ("answered", "unanswered", "refusal"):
        assert answer.context["tables"][name].hidden


def test_few_answers_have_no_median(db: None) -> None:
    closed(FEW - 1)

    shown = figures(officer())

    assert shown["received"] is None
    assert (shown["median"], shown["p95"]) == (None, None)


def unlike(published: dict[Any, list[tuple[int, ...]]], hidden: Any) -> Iterator[tuple[int, ...]]:
    """Each small cell that is hidden and yet the same in all that looks alike from outside."""
    for seen, tables in published.items():
        for place in hidden(seen):
            values = {table[place] for table in tables}
            if len(values) == 1 and cells.small(next(iter(values))):
                yield (*tables[0], place)


@pytest.mark.parametrize(("width", "up_to"), [(2, 16), (3, 12), (4, 9), (5, 6)])
def test_no_small_number_that_is_told_with_others_can_be_worked_out(width: int, up_to: int) -> None:
    """Every table of that width, sorted by what is seen of it: the visible cells and the total.

    Whoever knows the rule as well finds in each a second value for every hidden small cell.
    """
    published = defaultdict(list)
    for table in itertools.product(range(up_to + 1), repeat=width):
        total = sum(table)
        if FEW <= total <= up_to:  # all tables of that total are among these
            shown = sheltered({str(place): n for place, n in enumerate(table)})
            published[(total, *shown.values())].append(table)

    seen = unlike(published, lambda key: [n for n, c in enumerate(key[1:]) if c is None])
    assert list(seen) == []


def test_no_small_month_can_be_worked_out_from_its_quarter_and_its_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every way in which up to six a month can be late, in a year of two quarters of two months."""
    monkeypatch.setattr(cells, "GRAINS", (1, 2, 4))
    published = defaultdict(list)
    for wholes in itertools.product((0, 5, 6, 9), repeat=4):
        for parts in itertools.product(*(range(whole + 1) for whole in wholes)):
            grain = grain_of(parts, wholes)
            told = tuple(summed(parts, grain)) if grain else ()
            published[(wholes, grain, told)].append(parts)

    seen = unlike(published, lambda key: [] if key[1] == 1 else range(4))
    assert list(seen) == []


def test_no_small_month_can_be_worked_out_from_its_quarter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cells, "GRAINS", (1, 2, 4))
    published = defaultdict(list)
    for months in itertools.product(range(13), repeat=4):
        if max(sums := summed(months, 2)) <= 12:
            grain = grain_of(months, None)
            told = {1: months, 2: tuple(sums), 4: (sum(months),), 0: ()}[grain]
            published[(grain, told)].append(months)

    seen = unlike(published, lambda key: [] if key[0] == 1 else range(4))
    assert list(seen) == []


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert sheltered({"a": 5, "b": 0, "c": 90}) == {"a": 5, "b": 0, "c": 90}


def test_the_pages_ask_as_many_statements_for_a_thousand_cases_as_for_none(
    db: None, django_assert_max_num_queries: Any
) -> None:
    dpo = officer()
    closed(1000)
    figures(dpo)  # the backlog is counted every ten minutes only

    for page in (FIGURES, report()):
        with django_assert_max_num_queries(18):
            figures(dpo, page)


@pytest.fixture
def full_year() -> Iterator[None]:
    """Twenty a month, erasures, of which each measure has its share; it is December."""
    with time_machine.travel(datetime(2026, 12, 15, 12, tzinfo=UTC), tick=False):
        for month in range(1, 13):
            at = datetime(2026, month, 3, 9, tzinfo=UTC)
            said: dict[str, Any] = {"kind": "erasure", "received_at": at}
            said["due_at"] = at + timedelta(days=30)
            closed(10, closed_at=at + timedelta(days=2), **said)
            left = closed(5, closed_at=at + timedelta(days=40), extended_at=at, **said)
            clean = closed(5, closed_at=at + timedelta(days=4), **said)
            for case in [*left, *clean]:
                found = Action.RESIDUE if case in left else Action.CLEAN
                record(case, found, by=SYSTEM, now=at)
                duty = {"recipient": "carrier", "kind": "erasure", "state": "confirmed"}
                times = {"opened_at": at, "ended_at": at + timedelta(days=3), "next_try_at": at}
                Duty.objects.create(request=case, **duty, **times)
        yield


def test_each_measure_is_drawn_with_its_numbers_beside(db: None, full_year: None) -> None:
    answer = officer().get(FIGURES)

    drawn = {chart.key: dict(chart.series) for chart in answer.context["charts"]}
    assert [list(series.values()) for series in drawn.values()] == [
        [[20] * 12, [20] * 12],
        [[3.0] * 12, [40.0] * 12],
        [[5] * 12, [5] * 12],
        [[50.0] * 12],
        [[3.0] * 12],
    ]
    page = answer.content.decode()
    assert page.count('<svg class="chart"') == 6  # and what people ask for
    assert page.count("<title") == 1 + page.count('<svg class="chart"')
    assert page.count("<desc") == page.count('<svg class="chart"')
    assert page.count("<table") == page.count('<svg class="chart"')
    body = page[page.index("admin-charts") : page.index("</main>")]
    assert 'style="' not in body
    assert "<script" not in body


def test_where_a_month_has_too_few_the_quarter_is_drawn_and_the_page_says_so(
    db: None, full_year: None
) -> None:
    march = Request.objects.filter(received_at__month=3).order_by("pk")
    march.filter(pk__in=[case.pk for case in march[3:]]).update(
        received_at=datetime(2026, 2, 3, 9, tzinfo=UTC)
    )

    first = officer().get(FIGURES).context["charts"][0]

    assert first.labels == ["Jan–Mrt", "Apr–Jun", "Jul–Sep", "Okt–Dec"]
    assert [list(numbers) for _name, numbers in first.series] == [[60] * 4, [60] * 4]
    assert first.note == "Per kwartaal: in een enkele maand waren het er te weinig."


def test_what_may_not_be_told_at_all_is_left_out_of_the_chart_and_said(
    db: None, full_year: None
) -> None:
    closed(2, received_at=datetime(2026, 3, 3, tzinfo=UTC), state="in_assessment", closed_at=None)

    first = officer().get(FIGURES).context["charts"][0]

    assert [list(numbers) for _name, numbers in first.series] == [[20, 20, 22, *[20] * 9]]
    assert first.note == "Te weinig om te tonen: beantwoord."


def test_with_few_cases_the_page_says_what_is_hidden_and_why(db: None) -> None:
    closed(3)

    page = officer().get(FIGURES).content.decode()

    assert page.count("Te weinig in dit jaar om te tonen.") >= 3
    assert '<svg class="chart"' not in page
    assert not re.search(r'figure-number">\s*[1-4]\s*<', page)


def test_rows_whose_time_is_over_are_counted_until_the_night_took_them(db: None) -> None:
    ago = timezone.now() - timedelta(days=4000)
    SignUp.objects.bulk_create(
        SignUp(email=f"{n}@example.org", language="nl", requested_at=ago) for n in range(6)
    )
    cache.clear()

    counted = officer().get(FIGURES).context["backlog"]

    assert [n for _name, n in counted.rows] == [6]


@pytest.mark.parametrize("year", ["0", "2017", "2999", "99999999999999999999"])
def test_there_is_no_report_of_a_year_without_the_law_or_to_come(db: None, year: str) -> None:
    assert officer().get(f"{HOME}report/{year}/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("staff", 403), ("support", 403), ("auditor", 200), ("dpo", 200)]
)
def test_figures_are_for_the_officer_and_the_auditor(db: None, role: str, status: int) -> None:
    client = officer(role)

    assert [client.get(page).status_code for page in (FIGURES, report())] == [status, status]
    assert Client().get(FIGURES).status_code == 302
