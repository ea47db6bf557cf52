"""The documents say what the code does."""

import pkgutil
import re
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parents[1]


def test_every_setting_is_documented_with_its_meaning() -> None:
    text = (ROOT / "docs/settings.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \| ", text, re.MULTILINE))
    declared = {}
    for name, field in Settings.model_fields.items():
        bare = name.startswith("database_")
        declared[name.upper() if bare else f"POSITIONS_{name.upper()}"] = field.description
    assert rows == declared


def test_settings_cannot_be_changed_behind_the_services_back() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_the_readme_is_of_a_readable_length_and_its_links_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text()
    assert 50 <= len(text.splitlines()) <= 150
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / link).exists(), link


def test_a_container_may_take_as_long_to_stop_as_the_service_waits() -> None:
    waits = int(
        re.findall(r"timeout_graceful_shutdown=(\d+)", (ROOT / "app/cli/server.py").read_text())[0]
    )
    operations = (ROOT / "docs/operations.md").read_text()
    assert f"waits {waits} seconds" in operations
    compose = (ROOT / "compose.yaml").read_text()
    for given in re.findall(r"--stop-timeout (\d+)", operations) + re.findall(
        r"period: (\d+)s", compose
    ):
        assert int(given) > waits


#: Files whose words name others: texts, programs, and the docstrings and comments of each module.
WRITTEN = sorted(
    file
    for pattern in (
        *("*.md", "docs/**/*.md", "benchmarks/*", "scripts/*", "pyproject.toml", "Makefile"),
        *("app/**/*.py", "tests/**/*.py", "migrations/**/*.py"),
    )
    for file in ROOT.glob(pattern)
    if file.is_file() and file.suffix in ("", ".md", ".py", ".toml", ".sh")
)
_ROOMS = "|".join(sorted(folder.name for folder in (ROOT / "app").iterdir() if folder.is_dir()))
_FOLDERS = f"app|benchmarks|docs|migrations|scripts|tests|{_ROOMS}"
_PATH = re.compile(rf"(?<![\w/.-])(?:{_FOLDERS})/[\w./-]*\.(?:py|md|toml)\b")
_NAME = re.compile(rf"`(?:app\.)?((?:{_ROOMS})(?:\.\w+)+)[`(]")
#: The kind that README adds as an example.
_EXAMPLE = re.compile("sanctions")


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_and_name_of_ours_that_is_named_exists(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    missing = [
        path
        for path in _PATH.findall(text)
        if not ((ROOT / path).exists() or (ROOT / "app" / path).exists() or _EXAMPLE.search(path))
    ]
    for name in _NAME.findall(text):
        try:
            pkgutil.resolve_name(f"app.{name}")
        except (ImportError, AttributeError):
            missing.append(name)
    assert missing == [], f"{file.relative_to(ROOT)} names what is not there: it moved or went"
