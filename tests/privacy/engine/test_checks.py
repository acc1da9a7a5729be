from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db.models import CASCADE, PROTECT, CheckConstraint, Q, UniqueConstraint

from accounts.models import User
from privacy.declarations import (
    Category,
    Erase,
    LegalBasis,
    Period,
    Purpose,
    Rectify,
    Role,
    declare_impersonal,
    not_personal,
    personal,
    purposes,
    registry,
)

pytestmark = pytest.mark.usefixtures("toyshop")


def found() -> list[str]:
    """The ids of what the checks say of the shop in miniature, each with its hint."""
    said = [
        message
        for message in run_checks(tags=["privacy"])
        if "toyshop" in str(message.obj) or "toy" in str(message.obj) or message.obj is User
    ]
    assert all(message.hint for message in said)
    return sorted(str(message.id) for message in said)


def models() -> Any:
    from tests.privacy.engine.toyshop import models

    return models


def change(model: type[Any], **values: Any) -> None:
    registry[model] = replace(registry[model], **values)


def regroup(model: type[Any], field: str, **values: Any) -> None:
    """Change the treatment of the group a field is in."""
    groups = registry[model].groups
    changed = tuple(replace(g, **values) if field in g.fields else g for g in groups)
    change(model, groups=changed)


def test_what_is_declared_whole_passes() -> None:
    assert found() == []


def test_an_undeclared_model() -> None:
    del registry[models().Review]

    assert found() == ["privacy.E001"]


def test_an_undeclared_field_many_to_many_ones_too() -> None:
    change(models().Review, groups=registry[models().Review].groups[:2], roles={})
    change(models().Review, roles={"": Role(user="author")})

    assert found() == ["privacy.E002"]


def test_an_unknown_field_clock_or_lookup() -> None:
    order = models().Order
    change(order, groups=(*registry[order].groups, not_personal("gone")))
    assert found() == ["privacy.E003"]

    change(order, groups=registry[order].groups[:-1], clock="closed")
    assert found() == ["privacy.E003"]

    change(order, clock="closed_at", roles={**registry[order].roles, "x": Role(user="nobody")})
    assert "privacy.E003" in found()


def test_a_condition_on_a_field_that_is_gone() -> None:
    order = models().Order
    change(order, performing=Q(opened_at=None))
    assert found() == ["privacy.E003"]

    was = registry[order].roles[""]
    change(order, performing=Q(closed_at=None), roles={"": replace(was, proved=Q(gone=1))})
    assert "privacy.E003" in found()


def test_a_field_declared_twice() -> None:
    order = models().Order
    change(order, groups=(*registry[order].groups, not_personal("phone")))

    assert found() == ["privacy.E004"]


@pytest.mark.parametrize(
    ("field", "erase"),
    [
        ("email", None),  # NOT NULL
        ("name", "x" * 101),  # too long
        ("number", "gone"),  # unique
        ("number", Erase.BLANK),  # unique, and not NULL
        ("number", Erase.RANDOM),  # too short for chance
        ("snapshot", Erase.RANDOM),  # no text
        ("total", Erase.BLANK),  # no empty number
        ("total", "nothing"),  # no number
    ],
)
def test_an_eraser_that_its_column_refuses(field: str, erase: object) -> None:
    order = models().Order
    groups = [
        replace(g, fields=tuple(n for n in g.fields if n != field)) for g in registry[order].groups
    ]
    fulfil = purposes["toy-deliver"]
    groups.append(personal(field, category=Category.CONTACT, purposes=[fulfil], erase=erase))
    change(order, groups=tuple(groups))

    assert found() == ["privacy.E005"]


def test_a_many_to_many_field_that_a_late_write_could_fill_again() -> None:
    regroup(models().Review, "liked_by", erase=Erase.BLANK)

    assert found() == ["privacy.E023"]


def test_an_eraser_that_is_no_choice() -> None:
    subscription = models().Subscription
    news = purposes["toy-news"]
    state = personal("state", category=Category.CHOICES, purposes=[news], erase="gone")
    groups = (*registry[subscription].groups[:1], state, not_personal("ended_at"))
    change(subscription, groups=groups, keep_row=True)
    regroup(subscription, "email", erase=Erase.RANDOM)

    assert found() == ["privacy.E005"]


def test_an_eraser_that_a_constraint_refuses() -> None:
    review = models().Review
    regroup(review, "text", erase="forbidden", fields=("text",))
    change(review, groups=(*registry[review].groups, not_personal("written_at")))

    assert found() == ["privacy.E005"]


def test_constraints_that_only_the_groups_together_break(monkeypatch: pytest.MonkeyPatch) -> None:
    order = models().Order
    constraints = [
        CheckConstraint(condition=~Q(email="", name=""), name="toy_somebody"),
        UniqueConstraint(fields=["email", "name"], name="toy_once"),
        UniqueConstraint(fields=["email"], condition=~Q(email=""), name="toy_allowed"),
    ]
    monkeypatch.setattr(order._meta, "constraints", constraints)

    assert found() == ["privacy.E005"] * 2


def test_a_row_that_is_always_deleted_whole_needs_no_eraser() -> None:
    assert registry[User].whole  # its address is unique and takes no NULL
    assert found() == []


