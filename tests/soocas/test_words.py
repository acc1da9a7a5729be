from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from soocas import wording

PO = "soocas/locale/nl/LC_MESSAGES/django.po"


@pytest.fixture
def house(tmp_path: Path, settings: Settings) -> Path:
    """A small house with one page and one view."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "soocas").mkdir()
    (tmp_path / "templates" / "soocas").mkdir(parents=True)
    (tmp_path / "soocas" / "views.py").write_text(
        '_("Hello")\nngettext("%(n)s box", "%(n)s boxes", n)'
    )
    write(tmp_path, '{% load i18n %}<p>\n      {% translate "Good-bye" %}</p>')
    return tmp_path


def write(house: Path, template: str) -> None:
    (house / "templates" / "soocas" / "page.html").write_text(template)


def translated(house: Path, **words: str) -> None:
    po = house / PO
    text = po.read_text().replace(
        'msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "%(n)s doos"\nmsgstr[1] "%(n)s dozen"'
    )
    for word, dutch in words.items():
        text = text.replace(f'msgid "{word}"\nmsgstr ""', f'msgid "{word}"\nmsgstr "{dutch}"')
    po.write_text(text)


def check() -> str:
    faults = io.StringIO()
    with pytest.raises(CommandError):
        call_command("translations", "--check", stderr=faults)
    return faults.getvalue()


def test_words_of_code_and_templates_land_in_the_catalogue(house: Path) -> None:
    call_command("translations")

    po = (house / PO).read_text()
    assert 'msgid "Hello"' in po
    assert 'msgid "Good-bye"' in po
    assert 'msgid_plural "%(n)s boxes"' in po


def test_a_word_without_dutch_fails_the_check(house: Path) -> None:
    call_command("translations")
    translated(house, Hello="Hallo")

    assert check().splitlines() == ["soocas: missing: 'Good-bye' (templates/soocas/page.html)"]


def test_a_whole_catalogue_passes_and_is_compiled(house: Path) -> None:
    call_command("translations")
    translated(house, **{"Hello": "Hallo", "Good-bye": "Dag"})

    call_command("translations", "--compile")

    call_command("translations", "--check", stdout=io.StringIO())
    assert (house / PO).with_suffix(".mo").stat().st_size > 0


def test_a_changed_word_is_missing_and_its_old_form_stale(house: Path) -> None:
    call_command("translations")
    translated(house, **{"Hello": "Hallo", "Good-bye": "Dag"})
    write(house, '{% load i18n %}{% translate "Farewell" %}')

    assert check().splitlines() == [
        "soocas: missing: 'Farewell' (templates/soocas/page.html)",
        "soocas: stale: 'Good-bye' (templates/soocas/page.html)",
    ]
    call_command("translations")
    assert "Good-bye" not in (house / PO).read_text()
    assert 'msgstr "Hallo"' in (house / PO).read_text()


def test_a_doubtful_or_broken_translation_fails_the_check(house: Path) -> None:
    call_command("translations")
    translated(house, **{"Hello": "Hallo", "Good-bye": "Dag"})
    po = (house / PO).read_text()
    po = po.replace('msgid "Hello"', '#, fuzzy\nmsgid "Hello"').replace(
        "%(n)s dozen", "%(m)s dozen"
    )
    (house / PO).write_text(po)

    faults = check()
    assert "fuzzy: 'Hello'" in faults
    assert "wrong placeholders: '%(n)s box'" in faults


@pytest.mark.parametrize("room", ["soocas", "catalog"])
def test_our_own_words_are_in_order(room: str) -> None:
    assert [
        fault for own in wording.rooms() if own.name == room for fault in wording.faults(own)
    ] == []
