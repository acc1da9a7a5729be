"""Generated graphs of rows of two people: one is erased, the other's rows stay to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from privacy import batches, erasure, export, retention, rule
from privacy.declarations import LegalBasis, Period, Purpose, registry
from tests.privacy.engine.toyshop.people import NOW, order, person, subject

if TYPE_CHECKING:
    from tests.privacy.engine.toyshop.models import Post

pytestmark = pytest.mark.usefixtures("toyshop")
DECLARED = dict(registry)  # as the shop has it, before it is the shop in miniature
QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
PEOPLE = ("ada", "bob")
AGE = timedelta(days=30)
PERIODS = {"over": Period(days=7), "running": Period(days=90)}  # of what ended 30 days ago
BASES = [LegalBasis.CONTRACT, LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTERESTS]

links = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6)
graphs = st.fixed_dictionaries(
    {
        "posts": st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=6),
        "parents": links,
        "likes": links,
        "remarks": st.lists(st.integers(0, 9), max_size=5),
        "teachers": st.lists(st.sampled_from(PEOPLE), max_size=3),
    }
)
rows = st.fixed_dictionaries(
    {
        "basis": st.sampled_from(BASES),
        "exempt": st.booleans(),
        "period": st.sampled_from(sorted(PERIODS)),
        "performing": st.booleans(),
        "on_hold": st.booleans(),
        "restricted": st.booleans(),
        "on_request": st.booleans(),
    }
)


def toys() -> Any:
    from tests.privacy.engine.toyshop import models

    return models


def grow(graph: dict[str, Any]) -> dict[str, User]:
    """The rows of a graph; each text of Ada's holds her mark, each of Bob's his."""
    users = {name: person(name) for name in PEOPLE}
    posts = [post(users[name], number) for number, name in enumerate(graph["posts"])]
    for child, parent in graph["parents"]:
        one, other = pick(posts, child), pick(posts, parent)
        toys().Post.objects.filter(pk=one.pk).exclude(pk=other.pk).update(parent=other)
    for liker, liked in graph["likes"]:
        pick(posts, liked).liked_by.add(users[PEOPLE[liker % 2]])
    for number in graph["remarks"]:
        one = pick(posts, number)
        toys().Remark.objects.create(about=one, text=f"of {mark(one.author)}", made_at=NOW)
    for number, name in enumerate(graph["teachers"]):
        words = {"name": f"{mark(users[name])} {number}", "subject": mark(users[name])}
        teacher = toys().Teacher.objects.create(user=users[name], **words)
        toys().Remark.objects.create(about=teacher, text=mark(users[name]), made_at=NOW)
    return users


def mark(user: User) -> str:
    return f"zq-{user.name}-zq"


def pick(posts: list[Post], number: int) -> Post:
    return posts[number % len(posts)]


def post(author: User, number: int) -> Post:
    words = f"{mark(author)} {number}"
    extra = {
        "phone": words,
        "device": "tablet",
        "address": {"street": words, "country": "NL"},
    }
    made: Post = toys().Post.objects.create(
        author=author, text=words, extra=extra, written_at=NOW - AGE
    )
    toys().PostHistory.objects.create(post=made.pk, author=author, text=words, changed_at=NOW - AGE)
    return made


def cells(text: str) -> set[str]:
    """Table and column of every cell of the shop in miniature that holds a text."""
    found = set()
    for model in apps.get_app_config("toyshop").get_models(include_auto_created=True):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT cell.key FROM {table} AS r, jsonb_each_text(to_jsonb(r)) AS cell"
                " WHERE strpos(cell.value, %s) > 0",
                [text],
            )
            found |= {f"{table}.{key}" for (key,) in cursor.fetchall()}
    return found


def of(user: User) -> Iterator[tuple[str, Any]]:
    """All that is a person's, with what it points at."""
    models = toys()
    posts = models.Post.objects.filter(author=user)
    yield "posts", [*posts.order_by("pk").values()]
    yield "likes", [*models.Post.liked_by.through.objects.filter(user=user).order_by("pk").values()]
    yield "history", [*models.PostHistory.objects.filter(author=user).order_by("pk").values()]
    yield "teachers", [*models.Teacher.objects.filter(user=user).order_by("pk").values()]
    yield "members", [*models.Member.objects.filter(user=user).order_by("pk").values()]
    yield "remarks", [*models.Remark.objects.filter(text__contains=mark(user)).values()]
    yield "account", [*User.objects.filter(pk=user.pk).values()]


@QUICK
@given(graph=graphs)
def test_of_any_graph_the_person_leaves_nothing_and_the_others_rows_stay_to_the_byte(
    graph: dict[str, Any],
) -> None:
    with transaction.atomic():
        users = grow(graph)
        ada, bob = users["ada"], users["bob"]
        before = dict(of(bob))
        members = registry[toys().Member]
        for model in (toys().Member, toys().Teacher):  # nothing runs: all of it may go
            registry[model] = replace(registry[model], performing=None)

        erasure.erase(subject(ada), NOW)

        assert cells("zq-Ada-zq") == set()
        assert not User.objects.filter(pk=ada.pk).exists()
        assert dict(of(bob)) == before
        kept = toys().Post.objects.filter(author=None)
        assert {row.extra["device"] for row in kept} <= {"tablet"}
        assert {row.extra["address"]["country"] for row in kept} <= {"NL"}
        again = erasure.erase(subject(ada), NOW)
        assert again.counts.total() == 0
        for model in (toys().Member, toys().Teacher):
            registry[model] = replace(registry[model], performing=members.performing)
        transaction.set_rollback(True)


