"""Each letter of the privacy room, in both languages, as the mail server gets it."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from outbox.models import Message
from privacy import letters, remedies
from tests.privacy.conftest import Inbox

TEMPLATES = Path(settings.BASE_DIR) / "templates/privacy/email"
KINDS = sorted(path.stem for path in TEMPLATES.glob("[!_]*.txt"))
REMOTE = r"<(?:img|script|link|iframe|video)\b|url\(|@import"


def facts(language: str) -> dict[str, Any]:
    """What letters tell, where there is something to tell."""
    said = {"name": "PayPal", "state": "bevestigd", "said": "Gedaan.", "stale": False}
    term = {"until": "1 januari 2034", "grounds": [{"purpose": "Facturen bewaren", "law": "6(1)"}]}
    row = {"name": "Bestellingen", "rows": 2, "fields": "naam, adres", "terms": [term], "note": ""}
    return {
        "due": "24 december 2026",
        "law": "AVG",
        "until": "8 december 2026 om 21:00",
        "link": "https://soocas.example/nl/privacy/keep/token/",
        "done": "We zijn gestopt.",
        "remedies": remedies.of("NL", language),
        "ground": "We vonden niets",
        "reasons": "Er staat niets onder dit adres.\nOok niet elders.",
        "cause": "Het is veel werk",
        "grounds": "Zonder dit kunnen we geen fraude tegenhouden.",
        "question": "Welke bestelling bedoel je?",
        "answer": "Niemand buiten Soocas.",
        "fields": [{"field": "Naam", **said}, {"field": "Adres", **said, "stale": True}],
        "told": [{**said, "where": "Luxemburg", "days": "3 mei 2026", "what": ["naam"]}],
        "whom": ["order 2026-000017", "anna@example.com"],
        "changes": [["Naam", "Anna Jansen"]],
        "goes": [row],
        "elsewhere": [{**row, "note": "binnen een uur"}],
        "stays": [row],
        "unproved": [["Bestellingen", 1]],
        "texts": [{"state": "blijft staan", "number": 1, "ground": "vrije meningsuiting"}],
        "proof": {"until": "24 november 2028", "purpose": "Verantwoorden", "law": "6(1)(c)"},
    }


BARE = {
    **dict.fromkeys(["done", "link", "reasons", "grounds"], ""),
    **{
        key: []
        for key in ("told", "whom", "changes", "goes", "elsewhere", "stays", "texts", "unproved")
    },
}
KNOWN = {
    "reference": "V-AAAA-BBBB-CCCC",
    "same": "V-DDDD-EEEE-FFFF",
    "case": 7,
    "mark": 75,
    "recipient": "paypal",
    "minutes": 15,
    "code": "204060",
    "erased_on": "24 november 2026",
}
TURNS: dict[str, tuple[dict[str, Any], ...]] = {
    "address_changed": ({"deletion": True}, {"deletion": False}),
    "asked": ({"still": True}, {"still": False}),
    "asked_again": ({"still": True}, {"still": False}),
    "clock": tuple({"why": w} for w in ("mark", "confirm", "texts", "lost", "goes_on", "late")),
    "code": ({"by_us": True}, {"by_us": False}),
    "duty": tuple({"kind": kind} for kind in ("erasure", "rectification", "restriction")),
    "goes_on": ({"kind": "objection", "grounds": "Daarom."}, {"kind": "restriction"}),
    "receipt": ({"running": True}, {"waiting": True}, {"again": True}),
    "recipients_answered": ({"running": True}, {"running": False}),
}
WITHIN_THE_HOUSE = ("clock", "duty_escalated")
LINKED = ("deletion_scheduled", "export_ready", "asked", "asked_again")  # never without


def turns(kind: str, language: str) -> list[dict[str, Any]]:
    """Each way in which a letter can be told: with all there is, and with as little."""
    full = {**KNOWN, **facts(language)}
    least = {**full, **BARE, **({"link": full["link"]} if kind in LINKED else {})}
    if kind in ("recipients_answered", "extended", "refused", "held"):  # never without words
        least = full
    return [{**base, **turn} for base in (full, least) for turn in TURNS.get(kind, ({},))]


def written(kind: str, language: str, inbox: Inbox) -> list[tuple[str, str, str]]:
    """Subject, text and HTML of each turn of a letter."""
    for number, context in enumerate(turns(kind, language)):
        letters.send(
            f"privacy/{kind}",
            to="anna@example.com",
            language=language,
            about=f"turn:{number}",
            context=context,
        )
    return [(str(m.subject), str(m.body), str(m.alternatives[0][0])) for m in inbox()]


def links(text: str) -> Counter[str]:
    return Counter(re.findall(r"https?://[^\s\"'<>]+[^\s\"'<>.,)]", text))


def shown(html: str) -> str:
    """What a reader of the HTML sees, without its style."""
    body = re.sub(r"(?s)<head>.*</head>|<!--.*?-->", "", html)
    return unescape(re.sub(r"<[^>]+>", " ", body))


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_is_whole_in_either_language(inbox: Inbox, kind: str, language: str) -> None:
    mails = written(kind, language, inbox)

    assert len(mails) == len(turns(kind, language))
    assert not Message.objects.exclude(state="sent").exists()
    for subject, text, html in mails:
        assert 0 < len(subject) <= 78
        for said in (subject, text, shown(html)):
            assert not re.search(r"\{\{|\{%|\bNone\b|\(\)|: *$|\bFalse\b", said.strip()), said
        assert not re.search(r"[^\n ] {2,}|\n{3}|[ \t]\n", text), text
        assert not re.search(r"(?m)^\s*[-·]\s*$", text), text
        assert not re.search(r"<(li|p|h1|h2|ul|b)[^>]*>\s*</\1>|<ul>\s*</ul>", html), html
        assert not re.search(REMOTE, html), html
        assert f'<html lang="{language}"' in html


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_of_a_letter_lead_to_the_same_pages(
    inbox: Inbox, kind: str, language: str
) -> None:
    for _subject, text, html in written(kind, language, inbox):
        assert set(links(text)) == set(links(" ".join(re.findall(r'href="([^"]+)"', html))))


@pytest.mark.parametrize("kind", KINDS)
def test_a_dutch_letter_says_je_and_names_the_dutch_law(inbox: Inbox, kind: str) -> None:
    for subject, text, html in written(kind, "nl", inbox):
        for said in (subject, text, shown(html)):
            assert not re.search(r"\b(u|uw|U|Uw)\b|GDPR", said), said


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_ends_with_who_sells(inbox: Inbox, kind: str) -> None:
    seller = {**settings.SELLER, "name": "Poets & Zn.", "street": "Nieuweweg 1"}
    with override_settings(SELLER=seller):
        mails = written(kind, "nl", inbox)

    for _subject, text, html in mails:
        assert "Poets & Zn., Nieuweweg 1, 1011 AB Amsterdam" in shown(html)
        assert "Voorbeeldkade" not in text + html
        if kind not in WITHIN_THE_HOUSE:
            assert text.rstrip().endswith("Poets & Zn., Nieuweweg 1, 1011 AB Amsterdam")
