"""The officer's figures: right, from few statements, and telling of nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from privacy.desk.figures import FEW, sheltered
from privacy.models import Request
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

    assert (shown["searched"], shown["residue"], shown["rate"]) == (20, 5, 25.0)


def test_what_is_fewer_than_five_is_hidden_and_so_is_what_would_give_it_away(db: None) -> None:
    closed(12)
    closed(3, state="withdrawn")
    closed(20, state="refused", refusal="no_match")

    answer = officer().get(report())
    states = dict(answer.context["tables"]["state"])

    hidden = [name for name, count in states.items() if count is None]
    assert len(hidden) == 2
    assert 3 not in states.values()
    assert 12 not in states.values()
    assert answer.context["figures"]["answered"] is None  # 35 - 32 would be the three
    assert "verborgen" in answer.content.decode()


def test_few_answers_have_no_median(db: None) -> None:
    closed(FEW - 1)

    shown = figures(officer())

    assert shown["received"] is None
    assert (shown["median"], shown["p95"]) == (None, None)


@pytest.mark.parametrize("small", range(1, FEW))
@pytest.mark.parametrize("others", [(5,), (6, 40), (5, 5, 90), (0, 0, 8), (100,)])
def test_no_total_tells_which_small_number_is_hidden(small: int, others: tuple[int, ...]) -> None:
    counts = {"small": small, **{str(n): count for n, count in enumerate(others)}}

    shown = sheltered(counts)

    hidden = [key for key, count in shown.items() if count is None]
    rest = sum(counts[key] for key in hidden)
    assert shown["small"] is None
    assert len(hidden) > 1
    everything = set(hidden) == set(counts)
    assert everything or rest - (FEW - 1) >= FEW  # each of one to four would fit


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert sheltered({"a": 5, "b": 0, "c": 90}) == {"a": 5, "b": 0, "c": 90}


def test_the_pages_ask_as_many_statements_for_a_thousand_cases_as_for_none(
    db: None, django_assert_max_num_queries: Any
) -> None:
    dpo = officer()
    closed(1000)

    for page in (FIGURES, report()):
        with django_assert_max_num_queries(18):
            figures(dpo, page)


def test_the_charts_are_drawn_by_the_server_without_a_script(db: None) -> None:
    closed(7)

    page = officer().get(FIGURES).content.decode()

    assert page.count('<svg class="chart"') == 2
    assert 'class="bar"' in page
    assert 'style="' not in page[page.index("admin-charts") : page.index("</main>")]


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
