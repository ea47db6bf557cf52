"""On a phone every chart and every table shows its newest and filled parts unscrolled."""

import colorsys
import re
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from tests import browser
from tests.explorer.conftest import NARROW, WIDE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

VOTES = ("/countries/KAZ", "/alignment?a=KAZ&b=USA,UZB")
TABLES = ("/questions/q0", "/questions/q0/blocs", "/?country=KAZ", "/alignment")


def hidden_sideways(page: "Page") -> list[str]:
    """The parts of a page that scroll sideways, by their names."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.scroll')]"
        ".filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)"
        ".map((box) => box.getAttribute('aria-label'))"
    )
    return found


def outside(page: "Page") -> list[str]:
    """The words of the visible charts that are cut off at an edge."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('svg.chart')].filter((one) => one.checkVisibility())"
        ".flatMap((svg) => { const edge = svg.getBoundingClientRect();"
        " return [...svg.querySelectorAll('text')].filter((text) => {"
        " const at = text.getBoundingClientRect();"
        " return at.left < edge.left - 1 || at.right > edge.right + 1; })"
        ".map((text) => text.textContent) })"
    )
    return found


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["phone", "desk"])
def test_a_timeline_fits_and_cuts_no_word_off(chromium: "Browser", address: str, size: Any) -> None:
    with browser.visit(chromium, f"{address}/timeline", viewport=size) as (page, _):
        assert page.locator("svg.timeline:visible").count() == 1
        assert hidden_sideways(page) == []
        assert outside(page) == []


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["phone", "desk"])
def test_moves_of_a_holder_fit_with_the_newest(chromium: "Browser", moved: str, size: Any) -> None:
    with browser.visit(chromium, f"{moved}/questions/rivers", viewport=size) as (page, _):
        assert page.locator("svg.chart:visible").count() == 1
        words = page.locator("svg.chart:visible text").all_text_contents()
        assert {"Year", "2000", "Ann of the Long Names", "++ Strongly supports"} <= set(words)
        assert hidden_sideways(page) == []
        assert outside(page) == []


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["phone", "desk"])
@pytest.mark.parametrize("view", VOTES)
def test_lines_of_years_fit_with_the_newest_year(
    chromium: "Browser", assembly: str, view: str, size: Any
) -> None:
    with browser.visit(chromium, assembly + view, viewport=size) as (page, _):
        assert page.locator("svg.lines:visible").count() == 1
        assert outside(page) == []
        names = page.locator("svg.lines:visible text").all_text_contents()
        assert {"Year", "2019"} <= set(names)
        assert any(name.startswith("Agreement S") for name in names)
        ends = page.locator("svg.lines:visible circle").evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect().right)"
        )
        assert max(ends) <= size["width"]


@pytest.mark.parametrize("view", TABLES)
def test_a_table_of_votes_fits(chromium: "Browser", assembly: str, view: str) -> None:
    with browser.visit(chromium, assembly + view, viewport=NARROW) as (page, _):
        assert hidden_sideways(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_a_sparse_matrix_is_a_list_of_what_is_recorded(chromium: "Browser", address: str) -> None:
    with browser.visit(chromium, address, viewport=NARROW) as (page, _):
        assert not page.locator(".matrix-frame").is_visible()
        listed = page.locator(".phone-only .chips li:visible").count()
    with browser.visit(chromium, address, viewport=WIDE) as (page, _):
        assert page.locator(".matrix-frame").is_visible()
        assert page.locator(".matrix td[class]").count() == listed
        assert not page.locator(".phone-only").first.is_visible()


def test_a_ranking_has_its_figure_and_its_number_in_sight(
    chromium: "Browser", assembly: str
) -> None:
    with browser.visit(chromium, f"{assembly}/alignment?a=KAZ", viewport=NARROW) as (page, _):
        for column in (3, 4):
            cell = page.locator(f".ranking tbody tr:first-child > :nth-child({column})")
            box = cell.bounding_box()
            assert box
            assert box["x"] + box["width"] <= NARROW["width"]


def _hue(colour: str) -> tuple[float, float]:
    """The hue of a colour in degrees, and how strong it is."""
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return hue * 360, saturation


@pytest.mark.parametrize(("number", "colours"), [*product(range(5), ("light", "dark"))])
def test_no_line_borrows_the_colour_of_for_or_against(
    chromium: "Browser", assembly: str, number: int, colours: Any
) -> None:
    view = f"{assembly}/alignment?a=KAZ&b=USA,UZB"
    with browser.visit(chromium, view, viewport=WIDE, color_scheme=colours) as (page, _):
        read = "(css) => { const one = document.createElement('i'); one.className = css;"
        read += " document.body.append(one); one.style.color = `var(--${css[0] === 'l' ?"
        read += " 'series' : 'fill'})`; return getComputedStyle(one).color; }"
        line, strength = _hue(page.evaluate(read, f"line{number}"))
        for stance in ("so", "o", "s", "ss"):
            other, _ = _hue(page.evaluate(read, stance))
            apart = min(abs(line - other), 360 - abs(line - other))
            assert apart >= 25 or strength < 0.15, (stance, line, other)


def test_bars_of_agreement_have_one_colour(chromium: "Browser", assembly: str) -> None:
    with browser.visit(chromium, f"{assembly}/alignment?a=KAZ", viewport=WIDE) as (page, _):
        fills = page.locator(".bar rect").evaluate_all(
            "all => [...new Set(all.map((one) => getComputedStyle(one).fill))]"
        )
        stances = page.locator(".stance").count()
        assert len(fills) == 1
        assert stances == 0
        _, strength = _hue(fills[0])
        assert strength < 0.2


def test_lines_differ_by_more_than_their_colour(chromium: "Browser", assembly: str) -> None:
    view = f"{assembly}/alignment?a=KAZ&b=USA,UZB"
    with browser.visit(chromium, view, viewport=WIDE) as (page, _):
        dashes = page.locator(".key .series").evaluate_all(
            "all => all.map((one) => getComputedStyle(one).strokeDasharray)"
        )
        assert len(dashes) == len(set(dashes)) == 2