WHOLE: dict[str, Any] = {
    "posts": ["ada", "bob", "ada", "bob", "ada"],
    "parents": [(0, 1), (1, 0), (2, 0), (3, 3)],
    "likes": [(0, 0), (0, 1), (1, 0), (1, 1)],
    "remarks": [0, 1, 2],
    "teachers": ["ada", "bob", "ada"],
}


def test_the_night_ends_the_whole_graph_in_small_batches_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("BATCH", "WHOLE", "WINDOW"):
        monkeypatch.setattr(batches, name, 2)
    users = grow(WHOLE)
    toys().Member.objects.update(left_at=NOW)
    assert len(cells("zq-Bob-zq")) > 5

    retention.purge(NOW + timedelta(days=9 * 366))

    assert cells("zq-Ada-zq") | cells("zq-Bob-zq") == set()
    assert not User.objects.filter(pk__in=[user.pk for user in users.values()]).exists()
    assert toys().Post.objects.count() == 5
    assert not toys().Member.objects.exists()
    assert retention.purge(NOW + timedelta(days=9 * 366)).total() == 0


def test_a_row_that_is_kept_outlives_the_one_that_extends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = toys()
    ada = person("ada")
    teacher = models.Teacher.objects.create(user=ada, name="Ada", subject="Sums", left_at=NOW)
    monkeypatch.setattr(rule, "holds", [lambda m: Q() if m is models.Member else None])
    assert models.Member.objects.filter(pk=teacher.pk).exists()

    erasure.erase(subject(ada), NOW)

    assert not models.Teacher.objects.exists()
    assert models.Member.objects.get().name == "Ada"


def test_what_staff_noted_of_an_account_goes_with_it_and_their_work_stays() -> None:
    from accounts.personal_data import staff

    registry[LogEntry] = DECLARED[LogEntry]
    assert staff.STAFF_RECORD in registry[LogEntry].personal[0].purposes
    ada, bob, maud = person("ada"), person("bob"), person("maud")
    LogEntry.objects.log_actions(maud.pk, [ada, bob], 2, change_message="Told her address")

    erasure.erase(subject(ada), NOW)

    hers, his = LogEntry.objects.order_by("pk")
    assert (hers.object_repr, hers.change_message) == ("", "")
    assert hers.user == maud
    assert (his.object_repr, his.change_message) == ("bob@example.org", "Told her address")


def test_the_keys_of_a_json_field_are_exported_each_by_itself() -> None:
    ada = person("ada")
    post(ada, 1)

    told = {section["model"]: section for section in export.collect(subject(ada))["sections"]}

    (row,) = told["toyshop.Post"]["rows"]
    values = {one["field"]: (one["label"], one["value"]) for one in row["data"]}
    assert values["extra.phone"] == ("Phone", "zq-Ada-zq 1")
    assert values["extra.address.street"] == ("Street", "zq-Ada-zq 1")
    assert "extra.device" not in values
    assert "zq-Ada-zq" not in str(values.keys())


def stays(case: dict[str, Any]) -> bool:
    """STATED: at night a purpose holds until clock + period, and a pause holds; on request only an
    exemption within its period, or a contract that runs. A hold holds always."""
    over = case["period"] == "over"
    if case["on_hold"]:
        return True
    if case["on_request"]:
        if case["exempt"]:
            return case["performing"] or not over
        return bool(case["performing"]) and case["basis"] is LegalBasis.CONTRACT
    return bool(case["restricted"] or case["performing"] or not over)


@QUICK
@given(case=rows)
def test_the_truth_table(case: dict[str, Any]) -> None:
    """Purposes × exemptions × holds × contracts × restrictions, at night and on request."""
    models = toys()
    exemption = "Art. 17(3)(e)" if case["exempt"] else ""
    period = PERIODS[case["period"]]
    purpose = Purpose("x", case["basis"], period, exemption=exemption, key="toy-table")
    was, holds, pauses = registry[models.Order], [*rule.holds], [*rule.pauses]
    groups = tuple(replace(g, purposes=(purpose,)) if g.category else g for g in was.groups)

    def hers(model: Any) -> Q | None:
        return Q(number="hers") if model is models.Order else None

    with transaction.atomic():
        registry[models.Order] = replace(was, groups=groups)
        rule.holds[:] = [hers] if case["on_hold"] else []
        rule.pauses[:] = [hers] if case["restricted"] else []
        closed_at = None if case["performing"] else NOW - AGE
        ada, bob = person("ada"), person("bob")
        mine, his = (
            order(number, user, closed_at=closed_at)
            for number, user in (("hers", ada), ("his", bob))
        )
        before = models.Order.objects.filter(pk=his.pk).values().get()

        if case["on_request"]:
            erasure.erase(subject(ada), NOW)
        else:
            retention.purge(NOW)

        mine.refresh_from_db()
        assert bool(mine.email) == stays(case), case
        if case["on_request"]:
            assert models.Order.objects.filter(pk=his.pk).values().get() == before
        registry[models.Order] = was
        rule.holds[:], rule.pauses[:] = holds, pauses
        transaction.set_rollback(True)
