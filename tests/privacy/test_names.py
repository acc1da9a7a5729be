"""Whatever an app declares has a name that people understand, in Dutch too."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from privacy.declarations import Declaration, registry

THE_SAME_IN_DUTCH = {"account", "code", "codes", "postcode"}
DECLARED = [declaration for declaration in registry.values() if declaration.personal]
TECHNICAL = re.compile(r"_|\b(uid|uuid|id|pk|repr|digest|json)\b", re.IGNORECASE)


def names(declaration: Declaration, language: str) -> dict[str, str]:
    with translation.override(language):
        fields = (field for group in declaration.personal for field in group.fields)
        return {
            "one of them": declaration.singular,
            "several of them": declaration.plural,
            "as long as": str(declaration.words.lasting),
            **{field: declaration.name_of(field) for field in fields},
        }


@pytest.mark.parametrize("declaration", DECLARED, ids=lambda declaration: declaration.label)
def test_every_field_and_model_has_a_plain_name_in_both_languages(declaration: Declaration) -> None:
    dutch, english = names(declaration, "nl"), names(declaration, "en")

    technical = {k: v for said in (dutch, english) for k, v in said.items() if TECHNICAL.search(v)}
    untranslated = {
        key: name
        for key, name in dutch.items()
        if name and name == english[key] and name.lower() not in THE_SAME_IN_DUTCH
    }
    assert technical == {}
    assert untranslated == {}


@pytest.mark.parametrize(
    "declaration", [d for d in DECLARED if d.performing], ids=lambda declaration: declaration.label
)
def test_what_can_be_running_says_how_long(declaration: Declaration) -> None:
    assert declaration.words.lasting
