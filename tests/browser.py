"""A real browser for the tests: the machine's own Chromium, driven by Playwright.

    with browser.chromium() as chromium, browser.visit(chromium, url) as (page, told):
        ...
    assert told == []

Both are optional: a test skips and says what is missing, and where `POSITIONS_REQUIRE_BROWSER` is
set, as in CI, it fails instead.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",  # its own sandbox refuses root, whom containers run as
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """The browser, without a window; skips or fails where there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("no browser tests: `uv sync --group browser` brings their driver")
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        _missing("no browser tests: no Chromium on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*QUIET])
        yield browser
        browser.close()


@contextmanager
def visit(browser: "Browser", url: str, **options: Any) -> Iterator[tuple["Page", list[str]]]:
    """A page, and what a visitor should never be told: faults, and requests to other hosts.

    What breaks the content security policy is among the faults. Options are those of a new page:
    its viewport, colours, whether it runs scripts.
    """
    told: list[str] = []
    host = urlsplit(url).netloc
    page = browser.new_page(**options)
    page.on("console", lambda line: told.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda fault: told.append(str(fault)))
    page.on("request", lambda request: told.extend(_foreign(request.url, host)))
    page.goto(url)
    yield page, told
    page.close()


def _foreign(url: str, host: str) -> list[str]:
    parts = urlsplit(url)
    return [url] if parts.scheme not in ("data", "blob") and parts.netloc != host else []


def _missing(reason: str) -> NoReturn:
    if os.environ.get("POSITIONS_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)
