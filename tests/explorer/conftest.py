"""Worlds that are listening, and a browser to look at them with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.db import Database
from app.db.migrate import migrate
from app.records.seeds import load_seeds
from app.settings import seeds_folder
from tests import browser
from tests.conftest import write_seeds
from tests.explorer.test_pages import ASSEMBLY, HOSTILE_WORLD
from tests.test_docs_page import listening

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDE, NARROW = {"width": 1240, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """The browser; the tests skip without one."""
    with browser.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The shipped seeds, listening."""
    with _listening_to(seeds_folder(), tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A world whose every text tries to run, listening."""
    folder = write_seeds(tmp_path_factory.mktemp("hostile") / "small", **HOSTILE_WORLD)
    with _listening_to(folder, tmp_path_factory) as found:
        yield found


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An assembly that votes, listening."""
    folder = write_seeds(tmp_path_factory.mktemp("assembly") / "small", **ASSEMBLY)
    with _listening_to(folder, tmp_path_factory) as found:
        yield found


#: A world with one holder that changed, now and then vaguely dated.
MOVED = {
    "people": "[{id: ann, name: Ann of the Long Names}]",
    "documents": "[{id: note, title: A note, language: en, source_type: official, citation: C}]",
    "questions": "[{id: rivers, title: Shared?, proposition: P., kind: policy}]",
    "opinions": "\n".join(
        f"- {{id: ann-{day}, holder: ann, question: rivers, stance: {stance}, stated: {day},"
        " attribution: paraphrase, summary: S., confidence: high,"
        " evidence: [{document: note, record: '1'}]}"
        for day, stance in (
            ("1994", "strong_oppose"),
            ("1999-03", "neutral"),
            ("2019-05-01", "strong_support"),
        )
    ),
}


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A holder that changed, listening."""
    folder = write_seeds(tmp_path_factory.mktemp("moved") / "small", **MOVED)
    with _listening_to(folder, tmp_path_factory) as found:
        yield found


@contextmanager
def _listening_to(folder: Path, places: pytest.TempPathFactory) -> Iterator[str]:
    url = f"sqlite:///{places.mktemp('world')}/positions.db"
    database = Database(url)
    migrate(database)
    load_seeds(database, [folder])
    database.close()
    with listening(url) as found:
        yield found
