from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils import translation

from tests.pages import Page

MAIL = """{% extends "email/base.html" %}{% block title %}Order 1{% endblock %}
{% block body %}<h1>Dank je</h1>{% endblock %}
{% block foot %}<p>Je krijgt dit omdat je bestelde.</p>{% endblock %}"""


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_mail_fetches_nothing_and_speaks_its_language(language: str) -> None:
    with translation.override(language):
        html = Template(MAIL).render(Context())

    page = Page(html)
    assert page.all("html")[0]["lang"] == language
    assert page.fetched() == []
    assert "url(" not in html
    assert len(page.said("style")) == 1
    assert {table["role"] for table in page.all("table")} == {"none"}
    assert page.said("title") == ["Order 1"]
    assert "prefers-color-scheme: dark" in html
