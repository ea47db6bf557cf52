"""The page at /docs is made of our own files: what was locked, complete, and nothing from afar."""

import hashlib
import json
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parent.parent / "app/web/openapi/static"
LOCK = json.loads((STATIC / "vendor/swagger-ui.lock.json").read_text())
VENDORED = STATIC / f"vendor/swagger-ui-{LOCK['version']}"
OWN = ("docs.html", "docs.js", "docs.css")


def test_swagger_ui_is_what_was_locked() -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDORED.iterdir()
    }
    assert found == LOCK["sha256"]


def test_swagger_ui_comes_with_its_licences() -> None:
    assert "Apache License" in (VENDORED / "LICENSE").read_text()
    assert "SmartBear" in (VENDORED / "NOTICE").read_text()


def test_only_one_version_is_kept() -> None:
    assert list((STATIC / "vendor").glob("swagger-ui-*/")) == [VENDORED]


def test_every_file_the_page_names_exists() -> None:
    named = re.findall(r'(?:src|href)="static/([^"]+)"', (STATIC / "docs.html").read_text())
    assert named
    assert [name for name in named if not (STATIC / name).is_file()] == []


@pytest.mark.parametrize("name", OWN)
def test_no_file_of_ours_names_a_foreign_host(name: str) -> None:
    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", (STATIC / name).read_text()) == []


def test_the_page_obeys_a_policy_without_inline_code() -> None:
    page = (STATIC / "docs.html").read_text()
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script>|javascript:", page) == []
