"""Reads a page as a browser would: what it shows, where it leads, what it would fetch."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
FETCHING = {"img": "src", "script": "src", "iframe": "src", "source": "src", "link": "href"}


class Page(HTMLParser):
    """The tags of a page in their order, with their attributes and the words inside."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self.inside: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, words = self._open.pop()
            self.inside.append((name, " ".join(words)))
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        word = " ".join(data.split())
        if word:
            self.words.append(word)
            for _, words in self._open:
                words.append(word)

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def said(self, tag: str) -> list[str]:
        return [words for name, words in self.inside if name == tag]

    def inline(self) -> list[str]:
        """What the content security policy forbids: style and script written into the page."""
        found = [tag for tag, attributes in self.tags if tag == "style"]
        found += [
            tag for tag, attributes in self.tags if tag == "script" and "src" not in attributes
        ]
        return found + [
            f"{tag} {name}"
            for tag, attributes in self.tags
            for name in attributes
            if name == "style" or name.startswith("on")
        ]

    def fetched(self) -> list[str]:
        """Addresses that the browser asks for by itself."""
        return [
            address
            for tag, attributes in self.tags
            if (address := attributes.get(FETCHING.get(tag, "-")) or "")
        ]

    def leaving(self) -> list[dict[str, str | None]]:
        """Links to other sites."""
        return [link for link in self.all("a") if (link.get("href") or "").startswith("http")]