def test_a_false_impersonal() -> None:
    declare_impersonal(models().Line)

    assert found() == ["privacy.E006"]


@pytest.mark.parametrize("name", ["author", "liked_by"])
def test_a_link_to_a_person_inside_not_personal(name: str) -> None:
    review = models().Review
    roles = {k: r for k, r in registry[review].roles.items() if r.user != name}
    kept = tuple(g for g in registry[review].groups if name not in g.fields and g.about in roles)
    lost = {f for g in registry[review].groups for f in g.fields} - {
        f for g in kept for f in g.fields
    }
    change(review, groups=(*kept, not_personal(*(lost | {name}))), roles=roles)

    assert found() == ["privacy.E006"]


def test_a_cascade_into_what_the_law_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    field = models().Order._meta.get_field("customer")
    monkeypatch.setattr(field.remote_field, "on_delete", CASCADE)

    assert found() == ["privacy.E007"]


def test_a_protected_link_makes_a_person_unerasable(monkeypatch: pytest.MonkeyPatch) -> None:
    field = models().Order._meta.get_field("customer")
    monkeypatch.setattr(field.remote_field, "on_delete", PROTECT)

    assert found() == ["privacy.E008"]


def test_no_purpose() -> None:
    regroup(models().Order, "email", purposes=())

    assert found() == ["privacy.E009"]


def test_a_clock_that_may_never_start() -> None:
    change(models().Subscription, performing=None)
    assert found() == ["privacy.E010"]

    change(User, clock="last_login")
    assert found() == ["privacy.E010"] * 2


def test_a_clock_that_is_no_moment() -> None:
    change(models().Order, clock="number")

    assert found() == ["privacy.E010"]


def test_a_clock_without_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models().Review._meta.get_field("written_at"), "db_index", False)

    assert found() == ["privacy.E011"]


def test_a_purpose_key_used_twice() -> None:
    Purpose("Another", LegalBasis.CONTRACT, Period(days=1), key="toy-news")

    assert found() == ["privacy.E012"]


def test_foreign_keys_in_a_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    line = models().Line._meta.get_field("order")
    monkeypatch.setattr(User._meta.pk, "is_relation", True)
    monkeypatch.setattr(User._meta.pk, "related_model", models().Line)
    assert line.related_model is models().Order

    assert "privacy.E013" in found()


def test_a_group_about_nobody() -> None:
    regroup(models().Order, "recipient", about="stranger")

    assert found() == ["privacy.E014"]


def test_a_guests_address_that_nothing_proves() -> None:
    change(models().Subscription, roles={"": Role(email="email")})

    assert found() == ["privacy.E015"]


def test_data_that_nothing_finds() -> None:
    change(models().Subscription, roles={})
    assert found() == ["privacy.E016"]

    regroup(models().Subscription, "email", withheld="It is scrambled.")
    assert found() == []


def test_contact_details_are_never_anonymous() -> None:
    regroup(models().Order, "email", erase=Erase.UNLINKED)

    assert found() == ["privacy.E017"]


def test_a_proxy_is_not_asked_for_again() -> None:
    assert models().Gift._meta.proxy
    assert models().Gift not in registry

    assert found() == []


@pytest.mark.parametrize(
    "fields",
    [
        ("text.length",),  # no JSON field
        ("extra", "extra.shoe"),  # the whole and a part of it
        ("extra.phone",),  # twice
        ("extra.address",),  # a part of it is named elsewhere
    ],
)
def test_a_key_that_cannot_be(fields: tuple[str, ...]) -> None:
    post = models().Post
    change(post, groups=(*registry[post].groups, not_personal(*fields)))

    assert set(found()) & {"privacy.E003", "privacy.E004"}


def test_a_key_is_taken_away_whole_and_never_corrected_alone() -> None:
    post = models().Post
    regroup(post, "extra.phone", erase="nobody")
    assert "privacy.E005" in found()

    regroup(post, "extra.phone", erase=Erase.BLANK, rectify=Rectify.SELF)
    assert "privacy.E005" in found()


def test_a_row_that_points_anywhere_and_that_nothing_finds() -> None:
    change(models().Remark, roles={}, groups=())

    assert found() == ["privacy.E021"]


def test_a_cascade_into_the_rows_of_other_people(monkeypatch: pytest.MonkeyPatch) -> None:
    post = models().Post
    change(post, keep_row=False)
    field = post._meta.get_field("parent")
    assert "privacy.E022" not in found()

    monkeypatch.setattr(field.remote_field, "on_delete", CASCADE)
    assert "privacy.E022" in found()

    monkeypatch.setattr(field.remote_field, "on_delete", PROTECT)
    assert "privacy.E008" in found()


@pytest.mark.parametrize("author", ["recipient", "nobody"])
def test_what_another_wrote_names_a_role_that_is_there_and_another_one(author: str) -> None:
    regroup(models().Order, "recipient", author=author)

    assert found() == ["privacy.E018"]


def test_what_the_main_person_wrote_about_another_passes() -> None:
    regroup(models().Order, "recipient", author="", redacted="the rights of others")

    assert found() == []
