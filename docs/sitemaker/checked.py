"""Checks a site that was built: every link leads somewhere, and nothing is asked of the network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: What a browser fetches by itself, as against a link that a reader may follow.
_FETCHED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}
#: Said about the page, never fetched.
_NOT_FETCHED = {"canonical", "next", "prev", "alternate"}


@dataclass
class Page(HTMLParser):
    """What one page points at, and what can be pointed at in it."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {key: value or "" for key, value in attrs}
        self.anchors.update(has[key] for key in ("id", "name") if has.get(key))
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        if tag in _FETCHED and has.get("rel") not in _NOT_FETCHED:
            self.fetched.append(has.get(_FETCHED[tag], ""))


def faults(site: Path) -> list[str]:
    """What is wrong with the site, one line each."""
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        # The page for what is not there is shown at any address: it must be read from the root.
        here = path.relative_to(site)
        found += [f"{here} asks the network for {url}" for url in page.fetched if _outside(url)]
        if path.name != "404.html":
            links = (*page.links, *(url for url in page.fetched if not _outside(url)))
            found += [
                f"{here} points at {url}, which is not there"
                for url in dict.fromkeys(links)
                if not _outside(url) and not _leads(url, path, pages)
            ]
    styles = (p for p in sorted(site.rglob("*.css")))
    found += [
        f"{p.relative_to(site)} asks the network for its type"
        for p in styles
        if re.search(r"(@import|url\()\s*['\"]?(https?:)?//", p.read_text(encoding="utf-8"))
    ]
    return found


def _read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _outside(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.scheme or parts.netloc)


def _leads(url: str, path: Path, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(url)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return False
    return (
        not parts.fragment
        or target not in pages
        or unquote(parts.fragment) in pages[target].anchors
    )
