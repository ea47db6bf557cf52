"""The explorer in a real browser: what it asks for, what it runs, and who can use it.

The pages are the same whichever database answers, so one is enough here; `test_pages` asks both.
"""

import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import browser
from tests.explorer.conftest import NARROW, WIDE
from tests.explorer.test_pages import HOSTILE_PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

#: One address of every kind of page.
VIEWS = (
    "/",
    "/questions/kazakhstan-military-cooperation-with-nato",
    "/countries/KAZ",
    "/actors/azimbai-gali",
    "/agreements/partnership-for-peace",
    "/events/troop-talks-leaked",
    "/opinions/author-cooperation",
    "/timeline",
    "/alignment?a=azimbai-gali&b=sagadat-nurmagambetov&minimum_n=1",
    "/alignment",
    "/documents/kazakhstan-nato-analysis#p4",
    "/search?q=nato",
    "/codebook",
    "/guide",
    "/nowhere",
)
PICTURED = [view for view in VIEWS if view not in ("/alignment", "/codebook", "/guide", "/nowhere")]


def shown(page: "Page") -> str:
    """The text of a page's main part."""
    return page.locator("main").inner_text()


def without_expected(told: list[str], view: str) -> list[str]:
    """What was told, but for the browser's own line about the 404 that was asked for."""
    return [line for line in told if not (view == "/nowhere" and "404" in line)]


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_asks_elsewhere_or_breaks_its_policy_after_any_click(
    chromium: "Browser", address: str, view: str
) -> None:
    with browser.visit(chromium, address + view, viewport=WIDE) as (page, told):
        for summary in page.locator("summary").all():
            summary.click()
            for button in page.locator("details[open] button:visible").all():
                button.click()
            page.keyboard.press("Escape")
        for button in page.locator("main button[type=button]:visible").all():
            button.click()
        page.wait_for_load_state("networkidle")
        assert without_expected(told, view) == []


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(chromium: "Browser", address: str, view: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    grave = []
    with browser.visit(chromium, address + view) as (page, _):
        for details in page.locator("details").all():
            details.evaluate("one => one.open = true")
        for size, colours in product((WIDE, NARROW), ("light", "dark")):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict of the two does
            page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            grave += _grave(axe.run(page).response["violations"])
    assert grave == []


def _grave(violations: list[Any]) -> list[tuple[str, str, str]]:
    return [
        (one["id"], node["html"][:200], node["failureSummary"])
        for one in violations
        if one["impact"] != "minor"
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_is_wider_than_a_phone(chromium: "Browser", address: str, view: str) -> None:
    with browser.visit(chromium, address + view, viewport=NARROW) as (page, _):
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_reads_the_same_without_javascript(
    chromium: "Browser", address: str, view: str
) -> None:
    with browser.visit(chromium, address + view) as (page, _):
        page.evaluate("document.querySelectorAll('.needs-script').forEach(one => one.remove())")
        scripted = shown(page)
    with browser.visit(chromium, address + view, java_script_enabled=False) as (page, _):
        assert page.locator(".needs-script:visible").count() == 0
        assert _words(shown(page)) == _words(scripted)


def _words(text: str) -> list[str]:
    return text.split()


def test_on_paper_the_matrix_is_whole(chromium: "Browser", address: str) -> None:
    landscape = {"width": 1040, "height": 720}
    with browser.visit(chromium, f"{address}/", viewport=landscape) as (page, _):
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= landscape["width"]
        assert page.locator(".matrix thead th").count() == 21
        assert not page.get_by_role("button", name="Show").is_visible()
        assert page.get_by_text("Release 1 of the data").is_visible()


def test_filters_work_without_javascript_and_back_goes_back(
    chromium: "Browser", address: str
) -> None:
    with browser.visit(chromium, f"{address}/", java_script_enabled=False) as (page, _):
        everybody = shown(page)
        page.get_by_label("Holders").select_option("person")
        page.get_by_role("button", name="Show").click()
        assert "holder_kind=person" in page.url
        assert "Azimbai Gali" in shown(page)
        assert "Most analysts" not in shown(page)
        page.go_back()
        assert _words(shown(page)) == _words(everybody)


@pytest.mark.parametrize(
    ("keys", "cell"),
    [
        ([], (1, 1)),
        (["ArrowDown"], (3, 1)),
        (["ArrowDown", "ArrowRight"], (3, 2)),
        (["ArrowDown", "ArrowRight", "ArrowUp"], (2, 2)),
        (["ArrowDown", "ArrowRight", "ArrowLeft"], (3, 1)),
        (["ArrowLeft"], (1, 0)),
        (["ArrowDown", "Home"], (3, 0)),
        (["ArrowUp"], (0, 1)),
    ],
)
def test_arrow_keys_go_from_filled_cell_to_filled_cell(
    chromium: "Browser", address: str, keys: list[str], cell: tuple[int, int]
) -> None:
    with browser.visit(chromium, f"{address}/?order=recorded", viewport=WIDE) as (page, _):
        _focus_matrix(page)
        for key in keys:
            page.keyboard.press(key)
        assert _focused(page) == list(cell)
        assert page.locator("table.matrix a[tabindex='0']").count() == 1


def test_enter_opens_the_position_behind_a_cell(chromium: "Browser", address: str) -> None:
    with browser.visit(chromium, f"{address}/", viewport=WIDE) as (page, _):
        _focus_matrix(page)
        page.keyboard.press("Enter")
        page.wait_for_url("**/questions/**")
        fragment = page.url.split("#")[1]
        assert page.locator(f"[id='{fragment}']:target").count() == 1


def _focus_matrix(page: "Page") -> None:
    page.locator(".matrix-frame").focus()
    page.keyboard.press("Tab")


def _focused(page: "Page") -> Any:
    return page.evaluate(
        "[document.activeElement.closest('tr').rowIndex,"
        " document.activeElement.closest('td,th').cellIndex]"
    )


@pytest.mark.parametrize("view", PICTURED)
def test_a_picture_is_of_what_the_page_shows(chromium: "Browser", address: str, view: str) -> None:
    with browser.visit(chromium, address + view, viewport=WIDE) as (page, told):
        page.evaluate("document.querySelectorAll('.unseen, details').forEach(one => one.remove())")
        words = set(re.findall(r"\w{5,}", page.locator("[data-pictured]").inner_text()))
        svg = _picture(page, "svg").decode()
        png = _picture(page, "png")
        assert told == []
    drawn = set(re.findall(r"\w{5,}", svg))
    assert words
    assert words - drawn == set()
    assert "<script" not in svg
    assert png.startswith(b"\x89PNG")
    width, height = (int.from_bytes(png[i : i + 4], "big") for i in (16, 20))
    assert min(width, height) > 100
    assert len(png) > 5_000


def _picture(page: "Page", kind: str) -> bytes:
    with page.expect_download() as download:
        page.locator(f"[data-picture={kind}]").click()
    return Path(download.value.path()).read_bytes()


def test_a_copied_link_restores_the_view(chromium: "Browser", address: str) -> None:
    with browser.visit(chromium, f"{address}/", viewport=WIDE) as (page, _):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_label("Country").fill("KAZ")
        page.locator("select[name=order]").select_option("id")
        page.get_by_role("button", name="Show").click()
        before = shown(page)
        page.get_by_role("button", name="Copy link").click()
        page.get_by_text("Copied.").wait_for()
        link = page.evaluate("navigator.clipboard.readText()")
    with browser.visit(chromium, link, viewport=WIDE) as (page, _):
        assert shown(page).split("Copy link")[0] == before.split("Copy link")[0]


def test_a_call_is_copied_as_it_is_shown(chromium: "Browser", address: str) -> None:
    with browser.visit(chromium, f"{address}/timeline", viewport=WIDE) as (page, _):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_text("Copy API call").click()
        block = page.locator(".snippet", has_text="curl").first
        block.get_by_role("button").click()
        page.get_by_text("Copied.").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == block.locator("code").text_content()
        assert copied.startswith("curl -s ")


@pytest.mark.parametrize("view", HOSTILE_PAGES)
def test_text_of_the_data_never_runs(chromium: "Browser", hostile: str, view: str) -> None:
    dialogs: list[str] = []

    def note(dialog: "Dialog") -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    with browser.visit(chromium, "about:blank") as (page, _):
        page.on("dialog", note)
        page.goto(hostile + view)
        assert page.title() != "run"
        assert page.locator("main img").count() == 0
        if page.locator("[data-picture=svg]:visible").count():
            svg = _picture(page, "svg").decode()
            assert "<script" not in svg
            assert "<img" not in svg
    assert dialogs == []
