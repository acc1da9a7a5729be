"""What tells a person from all others, taken from the declared rows while they are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import CharField, EmailField, TextField

from privacy.declarations import Declaration, Group, registry
from privacy.residue import phones
from privacy.subjects import Subject
from privacy.vocabulary import Category

SHORTEST = 8  # characters of a street with its number; less is found everywhere
SEARCHED = ("email", "phone", "subject", "name", "street")
SPEAKING = {Category.CONTACT, Category.PROFILE, Category.RIGHTS, Category.CHOICES}


def identifiers(subject: Subject) -> dict[str, list[str]]:
    """The person's direct identifiers by kind, as plain values: sealed until the scan is clean.

    ``account`` and ``proved`` are not searched for; they tell whose a row is that is found.
    """
    found: dict[str, set[str]] = {kind: set() for kind in SEARCHED}
    found["email"] |= subject.emails | ({subject.email} - {""})
    found["subject"] |= {str(subject.subject_id)} if subject.subject_id else set()
    for declaration in registry.values():
        for kind, value in of_rows(declaration, subject):
            found[kind].add(value)
    found["account"] = {str(subject.user.pk)} if subject.user and subject.user.pk else set()
    found["proved"] = set(subject.emails)
    return {kind: sorted(values) for kind, values in found.items()}


def without_the_shop(identifiers: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is searched for: who lives at the shop's own address, say, must be erasable too.

    The seller's name and street stand on every invoice, letter and archive that the shop makes, so
    there they tell of no customer. His other identifiers still find him.
    """
    ours = {plainly(said) for said in settings.SELLER.values()}
    return {
        kind: [value for value in values if plainly(value) not in ours]
        for kind, values in identifiers.items()
    }


def plainly(said: str) -> str:
    return " ".join(said.casefold().split())


def of_rows(declaration: Declaration, subject: Subject) -> Iterator[tuple[str, str]]:
    for group in declaration.personal:
        role = declaration.roles.get(group.about)
        names = telling(declaration, group)
        if role is None or not names:
            continue
        rows = declaration.model._base_manager.filter(role.reach(subject))
        for row in rows.values(*names).distinct().iterator():
            yield from of_row(row)


def telling(declaration: Declaration, group: Group) -> list[str]:
    """The group's columns that tell who somebody is, and what goes with them."""
    if group.category not in SPEAKING:
        return []
    texts = [f for f in declaration.model._meta.fields if isinstance(f, CharField | TextField)]
    names = [f.name for f in texts if f.name in group.fields and not f.choices]
    mails = {f.name for f in texts if isinstance(f, EmailField)}
    kept = [n for n in names if n in mails or last(n) in ("phone", "name", "street")]
    return kept + [n for n in names if kept and last(n) in ("number", "country")]


def last(name: str) -> str:
    return name.rpartition("_")[2]


def of_row(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in (name for name, value in row.items() if value):
        for suffix, read in READ.items():
            if last(name) == suffix:
                yield from read(row, name)
        if "@" in row[name]:
            yield "email", row[name]


def phone(row: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    country = row.get(f"{name.removesuffix('phone')}country", "")
    yield from (("phone", number) for number in phones.forms(row[name], country))


def full_name(row: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """Never a first name alone."""
    if len(row[name].split()) > 1:
        yield "name", row[name]


def street(row: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    number = row.get(f"{name.removesuffix('street')}house_number", "")
    if number and len(whole := f"{row[name]} {number}") >= SHORTEST:
        yield "street", whole


READ = {"phone": phone, "name": full_name, "street": street}
