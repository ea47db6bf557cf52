"""The page at /docs in a real browser shows the API and runs a request, all from our own files."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from app.main import create_app
from app.settings import Settings
from tests import browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@contextmanager
def listening(url: str) -> Iterator[str]:
    """The address of the service over a database, on a free port."""
    app: Any = create_app(Settings(database_url=url))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """The browser; the tests skip without one."""
    with browser.chromium() as running:
        yield running


def test_a_request_is_tried_out(chromium: "Browser", seeded_url: str) -> None:
    with listening(seeded_url) as address:
        with browser.visit(chromium, f"{address}/docs") as (page, told):
            operation = page.locator(".opblock", has_text="/v1/countries").first
            operation.locator(".opblock-summary-control").click()
            operation.locator("button.execute").click()
            status = operation.locator(".live-responses-table tbody .response-col_status")
            assert status.inner_text().strip() == "200"
        assert told == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_page_follows_the_readers_colours(
    chromium: "Browser", seeded_url: str, colours: Any
) -> None:
    with listening(seeded_url) as address:
        with browser.visit(chromium, f"{address}/docs", color_scheme=colours) as (page, told):
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
            turned = page.evaluate("getComputedStyle(document.querySelector('#docs')).filter")
        assert told == []
    darkness = int(paper.removeprefix("rgb(").split(",")[0])
    assert (darkness < 60) == (colours == "dark") == ("invert" in turned)


def test_the_page_fits_a_phone_and_leads_back(chromium: "Browser", seeded_url: str) -> None:
    phone = {"width": 390, "height": 844}
    with listening(seeded_url) as address:
        with browser.visit(chromium, f"{address}/docs", viewport=phone) as (page, _):
            page.locator(".opblock").first.wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
            for text in page.locator(".opblock-tag small").all():
                box = text.bounding_box()
                assert box
                assert box["width"] > 150
            lead = page.locator(".info").inner_text()
            assert lead.count("Who stands where on a question of regional security") == 1
            page.get_by_role("link", name="The pages").click()
            page.wait_for_url(f"{address}/")
